package main

import (
	"cmp"
	"math"
	"slices"
)

// A Bill is in US dollars. Not in it: the free tier, keeping the films (0.023
// dollars a GB and month), and what the API and its clients cause.
type Bill struct {
	Compute  float64 `json:"lambda"`
	Objects  float64 `json:"s3"`
	Messages float64 `json:"sqs"`
	Items    float64 `json:"dynamodb"`
	Logs     float64 `json:"logs"`
	Total    float64 `json:"total"`
}

// itemKB is how large a film's item is on average, in the kilobytes by which
// DynamoDB counts writes: what every item has, and some 13 bytes a segment for
// what is done and heard.
func itemKB(f Film) float64 { return math.Ceil(0.7 + 0.013*float64(len(f.Segments))) }

func (m Model) bill(f Film, count int, planned, heard Run) Bill {
	films, segments := float64(count), float64(count*len(f.Segments))
	var b Bill
	// Lambda counts our code's start, too.
	compute := func(r Run, start, gb float64) {
		b.Compute += (r.Busy.Seconds()+float64(r.Cold)*start)*gb*priceGBSecond + float64(len(r.Done))*priceInvocation
	}
	compute(planned, m.CaptionerStart, captionerGB)
	compute(heard, m.TranscriberStart, transcriberGB)

	// Puts: the upload, a part a segment, two files of captions. Gets: the plan's,
	// the windows, whether the part is there, and the parts for the assembly.
	b.Objects = (3*films+segments)*pricePut + (readsAtPlan*films+(windowsASeg+2)*segments)*priceGet
	// A message is sent, received and deleted; jobs are sent by tens.
	b.Messages = (3*films + (2+1.0/sendAtOnce)*segments) * priceMessage
	// A change writes the item, its copy in the index by owner, and the one in
	// the index by status twice, for it moves there.
	reports := math.Floor(m.Segment * m.Recognise / f.hearEvery().Seconds())
	changes := changesAFilm*films + (1+reports)*segments
	b.Items = changes*4*itemKB(f)*priceWrite + (films+segments)*math.Ceil(itemKB(f)/4)*priceRead
	b.Logs = segments * m.LogBytes / 1e9 * priceLogGB
	b.Total = b.Compute + b.Objects + b.Messages + b.Items + b.Logs
	return b
}

// sortByTime orders jobs by their arrival, and film with them.
func sortByTime(jobs []Message, film []int) {
	order := make([]int, len(jobs))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(jobs[a].At, jobs[b].At) })
	sortedJobs, sortedFilm := make([]Message, len(jobs)), make([]int, len(jobs))
	for i, o := range order {
		sortedJobs[i], sortedFilm[i] = jobs[o], film[o]
	}
	copy(jobs, sortedJobs)
	copy(film, sortedFilm)
}
