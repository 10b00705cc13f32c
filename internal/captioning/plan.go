package captioning

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/cuepipe/cuepipe/internal/media"
	"github.com/cuepipe/cuepipe/internal/video"
)

// A Planner takes arrivals: it looks at what was uploaded, writes the plan into
// the video's item and sends one job a segment.
type Planner struct {
	Videos   Videos
	Uploads  Uploads
	Prober   Prober
	Segments Segments
	// SegmentLength is the nominal length of a segment; 0 is SegmentLength.
	SegmentLength time.Duration
	Log           *slog.Logger
}

// Arrived deals with one arrival. An arrival that comes again, late or out of
// order changes nothing: what is stored decides, not what the message says.
func (p *Planner) Arrived(ctx context.Context, a Arrival) error {
	log := p.Log.With("video", a.VideoID)
	for range looks {
		err := p.look(ctx, log, a)
		if !errors.Is(err, video.ErrStale) {
			return settled(log, err)
		}
		// Somebody else was faster. Maybe he saw an older object than this worker
		// did, and this is the message of the newer one: look again.
		log.Info("the video has moved on meanwhile", "err", err)
	}
	return fmt.Errorf("plan: %w each time that it was looked at", video.ErrStale)
}

// looks is how often an arrival looks at a video that moves on meanwhile before
// it is tried again later.
const looks = 4

func (p *Planner) look(ctx context.Context, log *slog.Logger, a Arrival) error {
	v, err := p.Videos.Get(ctx, a.VideoID)
	if errors.Is(err, video.ErrNotFound) {
		log.Warn("an upload arrived for a video that does not exist; it is left alone", "key", a.Key)
		return nil
	}
	if err != nil {
		return fmt.Errorf("plan: %w", err)
	}
	// A planner that began this generation, for another object, may have died
	// before it planned it: then the message is of the one before.
	unplanned := v.Status == video.Queued && v.Segments == 0
	if a.Generation != 0 && a.Generation != v.Generation && !unplanned || a.Key != "" && a.Key != v.Source.Key {
		log.Info("the message is for another generation or object", "generation", v.Generation, "message", a.Generation)
		return nil
	}
	source, size, err := p.Uploads.Stat(ctx, v.Source.Key)
	switch {
	case errors.Is(err, video.ErrNoObject):
		return p.sourceGone(ctx, v)
	case err != nil:
		return fmt.Errorf("plan: %w", err)
	}
	if v.Gone() {
		// A presigned URL outlives the video it was made for, so an upload can
		// still come, or two. Nobody can ever ask for them: remove what there is.
		log.Info("an upload arrived for a deleted video; it is removed")
		for err == nil {
			if err = p.Uploads.Remove(ctx, source); err == nil {
				source, _, err = p.Uploads.Stat(ctx, v.Source.Key)
			}
		}
		if errors.Is(err, video.ErrNoObject) {
			return nil
		}
		return fmt.Errorf("plan: %w", err)
	}
	v, due, err := p.due(ctx, v, source)
	if err != nil {
		return err
	}
	if !due { // also where a worker before this one had no time left for the answer to what it wrote
		log.Info("the upload was dealt with before; nothing to do", "generation", v.Generation, "status", v.Status)
		return nil
	}
	return p.dispatch(ctx, v, source, size)
}

// due reports whether v has to be dispatched for this source. Another source
// than the one it was planned for begins the next generation.
func (p *Planner) due(ctx context.Context, v video.Video, source video.Source) (video.Video, bool, error) {
	unplanned := v.Segments == 0 && (v.Status == video.Pending || v.Status == video.Queued)
	switch {
	case unplanned:
		return v, true, nil
	case v.Source == source, v.Source.VersionID == "" && v.Source.ETag == "": // the latter failed before its plan
		// Queued: a planner stopped between its plan and its last message, the plan
		// was extended, or the video was swept.
		return v, v.Status == video.Queued, nil
	}
	v, err := p.Videos.Change(ctx, v.ID, video.Replace(v.Generation))
	return v, err == nil, err
}

