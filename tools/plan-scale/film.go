package main

import (
	"math"
	"time"
)

// What the pipeline does, counted in its code. numbers_test.go holds those that
// are constants there against them.
const (
	transcriberGB = 1769.0 / 1024
	captionerGB   = 512.0 / 1024

	newAccount    = 10 // invocations at once
	spare         = 4  // of them for the API and the dead letters
	captioners    = 2
	most          = 1000 // transcribers at once
	batch         = 10   // arrivals an invocation of the captioner, four in work at a time
	planAtOnce    = 4
	sendAtOnce    = 10 // jobs a request to SQS
	readAtOnce    = 8  // parts, for the assembly
	retentionDays = 12
	windowsASeg   = 17 // ranged reads a segment: its sound in sixteenths, and what is left of the index
	readsAtPlan   = 4  // HEAD, and what a probe reads
	changesAFilm  = 5  // create, arrive, record, dispatch, finish
)

// A Film is its length in segments, the last of which may be short.
type Film struct {
	Length   time.Duration
	Segments []time.Duration
}

// cut plans a film as the pipeline does: a remainder shorter than a quarter of
// a segment goes to the last one.
func cut(length, segment time.Duration) Film {
	n := int(length / segment)
	if length%segment >= segment/4 {
		n++
	}
	n = max(1, n)
	f := Film{Length: length}
	for i := range n {
		if i == n-1 {
			segment = length - time.Duration(i)*segment
		}
		f.Segments = append(f.Segments, segment)
	}
	return f
}

// hearEvery is how often a segment's progress is written.
func (f Film) hearEvery() time.Duration {
	return max(time.Second, time.Duration(len(f.Segments))*100*time.Millisecond)
}

// A Model turns films into what their steps take.
type Model struct{ Measured }

// plan is a captioner's time for one film: reading its index, two changes of
// its item, and sending its jobs.
func (m Model) plan(f Film) time.Duration {
	requests := readsAtPlan + 3 + (len(f.Segments)+sendAtOnce-1)/sendAtOnce
	return seconds(m.Plan) + time.Duration(requests)*requestTime
}

// work is a transcriber's time for a segment: reading, decoding, recognising,
// storing and recording it. Progress is written beside recognition.
func (m Model) work(segment time.Duration) time.Duration {
	const requests = windowsASeg + 4 // and the item, the part that may be there, the part, and the item again
	return seconds(segment.Seconds()*(m.Decode+m.Recognise)) + requests*requestTime
}

// assemble is the time for a film once all its parts are there: reading them,
// joining, two files of captions and the item's last change.
func (m Model) assemble(f Film) time.Duration {
	return seconds(f.Length.Seconds()*m.Assemble) + time.Duration((len(f.Segments)+readAtOnce-1)/readAtOnce+3)*requestTime
}

func (m Model) captionerCold() time.Duration   { return placing + seconds(m.CaptionerStart) }
func (m Model) transcriberCold() time.Duration { return placing + seconds(m.TranscriberStart) }

// A Dispatch is a way in which jobs reach transcribers.
type Dispatch struct {
	Name string
	Ramp Ramp
	// Together is how many segments one message has.
	Together int
	// Monthly is what it costs in dollars while nobody uploads.
	Monthly float64
}

// An Outcome is what became of a number of films that were uploaded at one
// moment, which is the time 0.
type Outcome struct {
	First, Last time.Duration // captions of a film
	Waited      time.Duration // at most, in the queue of segments
	Cold, Peak  int
	Bill        Bill
	// IndexWrites is how many write units a second one partition of the index
	// by status takes at the peak.
	IndexWrites float64
}

// caption sends count films of one kind through the pipeline.
func (m Model) caption(f Film, count int, captioners int, d Dispatch) Outcome {
	// Arrivals come to the captioners in batches.
	var arrivals []Message
	for left := count; left > 0; left -= batch {
		rounds := (min(left, batch) + planAtOnce - 1) / planAtOnce
		arrivals = append(arrivals, Message{At: eventDelay, Work: time.Duration(rounds) * m.plan(f)})
	}
	planned := simulate(arrivals, standard.upTo(captioners), m.captionerCold(), nil)

	var jobs []Message
	var film []int
	left := make([]int, count)
	for i := range count {
		for n := 0; n < len(f.Segments); n += d.Together {
			job := Message{At: planned.Done[i/batch]}
			for _, s := range f.Segments[n:min(n+d.Together, len(f.Segments))] {
				job.Work += m.work(s)
			}
			jobs, film = append(jobs, job), append(film, i)
			left[i]++
		}
	}
	sortByTime(jobs, film)
	ready := make([]time.Duration, count)
	heard := simulate(jobs, d.Ramp, m.transcriberCold(), func(job int, at time.Duration) time.Duration {
		i := film[job]
		if left[i]--; left[i] > 0 {
			return 0
		}
		ready[i] = at + m.assemble(f)
		return m.assemble(f)
	})
	o := Outcome{First: math.MaxInt64, Cold: heard.Cold, Peak: heard.Peak, Bill: m.bill(f, count, planned, heard)}
	for i := range count {
		o.First, o.Last = min(o.First, ready[i]), max(o.Last, ready[i])
	}
	for i := range jobs {
		o.Waited = max(o.Waited, heard.Begun[i]-jobs[i].At)
	}
	// Each report of progress moves an item to another place of the index, which
	// is two writes there; all films in work are under one key.
	o.IndexWrites = float64(o.Peak) / f.hearEvery().Seconds() * 2 * itemKB(f)
	return o
}

// ramp is how long the queue takes by itself to have all of a film's segments in
// work at once, when none ends before.
func (d Dispatch) ramp(f Film) time.Duration { return d.Ramp.Until(len(f.Segments)) }

// coldSegment is the time of one whole segment in a new environment.
func (m Model) coldSegment() time.Duration { return m.transcriberCold() + m.work(seconds(m.Segment)) }
