package memobjects

import (
	"context"
	"sync"
	"time"

	"github.com/cuepipe/cuepipe/internal/captioning"
)

var _ captioning.Arrivals = (*Arrivals)(nil)

// Arrivals is the planner's queue, first in, first out, without delays. The
// zero value is empty and ready.
type Arrivals struct {
	mu     sync.Mutex
	queued []captioning.Arrival
}

// Announce implements captioning.Arrivals.
func (a *Arrivals) Announce(_ context.Context, videoID string, generation int, _ time.Duration) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.queued = append(a.queued, captioning.Arrival{VideoID: videoID, Generation: generation})
	return nil
}

// Next takes the oldest arrival off the queue; ok is false where there is none.
func (a *Arrivals) Next() (arrival captioning.Arrival, ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.queued) == 0 {
		return captioning.Arrival{}, false
	}
	arrival, a.queued = a.queued[0], a.queued[1:]
	return arrival, true
}
