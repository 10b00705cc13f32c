package main

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"
)

const s = time.Second

func messages(n int, at, work time.Duration) []Message {
	return slices.Repeat([]Message{{At: at, Work: work}}, n)
}

// By hand: eight segments of 10 s, all there at 100 s. Two invocations at
// first, one more each 4 s, four at most; a cold start takes 1 s.
//
//	100 s  A and B start, cold     until 111
//	104 s  C starts, cold          until 115
//	108 s  D starts, cold          until 119   four: no more
//	111 s  A and B go on, warm     until 121
//	115 s  C goes on               until 125
//	119 s  D goes on               until 129
//
// The last to be done is assembled by the invocation that did it, for 3 s: the
// film is there at 132 s. Four cold starts, 8 x 10 s + 3 s of work.
func TestACaseWorkedByHand(t *testing.T) {
	ramp := Ramp{First: 2, PerStep: 1, Step: 4 * s, Most: 4}
	left := 8
	got := simulate(messages(8, 100*s, 10*s), ramp, s, func(int, time.Duration) time.Duration {
		if left--; left > 0 {
			return 0
		}
		return 3 * s
	})
	want := Run{
		Begun: []time.Duration{100 * s, 100 * s, 104 * s, 108 * s, 111 * s, 111 * s, 115 * s, 119 * s},
		Done:  []time.Duration{111 * s, 111 * s, 115 * s, 119 * s, 121 * s, 121 * s, 125 * s, 132 * s},
		Cold:  4, Peak: 4, Busy: 83 * s,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

// By hand: the rule of AWS for a queue. 65 messages of a minute and more: five
// at once, then one each 0.2 s, so that the 65th starts after 60 / 5 = 12 s.
func TestAWSRamp(t *testing.T) {
	run := simulate(messages(65, 0, 90*s), standard.upTo(1000), 0, nil)
	if last := run.Begun[64]; last != 12*s || run.Begun[4] != 0 || run.Begun[5] != 200*time.Millisecond {
		t.Errorf("the 5th, 6th and 65th start at %v, %v and %v", run.Begun[4], run.Begun[5], last)
	}
	for n, want := range map[int]time.Duration{1: 0, 5: 0, 6: 200 * time.Millisecond, 305: 60 * s, 1000: 199 * s, 1001: 199 * s} {
		if got := standard.upTo(1000).Until(n); got != want {
			t.Errorf("%d at once after %v, want %v", n, got, want)
		}
	}
	// A mapping bounded to four never has five.
	if bounded := standard.upTo(4); bounded.At(time.Hour) != 4 || bounded.At(0) != 4 {
		t.Errorf("a bound of 4 gives %d at first and %d at last", bounded.At(0), bounded.At(time.Hour))
	}
}

func TestUntilIsTheFirstMomentOfAt(t *testing.T) {
	for _, r := range []Ramp{{First: 5, PerStep: 1, Step: 200 * time.Millisecond, Most: 1000}, {First: 5, PerStep: 300, Step: time.Minute, Most: 994}, {First: 20, PerStep: 7, Step: s, Most: 100}} {
		for n := 1; n <= r.Most; n++ {
			if at := r.Until(n); r.At(at) < n || at > 0 && r.At(at-1) >= n {
				t.Fatalf("%+v: %d at once from %v on: then %d, before %d", r, n, at, r.At(at), r.At(at-1))
			}
		}
	}
}

// Whatever comes: nothing starts before it is there, nothing is overtaken, the
// bound holds at each moment, and each message is worked on for as long as it
// takes.
func TestEveryRunKeepsTheRules(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		ms := make([]Message, 1+r.IntN(60))
		for i := range ms {
			ms[i] = Message{At: time.Duration(r.IntN(30)) * s, Work: time.Duration(1+r.IntN(20)) * s}
		}
		slices.SortFunc(ms, func(a, b Message) int { return int(a.At - b.At) })
		ramp := Ramp{First: 1 + r.IntN(4), PerStep: 1 + r.IntN(3), Step: time.Duration(1+r.IntN(9)) * s, Most: 10}
		ramp.Most = ramp.First + r.IntN(10)
		cold := time.Duration(r.IntN(3)) * s
		run := simulate(ms, ramp, cold, nil)
		for i, m := range ms {
			took := run.Done[i] - run.Begun[i]
			if run.Begun[i] < m.At || i > 0 && run.Begun[i] < run.Begun[i-1] || took != m.Work && took != m.Work+cold {
				t.Fatalf("seed %d: message %d, there at %v with %v of work, ran from %v to %v", seed, i, m.At, m.Work, run.Begun[i], run.Done[i])
			}
			at := 0
			for j := range ms {
				if run.Begun[j] <= run.Begun[i] && run.Done[j] > run.Begun[i] {
					at++
				}
			}
			if bound := ramp.At(run.Begun[i] - ms[0].At); at > bound {
				t.Fatalf("seed %d: %d run at once at %v, where %d may", seed, at, run.Begun[i], bound)
			}
		}
	}
}
