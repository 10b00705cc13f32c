package simulation

import (
	"iter"
	"sync"
)

// A routine is a coroutine on which one worker after the other runs: it goes on
// when it is resumed, and stands still where the worker calls a port.
type routine struct {
	next  func() (struct{}, bool)
	yield func(struct{}) bool
	work  func()
}

func newRoutine() *routine {
	c := &routine{}
	c.next, _ = iter.Pull(func(yield func(struct{}) bool) {
		c.yield = yield
		for {
			c.work()
			c.pause()
		}
	})
	return c
}

// pause gives way to whoever resumed the routine, until it does so again.
func (c *routine) pause() { c.yield(struct{}{}) }

// routines are those on which nobody runs. They are kept, because the stack of
// a new one has to grow first.
type routines struct {
	mu   sync.Mutex
	idle []*routine
}

// resume lets w go on to its next call or to its end.
func (r *run) resume(w *worker) {
	if w.routine == nil {
		w.routine = r.sim.idle.take()
		w.routine.work = w.work
	}
	w.routine.next()
	if w.ended {
		r.sim.idle.put(w.routine)
		w.routine = nil
	}
}

func (rs *routines) take() *routine {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	if n := len(rs.idle); n > 0 {
		c := rs.idle[n-1]
		rs.idle = rs.idle[:n-1]
		return c
	}
	return newRoutine()
}

func (rs *routines) put(c *routine) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	rs.idle = append(rs.idle, c)
}
