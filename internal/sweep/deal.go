package sweep

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/cuepipe/cuepipe/internal/metric"
	"github.com/cuepipe/cuepipe/internal/video"
)

// start has a video dispatched again, once; after that it fails.
//
// Its message is sent before the change and again after it. The first comes
// when this process is surely gone: where it died between, the video has been
// started all the same, or nothing happened and the next sweep sees it as it
// was. The second saves the wait. Whichever comes last finds nothing to do.
func (s Sweeper) start(ctx context.Context, r *Report, seen video.Video) error {
	v, err := s.Videos.Get(ctx, seen.ID) // the listing may be behind
	if err != nil {
		return err
	}
	if !v.InWork() || !v.UpdatedAt.Before(r.Before) {
		return video.ErrStale
	}
	if v.Swept {
		if _, err := s.Videos.Change(ctx, v.ID, video.GiveUp(v)); err != nil {
			return err
		}
		s.Log.Error("the video failed: it was started again and did not move", "video", v.ID, "generation", v.Generation,
			"was", v.Status, "done", len(v.Done), "segments", v.Segments)
		s.Count.Add(1, metric.GivenUp)
		r.GivenUp++
		s.removeSounds(ctx, r, v)
		return nil
	}
	if err := s.Queue.Announce(ctx, v.ID, v.Generation, afterwards(ctx)); err != nil {
		return err
	}
	if _, err := s.Videos.Change(ctx, v.ID, video.Sweep(v)); err != nil {
		return err
	}
	s.Log.Warn("the video did not move; it is started again", "video", v.ID, "generation", v.Generation,
		"was", v.Status, "since", v.UpdatedAt, "done", len(v.Done), "segments", v.Segments)
	s.Count.Add(1, metric.Swept)
	r.Swept++
	return s.Queue.Announce(ctx, v.ID, v.Generation, 0)
}

// removeSounds removes what was made for a service to hear of a video that is
// given up: it has no message any more that would bring anybody else by. What
// cannot be removed goes with the video.
func (s Sweeper) removeSounds(ctx context.Context, r *Report, v video.Video) {
	for _, key := range video.ServiceSounds(v.ID, v.Generation) {
		if err := s.Sounds.Remove(ctx, key); err != nil {
			s.Log.Error("the sound for the service is left until the video is deleted", "video", v.ID, "key", key, "err", err)
			r.Errors++
			return
		}
	}
}

// hear announces a pending video whose upload is there: S3's event was lost,
// and no client said that it is complete. What has no upload is left to the
// table's time to live.
func (s Sweeper) hear(ctx context.Context, r *Report, seen video.Video) error {
	_, _, err := s.Uploads.Stat(ctx, seen.Source.Key)
	if errors.Is(err, video.ErrNoObject) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := s.Queue.Announce(ctx, seen.ID, seen.Generation, 0); err != nil {
		return err
	}
	s.Log.Warn("an upload had come unheard; it is announced", "video", seen.ID)
	r.Announced++
	return nil
}

// remove goes on with a delete that was cut short. One that came to its end is
// looked at once more: its workers are surely gone by now.
func (s Sweeper) remove(ctx context.Context, r *Report, seen video.Video) error {
	if seen.Owner == "" {
		if err := s.Remover.Bury(ctx, seen); err != nil {
			return err
		}
		r.Buried++
		return nil
	}
	if err := s.Remover.Remove(ctx, seen); err != nil {
		return err
	}
	s.Log.Warn("a delete was cut short; it is done now", "video", seen.ID)
	r.Removed++
	return nil
}

// restart begins the next generation of a failed video, between two messages
// as in start.
func (s Sweeper) restart(ctx context.Context, r *Report, codes []string, seen video.Video) error {
	v, err := s.Videos.Get(ctx, seen.ID)
	if err != nil {
		return err
	}
	if v.Status != video.Failed || v.Failure == nil || !slices.Contains(codes, v.Failure.Code) || !v.UpdatedAt.Before(r.Before) {
		return video.ErrStale
	}
	next := v.Generation + 1
	if err := s.Queue.Announce(ctx, v.ID, next, afterwards(ctx)); err != nil {
		return err
	}
	if _, err := s.Videos.Change(ctx, v.ID, video.Replace(v.Generation)); err != nil {
		return err
	}
	s.Log.Info("the video is started again", "video", v.ID, "generation", next, "had", v.Failure.Code)
	r.Restarted++
	return s.Queue.Announce(ctx, v.ID, next, 0)
}

const (
	// longestDelay is SQS's.
	longestDelay = 15 * time.Minute
	// slack is for clocks that differ and calls that are still on their way.
	slack = 15 * time.Second
	// withoutDeadline is the delay where nothing bounds this process.
	withoutDeadline = time.Minute
)

// afterwards is a delay that ends when this process surely does nothing any
// more: its context has a deadline.
func afterwards(ctx context.Context) time.Duration {
	deadline, ok := ctx.Deadline()
	if !ok {
		return withoutDeadline
	}
	return min(max(time.Until(deadline), 0)+slack, longestDelay).Truncate(time.Second)
}