// dispatch sends the jobs of all segments that are not done, after it has made
// the plan where there is none.
func (p *Planner) dispatch(ctx context.Context, v video.Video, source video.Source, size int64) error {
	if v.Segments == 0 {
		var err error
		if v, err = p.plan(ctx, v, source, size); err != nil || !v.InWork() {
			return err
		}
	}
	var jobs []Job
	for n := range v.Segments {
		if !v.IsDone(n) {
			jobs = append(jobs, Job{v.ID, v.Generation, n})
		}
	}
	if err := p.Segments.Send(ctx, jobs); err != nil {
		return fmt.Errorf("plan: %w", err)
	}
	// From here on a second arrival has nothing to do. A transcriber may have
	// been faster than this write; then it is stale, and that is well.
	_, err := p.change(ctx, v, video.Dispatch(v.Generation, v.Segments))
	return err
}

// plan looks at the source and returns the video with its plan, or as it ended
// where there is nothing to caption.
func (p *Planner) plan(ctx context.Context, v video.Video, source video.Source, size int64) (video.Video, error) {
	began := time.Now()
	plan := video.Plan{Source: source, Size: size, SegmentLength: cmp.Or(p.SegmentLength, SegmentLength)}
	if size > video.MaxSize {
		return p.change(ctx, v, video.Fail(v.Generation, video.TooLarge).Of(plan))
	}
	src := counted{p.Uploads.Source(source, size), new(atomic.Int64)}
	info, err := p.Prober.Probe(ctx, src)
	plan.Duration = info.Duration
	switch {
	case errors.Is(err, media.ErrNotMedia):
		p.Log.Info("not media", "video", v.ID, "err", err)
		return p.change(ctx, v, video.Fail(v.Generation, video.NotMedia).Of(plan))
	case err != nil:
		return v, fmt.Errorf("plan: %w", err)
	case !info.HasAudio:
		return p.change(ctx, v, video.LeaveUncaptioned(v.Generation, video.NoAudio).Of(plan))
	case info.Duration > video.MaxDuration:
		return p.change(ctx, v, video.Fail(v.Generation, video.TooLong).Of(plan))
	}
	if v.Options.NeedService() {
		if info.Duration > serviceDuration {
			return p.change(ctx, v, video.Fail(v.Generation, video.ServiceRefused).Of(plan))
		}
		// It hears the film as a whole.
		plan.Segments, plan.SegmentLength = 1, max(plan.SegmentLength, info.Duration)
	} else {
		plan.Segments = segments(info.Duration, plan.SegmentLength)
		plan.Places = string(info.Places.Before(starts(plan.Segments, plan.SegmentLength)...))
	}
	p.Log.Info("planned", "video", v.ID, "generation", v.Generation, "segments", plan.Segments, "duration", info.Duration.Seconds(),
		"probe_ms", time.Since(began).Milliseconds(), "read_bytes", src.read.Load())
	return p.change(ctx, v, video.Record(v.Generation, plan))
}

func (p *Planner) sourceGone(ctx context.Context, v video.Video) error {
	if !v.InWork() {
		return nil // not there yet, or not needed any more
	}
	_, err := p.change(ctx, v, video.Fail(v.Generation, video.SourceMissing))
	return err
}

func (p *Planner) change(ctx context.Context, v video.Video, c video.Change) (video.Video, error) {
	v, err := p.Videos.Change(ctx, v.ID, c)
	if err != nil {
		return v, fmt.Errorf("plan: %w", err)
	}
	logChange(p.Log, v, c)
	return v, nil
}

// settled turns "somebody else was faster" into success: whoever moved the
// video on has dealt with it.
func settled(log *slog.Logger, err error) error {
	if errors.Is(err, video.ErrStale) || errors.Is(err, video.ErrNotFound) {
		log.Info("the video has moved on; nothing to do", "err", err)
		return nil
	}
	return err
}

func logChange(log *slog.Logger, v video.Video, c video.Change) {
	code := ""
	if v.Failure != nil {
		code = v.Failure.Code
	}
	log.Info(c.Name, "video", v.ID, "generation", v.Generation, "status", v.Status, "code", code)
}
