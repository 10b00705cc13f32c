package simulation

import (
	"context"
	"errors"
	"time"
)

// A worker is one thing that runs: a message in a function's hands, a call of
// the API, a sweep. It is a coroutine: it stops before each call of a port, and
// the scheduler says when it goes on and what becomes of the call. Between two
// calls it touches nothing that others see, so that one stop a call is enough
// for every order of effects that there can be.
type worker struct {
	run        *run
	number     int
	role       string // of the function, for counting and for traces
	id         string // of its video; empty where it has none, or many
	disturbed  int    // how often the video had been disturbed when it began
	invocation *invocation

	routine *routine
	call    call      // it waits to make
	fate    Fault     // of that call, set before it is resumed
	work    func()    // what it runs
	wake    time.Time // until then it stands still
	// deadline is when its process is killed.
	deadline time.Time

	edit *edit    // of a person's track, that it is there for
	made []string // versions of it that it named

	// When it last listed what is left of its video, as a number of steps.
	listedSources, listedResults int

	dead, ended, stalled bool
	faults               int // that hit it
	err                  error
	panicked             any
}

// until is a context with a deadline of the simulated clock, which is far in
// the future of any other: no timer of it ever ends.
type until struct {
	context.Context
	deadline time.Time
}

func (c until) Deadline() (time.Time, bool) { return c.deadline, true }

// A call is what a worker asks of a port.
type call struct {
	name string
	on   string // id or key, for traces
	// parts: its effect can be there in part. old: its answer can be outdated.
	parts, old bool
}

// errInjected is what a call returns whose fate is an error. The code under
// test cannot tell its kinds apart, as it could not in the cloud.
var (
	errInjected = errors.New("the service did not answer")
	errDead     = errors.New("the worker is dead")
)

// crash unwinds a worker that is killed.
type crash struct{}

func (r *run) spawn(role, id string, f func(context.Context, *ports) error) *worker {
	r.workers++
	lifetime, ok := lifetimes[role]
	if !ok {
		lifetime = apiLifetime
	}
	w := &worker{run: r, number: r.workers, role: role, id: id, disturbed: r.disturbed[id], deadline: r.clock.Add(lifetime)}
	w.work = func() {
		defer func() {
			w.ended = true
			if p := recover(); p != nil && p != (crash{}) {
				w.panicked = p
			}
		}()
		w.err = f(until{context.Background(), w.deadline}, &ports{w})
	}
	r.alive = append(r.alive, w)
	return w
}

// do makes a call: its effect happens, in part where the fault is Half or
// CrashedHalf, unless the scheduler wants it otherwise. Once a worker is dead,
// its deferred functions run, but nothing that they call has an effect.
func (w *worker) do(c call, effect func(f Fault) error) error {
	if w.dead {
		return errDead
	}
	w.call = c
	w.routine.pause()
	if w.dead { // killed with its invocation
		panic(crash{})
	}
	switch w.fate {
	case Throttled:
		return errInjected
	case CrashedBefore, TimedOut:
		w.dead = true
		panic(crash{})
	case Lost, Half:
		_ = effect(w.fate) // whatever it said is lost
		return errInjected
	case CrashedAfter, CrashedHalf:
		_ = effect(w.fate)
		w.dead = true
		panic(crash{})
	}
	return effect(w.fate)
}

// step lets w go on to its next call or to its end.
func (r *run) step(w *worker) {
	r.steps++
	r.counts.Steps++
	r.clock = r.clock.Add(time.Duration(1+r.random.IntN(20)) * time.Millisecond)
	w.fate = r.decide(w)
	if w.fate != None {
		w.faults++
		if w.edit == nil { // which is no reason for anything else to go wrong
			r.touched[w.id] = true
		}
	}
	if w.call.name != "" {
		r.counts.called(w.role, w.call, w.fate)
		r.trace(w, w.call.name, w.call.on, w.fate)
	}
	if w.fate == Stalled {
		w.fate, w.stalled = None, true
		longest := 20 * time.Minute
		if !r.mood.harsh {
			longest = max(time.Millisecond, w.deadline.Sub(r.clock))
		}
		w.wake = r.clock.Add(r.upTo(longest))
		return
	}
	if r.resume(w); !w.ended {
		return
	}
	if w.dead {
		r.kill(w.invocation)
	} else {
		r.trace(w, "ends", errorText(w.err), None)
		r.judge(w)
	}
	r.leave(w.invocation)
}

// kill ends all workers of an invocation: they are one process.
func (r *run) kill(i *invocation) {
	for _, w := range i.workers {
		if !w.ended {
			w.dead = true
			w.faults++
			if w.routine == nil { // it had not begun
				w.ended = true
				continue
			}
			r.resume(w)
		}
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
