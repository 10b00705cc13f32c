package simulation

import (
	"context"
	"time"

	"github.com/cuepipe/cuepipe/internal/sweep"
	"github.com/cuepipe/cuepipe/internal/video"
)

// sweep is the schedule's call of the sweeper, or an operator's redrive.
func (r *run) sweep(req sweep.Request) {
	r.counts.Sweeps++
	w := r.spawn("sweeper", "", func(ctx context.Context, p *ports) error {
		_, err := r.product.sweep(p)(ctx, req)
		return err
	})
	w.invocation = &invocation{workers: []*worker{w}}
	r.trace(w, "begins", "", None)
}

// unmoved is the listing by status. An outdated one shows some items as they
// were before their last change.
func (r *run) unmoved(ctx context.Context, status video.Status, before time.Time, limit int, outdated bool) ([]video.Video, error) {
	vs, err := r.videos.Unmoved(ctx, status, before, limit)
	if err != nil || !outdated {
		return vs, err
	}
	vs = nil
	for _, c := range r.clips {
		if past := r.past[c.id]; len(past) > 0 {
			if v := past[len(past)-1]; v.Status == status && v.UpdatedAt.Before(before) {
				vs = append(vs, v)
			}
		}
	}
	return vs, nil
}
