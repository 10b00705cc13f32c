package main

import (
	"math"
	"testing"
	"time"
)

// Figures that are easy to reckon with: no time for requests is left out, but
// those are 30 ms each.
var easy = Model{Measured{
	CaptionerStart: 0.5, TranscriberStart: 1.5, Plan: 0.09, Decode: 0.01, Recognise: 0.09, Assemble: 0.001, LogBytes: 2000, Segment: 100,
}}

func TestFilmsAreCutAsThePipelineDoes(t *testing.T) {
	for length, want := range map[time.Duration][]time.Duration{
		10 * s:          {10 * s},
		100 * s:         {100 * s},
		124 * s:         {124 * s},
		125 * s:         {100 * s, 25 * s},
		340 * s:         {100 * s, 100 * s, 100 * s, 40 * s},
		410 * s:         {100 * s, 100 * s, 100 * s, 110 * s},
		2 * time.Second: {2 * s},
	} {
		got := cut(length, 100*s).Segments
		if len(got) != len(want) {
			t.Errorf("%v: %v, want %v", length, got, want)
			continue
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("%v: %v, want %v", length, got, want)
			}
		}
	}
}

// By hand, for a film of 300 s, three segments, with two transcribers at once:
//
//	the event takes 1 s; the captioner starts in 0.5 + 0.5 s and plans in
//	  0.09 + (4 + 3 + 1) x 0.03 = 0.33 s                          2.33 s
//	a segment is 100 x (0.01 + 0.09) + 21 x 0.03 = 10.63 s, a cold start
//	  0.5 + 1.5 s: the first two are done at 2.33 + 12.63 =       14.96 s
//	the third, warm                                               25.59 s
//	the assembly, 300 x 0.001 + (1 + 3) x 0.03 = 0.42 s           26.01 s
//
// The bill: the transcribers' 3 x 10.63 + 0.42 s and two starts of 1.5 s, at
// 1769 / 1024 GB; the captioner's 0.33 + 0.5 s at a half; four invocations.
// S3 takes 3 + 3 puts, 4 + 3 x 19 gets; SQS 3 + 3 x 2.1 requests; each segment
// reports itself 9 times and is finished once, and there are 5 changes more:
// 35 changes of 4 units, 1 + 3 reads; and 6,000 bytes of log.
func TestAFilmWorkedByHand(t *testing.T) {
	d := Dispatch{Name: "two", Ramp: standard.upTo(2), Together: 1}
	o := easy.caption(cut(300*s, 100*s), 1, 2, d)
	if want := 26010 * time.Millisecond; o.First != want || o.Last != want || o.Cold != 2 || o.Peak != 2 || o.Waited != 12630*time.Millisecond {
		t.Errorf("captions after %v to %v, want %v; %d cold, %d at once, %v waited", o.First, o.Last, want, o.Cold, o.Peak, o.Waited)
	}
	for what, c := range map[string]struct{ got, want float64 }{
		"lambda":   {o.Bill.Compute, ((3*10.63+0.42+2*1.5)*1769/1024+0.83*0.5)*0.0000166667 + 4*0.0000002},
		"s3":       {o.Bill.Objects, 6*0.000005 + 61*0.0000004},
		"sqs":      {o.Bill.Messages, 9.3 * 0.0000004},
		"dynamodb": {o.Bill.Items, 35*4*0.000000625 + 4*0.000000125},
		"logs":     {o.Bill.Logs, 6000 * 0.5 / 1e9},
	} {
		if math.Abs(c.got-c.want) > c.want*1e-9 {
			t.Errorf("%s: %g dollars, want %g", what, c.got, c.want)
		}
	}
	if b := o.Bill; math.Abs(b.Total-b.Compute-b.Objects-b.Messages-b.Items-b.Logs) > 1e-15 {
		t.Errorf("the total of %+v", b)
	}
}

// Several films: the first captions come as soon as its own segments are done,
// and nothing is faster than the work that there is.
func TestALibraryTakesAsLongAsItsWork(t *testing.T) {
	const transcribers, films = 4, 50
	f := cut(300*s, 100*s)
	o := easy.caption(f, films, 2, ways(transcribers)[0])
	work := films * (3*easy.work(100*s) + easy.assemble(f)) / transcribers
	if o.Last < work || o.Last > work+20*s || o.First > o.Last/10 || o.Peak != transcribers {
		t.Errorf("%d films after %v to %v, of %v of work each; %d at once", films, o.First, o.Last, work, o.Peak)
	}
}

func TestAFasterWayIsFaster(t *testing.T) {
	f := cut(2*time.Hour, 100*s)
	var last []time.Duration
	for _, d := range ways(1000) {
		last = append(last, easy.caption(f, 1, 2, d).Last)
	}
	ours, inLumps, together, provisioned, more, asynchronous := last[0], last[1], last[2], last[3], last[4], last[5]
	if inLumps <= ours || together <= ours || provisioned >= ours || more >= provisioned || asynchronous != more {
		t.Errorf("%v", last)
	}
}

// What is required of two hours of film, for what was measured and recorded.
func TestTwoHoursKeepTheirPromise(t *testing.T) {
	m, err := load("")
	if err != nil {
		t.Fatal(err)
	}
	if p := (Model{m}).promise(); !p.Holds || p.Took <= p.Ramp || p.Ramp == 0 {
		t.Errorf("%+v", p)
	}
}

func TestMeasuredTimesMustBeThere(t *testing.T) {
	for _, file := range []string{"/nowhere", "main.go"} {
		if _, err := load(file); err == nil {
			t.Errorf("%s was taken", file)
		}
	}
}
