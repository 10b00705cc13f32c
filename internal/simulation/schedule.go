package simulation

import (
	"slices"
	"time"

	"github.com/cuepipe/cuepipe/internal/sweep"
)

// chaos lets everything happen for a number of steps. At its end it lets time
// pass, so that the sweeper, too, works among faults.
func (r *run) chaos() {
	r.disorder(r.mood.steps)
	for range 4 {
		r.endInTime()
		r.clock = r.clock.Add(sweepAfter)
		r.standstill()
		r.disorder(60)
	}
}

func (r *run) disorder(steps int) {
	for range steps {
		if r.broken != nil {
			return
		}
		if r.random.Float64() < 0.06 {
			r.act()
		}
		if r.random.Float64() < r.mood.sweeps {
			r.sweep(r.anyRequest())
		}
		if r.random.Float64() < r.mood.patience && r.anyone() || r.wait(r.upTo(10*time.Minute)) {
			continue
		}
		if len(r.alive) == 0 {
			if !slices.ContainsFunc(r.clips, func(c *clip) bool { return c.wantsMore() }) {
				return
			}
			r.clock = r.clock.Add(r.upTo(2 * time.Minute))
		}
	}
}

// endInTime lets all who work come to their ends where none is to be killed
// because its time is over.
func (r *run) endInTime() {
	for !r.mood.harsh && !r.mood.kinds[TimedOut] && len(r.alive) > 0 && r.broken == nil {
		w := r.alive[r.random.IntN(len(r.alive))]
		if w.wake.After(r.clock) {
			r.clock = w.wake
		}
		r.step(w)
		r.alive = slices.DeleteFunc(r.alive, func(w *worker) bool { return w.ended })
	}
}

// standstill is a sweep after an hour in which nobody did anything.
func (r *run) standstill() {
	for _, c := range r.clips {
		r.touched[c.id] = true
	}
	r.sweep(sweep.Request{})
	if r.random.IntN(3) == 0 {
		r.sweep(sweep.Request{Redrive: []string{}})
	}
}

// anyRequest is the schedule's or, now and then, an operator's.
func (r *run) anyRequest() (req sweep.Request) {
	if r.random.IntN(4) == 0 {
		req.Redrive = []string{}
	}
	return req
}

// mostSteps bounds what may still go on once the faults are over. A run takes
// some hundreds.
const mostSteps = 100_000

// calm is the time after the faults: everything that is under way comes to its
// end, and the sweeper finds what was lost.
func (r *run) calm() {
	r.quiet = true
	r.traceWorld("the faults are over")
	moved := -1
	for r.broken == nil {
		if r.steps > mostSteps {
			r.fail("it does not come to rest within %d steps", mostSteps)
		}
		if r.anyone() || r.wait(0) {
			continue
		}
		r.rested = true
		// Nothing at all is under way. Once a sweep changes nothing either, it is
		// over.
		if moved == r.moved {
			return
		}
		moved = r.moved
		r.clock = r.clock.Add(sweepAfter + time.Minute)
		r.sweep(sweep.Request{})
	}
}

// anyone lets somebody at random go on: a worker, or a function for which
// messages wait. It reports whether there was anybody.
func (r *run) anyone() bool {
	r.serve()
	awake := 0
	for _, w := range r.alive {
		if !w.wake.After(r.clock) {
			awake++
		}
	}
	ready := 0
	for _, q := range r.queues {
		if q.inWork < r.mood.atOnce && len(r.visibleIn(q)) > 0 {
			ready++
		}
	}
	if awake+ready == 0 {
		return false
	}
	n := r.random.IntN(awake + ready)
	if n >= awake {
		n -= awake
		for _, q := range r.queues {
			if q.inWork < r.mood.atOnce {
				if visible := r.visibleIn(q); len(visible) > 0 {
					if n == 0 {
						r.deliver(q, visible)
						return true
					}
					n--
				}
			}
		}
		return true // it died in this moment
	}
	for _, w := range r.alive {
		if !w.wake.After(r.clock) {
			if n == 0 {
				r.step(w)
				break
			}
			n--
		}
	}
	r.alive = slices.DeleteFunc(r.alive, func(w *worker) bool { return w.ended })
	return true
}

// wait lets the clock run to the next moment at which something can happen, and
// on by more. It reports whether there is such a moment.
func (r *run) wait(more time.Duration) bool {
	var next time.Time
	soonest := func(t time.Time) {
		if t.After(r.clock) && (next.IsZero() || t.Before(next)) {
			next = t
		}
	}
	for _, w := range r.alive {
		soonest(w.wake)
	}
	for _, q := range r.queues {
		for _, m := range q.messages {
			soonest(m.visible)
		}
	}
	for _, j := range r.jobs {
		soonest(j.until)
	}
	if next.IsZero() {
		return false
	}
	if !r.quiet && !r.mood.harsh && !(r.mood.kinds[TimedOut] && r.random.Float64() < min(r.mood.rate, 0.02)) {
		for _, w := range r.alive { // nobody is to die of it
			if next.After(w.deadline) && !w.wake.After(r.clock) {
				return false
			}
		}
		more = 0
	}
	switch r.random.IntN(40) {
	case 0, 1:
		more *= 12
	case 2, 3, 4, 5, 6, 7, 8, 9, 10:
	default:
		more = 0
	}
	r.clock = next.Add(more)
	r.traceWorld("the clock runs on")
	if more > time.Hour { // the schedule did not stand still
		r.standstill()
	}
	return true
}
