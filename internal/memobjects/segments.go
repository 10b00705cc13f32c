package memobjects

import (
	"context"
	"sync"

	"github.com/cuepipe/cuepipe/internal/captioning"
)

var _ captioning.Segments = (*Segments)(nil)

// Segments is the queue of jobs, first in, first out. The zero value is empty
// and ready. It delivers each job once: who fails one sends it again.
type Segments struct {
	mu   sync.Mutex
	jobs []captioning.Job
}

// Send implements captioning.Segments.
func (s *Segments) Send(_ context.Context, jobs []captioning.Job) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.jobs = append(s.jobs, jobs...)
	return nil
}

// Next takes the oldest job off the queue; ok is false where there is none.
func (s *Segments) Next() (job captioning.Job, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.jobs) == 0 {
		return captioning.Job{}, false
	}
	job, s.jobs = s.jobs[0], s.jobs[1:]
	return job, true
}
