// Command plan-scale computes, from times that were measured on one machine,
// how long films and a library take on AWS until their captions are there, and
// what they cost: for a new account and for 1,000 transcribers at once, and for
// other ways of dispatch. It prints a JSON line for each case; the last one says
// whether two hours of film keep the bound that is promised for them, and it
// fails when they do not.
//
// It is a model: simulate has the rule by which Lambda takes messages from a
// queue, aws.go the rules, prices and assumptions, measured.json the times.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"time"
)

func main() {
	file := flag.String("measured", "", "what make bench-length wrote; empty takes what is recorded with the program")
	factor := flag.Float64("cpu", 1, "how many times as long a Lambda function's processor takes for the same work")
	flag.Parse()
	if err := run(os.Stdout, *file, *factor); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// A line is one case. Times are seconds from the end of the upload.
type line struct {
	Account      string  `json:"account"`
	Transcribers int     `json:"transcribers"`
	Dispatch     string  `json:"dispatch"`
	Films        string  `json:"films"`
	Segments     int     `json:"segments"` // of all films
	First        float64 `json:"first_s"`  // captions of a film
	Last         float64 `json:"all_s"`
	Cold         int     `json:"cold_starts"`
	Peak         int     `json:"at_once"`
	Waited       float64 `json:"waited_s"` // a segment, at most
	// Lost says that a message would wait for longer than its queue keeps it.
	Lost bool `json:"outlives_queue"`
	// What reports of progress write into one partition of an index, and whether
	// it takes so much.
	IndexWrites float64 `json:"index_writes_s"`
	Throttled   bool    `json:"index_throttles"`
	Dollars     Bill    `json:"dollars"`
	Idle        float64 `json:"idle_dollars_a_month"`
}

var cases = []struct {
	films string
	one   time.Duration
	count int
}{
	{"10 min", 10 * time.Minute, 1},
	{"2 h", 2 * time.Hour, 1},
	{"4 h", 4 * time.Hour, 1},
	{"10000 x 1 h", time.Hour, 10000},
}

func run(w io.Writer, file string, factor float64) error {
	measured, err := load(file)
	if err != nil {
		return err
	}
	out := json.NewEncoder(w)
	if err := out.Encode(struct {
		Measured Measured `json:"measured"`
		Factor   float64  `json:"cpu_factor"`
		Event    float64  `json:"assumed_event_s"`
		Placing  float64  `json:"assumed_placing_s"`
		Request  float64  `json:"assumed_request_s"`
	}{measured, factor, eventDelay.Seconds(), placing.Seconds(), requestTime.Seconds()}); err != nil {
		return err
	}
	m := Model{measured.on(factor)}
	for _, account := range []struct {
		name         string
		transcribers int
		ways         []Dispatch
	}{
		{"new: 10 at once", newAccount - spare - captioners, ways(newAccount - spare - captioners)[:1]},
		{"1000 at once", most, ways(most)},
	} {
		for _, d := range account.ways {
			for _, c := range cases {
				f := cut(c.one, seconds(m.Segment))
				o := m.caption(f, c.count, captioners, d)
				keeps := time.Duration(retentionDays) * 24 * time.Hour
				if d.Name == async {
					keeps = asyncAge
				}
				if err := out.Encode(line{account.name, account.transcribers, d.Name, c.films, c.count * len(f.Segments),
					rounded(o.First.Seconds(), 10), rounded(o.Last.Seconds(), 10), o.Cold, o.Peak, rounded(o.Waited.Seconds(), 10),
					o.Waited > keeps, math.Round(o.IndexWrites), o.IndexWrites > partitionWrites, o.Bill.rounded(), rounded(d.Monthly, 100)}); err != nil {
					return err
				}
			}
		}
	}
	p := m.promise()
	if err := out.Encode(p); err != nil {
		return err
	}
	if !p.Holds {
		return errors.New("two hours of film take longer than the queue's ramp and 1.5 times a segment's cold time")
	}
	return nil
}

const async = "asynchronous invocation"

// ways are the ways to dispatch; the first is ours.
func ways(transcribers int) []Dispatch {
	const polls = pollsAMonth * priceMessage
	pollers := min(200, (transcribers+9)/10)
	dedicated := func(n int) float64 { return float64(n) * pricePollerHour * hoursAMonth }
	return []Dispatch{
		{"queue", standard.upTo(transcribers), 1, polls},
		{"queue, 300 at each minute's end", inLumps.upTo(transcribers), 1, polls},
		{"queue, 4 segments a message", standard.upTo(transcribers), 4, polls},
		{"queue, 2 provisioned pollers", provisioned(2).upTo(transcribers), 1, dedicated(2)},
		{fmt.Sprintf("queue, %d provisioned pollers", pollers), provisioned(pollers).upTo(transcribers), 1, dedicated(pollers)},
		{async, asynchronous.upTo(transcribers), 1, 0},
	}
}

// A Promise is what is required of two hours of film at 1,000 at once: no more
// than what the queue needs by itself to begin all segments, and 1.5 times a
// segment in a new environment.
type Promise struct {
	Took  float64 `json:"two_hours_at_1000_s"`
	Ramp  float64 `json:"ramp_s"`
	Cold  float64 `json:"cold_segment_s"`
	Bound float64 `json:"bound_s"`
	Holds bool    `json:"holds"`
}

func (m Model) promise() Promise {
	f, d := cut(2*time.Hour, seconds(m.Segment)), ways(most)[0]
	took, ramp, cold := m.caption(f, 1, captioners, d).Last, d.ramp(f), m.coldSegment()
	bound := ramp + cold*3/2
	return Promise{rounded(took.Seconds(), 10), rounded(ramp.Seconds(), 10), rounded(cold.Seconds(), 10), rounded(bound.Seconds(), 10), took <= bound}
}

// rounded keeps of x what one part in so many says.
func rounded(x, parts float64) float64 { return math.Round(x*parts) / parts }

func (b Bill) rounded() Bill {
	for _, x := range []*float64{&b.Compute, &b.Objects, &b.Messages, &b.Items, &b.Logs, &b.Total} {
		*x = rounded(*x, 10000)
	}
	return b
}
