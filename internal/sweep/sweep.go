// Package sweep finds videos that do not move any more and starts them again,
// so that nothing is stuck silently: not by a message that was lost, not by a
// worker that died at the wrong moment, not by a delete that was cut short.
//
// Everything in it may run twice, beside itself and beside every worker, and
// may end between any two calls: what was left undone is found by the next
// sweep.
package sweep

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/cuepipe/cuepipe/internal/metric"
	"github.com/cuepipe/cuepipe/internal/video"
)

// Videos is the store of items.
type Videos interface {
	// Get reads what the last Change wrote. It returns video.ErrNotFound.
	Get(ctx context.Context, id string) (video.Video, error)
	// Change applies c in one atomic step. It returns video.ErrNotFound or
	// video.ErrStale.
	Change(ctx context.Context, id string, c video.Change) (video.Video, error)
	// Unmoved returns up to limit videos of a status that were last changed
	// before a time, oldest first. It may be a moment behind.
	Unmoved(ctx context.Context, status video.Status, before time.Time, limit int) ([]video.Video, error)
	// FailedWith returns up to limit videos that failed with one of the codes
	// before a time, oldest first. It may be a moment behind.
	FailedWith(ctx context.Context, codes []string, before time.Time, limit int) ([]video.Video, error)
}

// Uploads has what clients uploaded.
type Uploads interface {
	// Stat returns video.ErrNoObject where nothing is stored.
	Stat(ctx context.Context, key string) (video.Source, int64, error)
}

// Queue is the uploads queue. A message that is sent twice does no harm.
type Queue interface {
	// Announce has a video of a generation looked at after delay, which is at
	// most 15 minutes.
	Announce(ctx context.Context, videoID string, generation int, delay time.Duration) error
}

// Backlog counts the messages that wait for a worker: they are neither in work
// nor delayed.
type Backlog interface {
	Waiting(ctx context.Context) (uploads, segments int, err error)
}

// Sounds are what was made for a service to hear.
type Sounds interface {
	// Remove deletes one of them. One that is gone is no error.
	Remove(ctx context.Context, key string) error
}

// Remover goes on with a delete, and ends it.
type Remover interface {
	Remove(ctx context.Context, v video.Video) error
	// Bury returns video.ErrAtWork where it is too early for it.
	Bury(ctx context.Context, v video.Video) error
}

// A Sweeper is a value that does not change. After is how long a video may
// stand still, and Retention how long a queue keeps a message: what stands
// still for longer has no message any more.
type Sweeper struct {
	Videos  Videos
	Uploads Uploads
	Queue   Queue
	Backlog Backlog
	Remover Remover
	Sounds  Sounds
	Count   metric.Counter
	Log     *slog.Logger
	Now     func() time.Time // nil is time.Now

	After, Retention time.Duration
}

const (
	// atOnce is how many videos of a status one sweep lists: as many as it can
	// deal with in its time. What is left over is older than the rest next time.
	atOnce = 1000
	// looks bounds the HEAD requests of a sweep, one for each upload that may have
	// come unheard. A thousand cost 0.04 cents, so that even an attacker's hundred
	// thousand unused tickets, looked at every quarter of an hour, cost a dollar a
	// month.
	looks = 1000
	// pendingAtOnce is how many pending videos are listed, to choose those from.
	pendingAtOnce = 10 * looks
)

// A Report counts what a sweep or a redrive did.
type Report struct {
	// Before: only videos that had not moved since then were looked at.
	Before    time.Time `json:"before"`
	Announced int       `json:"announced"` // uploads that had come unheard
	Swept     int       `json:"swept"`     // started again
	GivenUp   int       `json:"givenUp"`   // failed, because starting them again did not help
	Removed   int       `json:"removed"`   // deletes that had been cut short
	Buried    int       `json:"buried"`    // deleted videos that were looked at a second time
	Restarted int       `json:"restarted"` // failed videos of which a redrive began the next generation
	Waiting   int       `json:"waiting"`   // left alone: there are messages before theirs, or a service is at work
	Moved     int       `json:"moved"`     // left alone: they moved meanwhile
	Errors    int       `json:"errors"`    // videos that could not be dealt with; the log says why
	// Unfinished: time ran out, and there was more to do.
	Unfinished bool `json:"unfinished"`
}

