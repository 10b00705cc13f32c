package main

import (
	"container/heap"
	"time"
)

// A Ramp is how many invocations at once a queue's poller makes: First at once,
// then PerStep more after each Step for as long as messages wait, Most at last.
type Ramp struct {
	First, PerStep, Most int
	Step                 time.Duration
}

// At returns the bound after so much time with messages waiting.
func (r Ramp) At(since time.Duration) int {
	if since < 0 {
		return 0
	}
	return min(r.Most, r.First+int(since/r.Step)*r.PerStep)
}

// Until returns how long it takes until n invocations may run at once; for more
// than Most, until Most may.
func (r Ramp) Until(n int) time.Duration {
	n = min(n, r.Most)
	if n <= r.First {
		return 0
	}
	steps := (n - r.First + r.PerStep - 1) / r.PerStep
	return time.Duration(steps) * r.Step
}

// A Message waits from At on, and takes Work of an invocation.
type Message struct {
	At, Work time.Duration
}

// A Run is what became of messages: when each was begun and done, how many
// environments were started for them, and how many worked at once at most.
type Run struct {
	Begun, Done []time.Duration
	Cold, Peak  int
	// Busy is the time of all invocations, without their cold starts.
	Busy time.Duration
}

// simulate gives messages, which must be in the order of their arrival, to
// invocations one by one: to an idle environment where there is one, else to a
// new one, which takes cold longer. after, which may be nil, is told of each
// message that is done, in the order of time, and returns for how much longer
// its environment is busy; that counts as its Work, and Done is after it.
//
// Not in it: messages that fail and come again, environments that end, and the
// time of the poller itself.
func simulate(messages []Message, ramp Ramp, cold time.Duration, after func(message int, at time.Duration) time.Duration) Run {
	run := Run{Begun: make([]time.Duration, len(messages)), Done: make([]time.Duration, len(messages))}
	var busy ends
	idle := 0
	// free lets go of what has ended by t.
	free := func(t time.Duration) {
		for len(busy) > 0 && busy[0].at <= t {
			e := heap.Pop(&busy).(end)
			if !e.last && after != nil {
				if more := after(e.message, e.at); more > 0 {
					run.Busy += more
					heap.Push(&busy, end{e.at + more, e.message, true})
					continue
				}
			}
			run.Done[e.message] = e.at
			idle++
		}
	}
	var now time.Duration
	for i, m := range messages {
		now = max(now, m.At)
		free(now)
		for len(busy) >= ramp.At(now-messages[0].At) {
			next := messages[0].At + ramp.Until(len(busy)+1)
			if len(busy) > 0 && (next <= now || busy[0].at < next) {
				next = busy[0].at
			}
			now = next
			free(now)
		}
		start := now
		if idle > 0 {
			idle--
		} else {
			run.Cold++
			start += cold
		}
		run.Begun[i] = now
		run.Busy += m.Work
		heap.Push(&busy, end{start + m.Work, i, false})
		run.Peak = max(run.Peak, len(busy))
	}
	for len(busy) > 0 {
		free(busy[0].at)
	}
	return run
}

// An end is when an invocation is over; last says that nothing comes after it.
type end struct {
	at      time.Duration
	message int
	last    bool
}

type ends []end

func (e ends) Len() int { return len(e) }
func (e ends) Less(i, j int) bool {
	return e[i].at < e[j].at || e[i].at == e[j].at && e[i].message < e[j].message
}
func (e ends) Swap(i, j int) { e[i], e[j] = e[j], e[i] }
func (e *ends) Push(x any)   { *e = append(*e, x.(end)) }
func (e *ends) Pop() any {
	old := *e
	last := old[len(old)-1]
	*e = old[:len(old)-1]
	return last
}
