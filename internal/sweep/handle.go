package sweep

import (
	"context"
	"fmt"
	"time"

	"github.com/cuepipe/cuepipe/internal/video"
)

// deadlineMargin is kept free at the end of an invocation, for the report.
const deadlineMargin = 5 * time.Second

// redriveAtOnce is how many videos one call of Redrive starts at most: with
// three calls each it is done in half a minute.
const redriveAtOnce = 500

// A Request is what the function is called with. The schedule's event has none
// of these members, and means a sweep.
type Request struct {
	// Redrive has the codes of failures whose videos are to be started again; an
	// empty list, those that are nobody's fault but ours.
	Redrive []string `json:"redrive"`
	// Before is the time of the first report, where it goes on from there.
	Before time.Time `json:"before"`
}

// A Handler is the Lambda handler.
type Handler = func(context.Context, Request) (Report, error)

// ours are the failures whose cause lies with whoever runs the service.
var ours = []string{video.GaveUp.Code, video.Stuck.Code}

// Handle is a Handler. A sweep in which a video could not be dealt with is an
// error, so that somebody hears of it; the answer to a redrive says how many
// those were.
func (s Sweeper) Handle(ctx context.Context, req Request) (Report, error) {
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-deadlineMargin))
		defer cancel()
	}
	if req.Redrive != nil {
		codes := req.Redrive
		if len(codes) == 0 {
			codes = ours
		}
		r, err := s.Redrive(ctx, codes, req.Before, redriveAtOnce)
		s.Log.Info("redriven", "codes", codes, "report", r)
		return r, err
	}
	r, err := s.Sweep(ctx)
	s.Log.Info("swept", "report", r)
	if err == nil && r.Errors > 0 {
		err = fmt.Errorf("sweep: %d videos could not be dealt with; the log says why", r.Errors)
	}
	return r, err
}