// Sweep looks once at everything that stands still. It ends in time when ctx
// does. Its error is of listings: what fails for a single video is logged,
// counted, and tried again by the next sweep.
func (s Sweeper) Sweep(ctx context.Context) (Report, error) {
	now := s.now()
	r := Report{Before: now.Add(-s.After)}
	var errs []error
	list := func(status video.Status, limit int) []video.Video {
		vs, err := s.Videos.Unmoved(ctx, status, r.Before, limit)
		errs = append(errs, err)
		return vs
	}
	stuck := append(list(video.Queued, atOnce), list(video.Captioning, atOnce)...)
	pending, deleting := list(video.Pending, pendingAtOnce), list(video.Deleting, atOnce)
	if len(stuck)+len(pending) > 0 {
		uploads, segments, err := s.Backlog.Waiting(ctx)
		if err == nil {
			w := waiting{uploads, segments, now.Add(-s.Retention)}
			s.each(ctx, &r, w.due(&r, stuck), s.start)
			s.each(ctx, &r, chosen(w.due(&r, pending), now), s.hear)
		}
		errs = append(errs, err)
	}
	// Last, because it takes longest and nobody waits for it.
	s.each(ctx, &r, deleting, s.remove)
	if err := errors.Join(errs...); err != nil {
		return r, fmt.Errorf("sweep: %w", err)
	}
	return r, nil
}

// waiting are the messages that are ahead of a video's own: behind a library of
// 10,000 videos, nothing is stuck. What last moved before the queues can have
// forgotten its message has none.
type waiting struct {
	uploads, segments int
	forgotten         time.Time
}

// due returns the videos that have no message ahead of theirs, and counts the
// others.
func (w waiting) due(r *Report, vs []video.Video) (due []video.Video) {
	for _, v := range vs {
		ahead := w.uploads
		if v.Status == video.Captioning {
			ahead = w.segments
		}
		if ahead > 0 && !v.UpdatedAt.Before(w.forgotten) {
			r.Waiting++
			continue
		}
		due = append(due, v)
	}
	return due
}

// Redrive begins the next generation of up to limit videos that failed with
// one of the codes before a time; the zero time is now. It is for a cause that
// is over. Who calls it again gives the time of the first report, so that what
// failed once more meanwhile is not started for ever.
func (s Sweeper) Redrive(ctx context.Context, codes []string, before time.Time, limit int) (Report, error) {
	r := Report{Before: before}
	if before.IsZero() {
		r.Before = s.now()
	}
	failed, err := s.Videos.FailedWith(ctx, codes, r.Before, limit)
	if err != nil {
		return r, fmt.Errorf("redrive: %w", err)
	}
	s.each(ctx, &r, failed, func(ctx context.Context, r *Report, seen video.Video) error {
		return s.restart(ctx, r, codes, seen)
	})
	return r, nil
}

// each deals with one video after the other until ctx ends.
func (s Sweeper) each(ctx context.Context, r *Report, vs []video.Video, deal func(context.Context, *Report, video.Video) error) {
	for _, v := range vs {
		if ctx.Err() != nil {
			r.Unfinished = true
			return
		}
		err := deal(ctx, r, v)
		switch {
		case errors.Is(err, video.ErrStale) || errors.Is(err, video.ErrNotFound):
			r.Moved++
		case errors.Is(err, video.ErrAtWork):
			r.Waiting++
		case err != nil:
			r.Errors++
			s.Log.Error("the video could not be dealt with; the next sweep tries again", "video", v.ID, "status", v.Status, "err", err)
		}
	}
}

func (s Sweeper) now() time.Time {
	if s.Now != nil {
		return s.Now()
	}
	return time.Now()
}

// chosen takes as many pending videos as may be looked at. Most have nothing
// uploaded and stay until they expire, so that always the same would be first;
// at random, each gets its turn. The time is seed enough.
func chosen(vs []video.Video, now time.Time) []video.Video {
	random := rand.New(rand.NewPCG(uint64(now.UnixNano()), 0))
	random.Shuffle(len(vs), func(i, j int) { vs[i], vs[j] = vs[j], vs[i] })
	return vs[:min(looks, len(vs))]
}
