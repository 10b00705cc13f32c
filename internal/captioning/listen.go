package captioning

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/cuepipe/cuepipe/internal/media"
	"github.com/cuepipe/cuepipe/internal/video"
)

// A work is one segment in work: its video and plan, and its sound.
type work struct {
	video   video.Video
	segment int
	span    span
	sound   sound
	// What it took to get the sound, for the log.
	decode    time.Duration
	readBytes int64
}

// listen gets the sound of segment n. Where the film goes on beyond the last
// segment, because its header says nothing or lies, it lengthens the plan
// first.
func (t *Transcriber) listen(ctx context.Context, log *slog.Logger, v video.Video, n int) (work, error) {
	began := t.now()
	src := counted{t.Uploads.Source(v.Source, v.Size), new(atomic.Int64)}
	w, err := t.decode(ctx, src, v, n)
	if err == nil && w.span.last && w.sound.to() >= w.span.to {
		if v, err = t.extend(ctx, log, src, v); err == nil && n < v.Segments-1 {
			w, err = t.decode(ctx, src, v, n)
		}
	}
	w.decode, w.readBytes = t.now().Sub(began), src.read.Load()
	return w, err
}

func (t *Transcriber) decode(ctx context.Context, src media.Source, v video.Video, n int) (work, error) {
	w := work{video: v, segment: n, span: spanOf(n, v.Segments, v.SegmentLength)}
	from, to := w.span.window()
	pcm, err := t.Decoder.Decode(ctx, src, media.Window{From: from, To: to, Limit: to - from, Film: v.Duration, Places: media.Places(v.Places)})
	w.sound = sound{from, pcm}
	return w, err
}

const (
	// longestDelay is SQS's.
	longestDelay = 15 * time.Minute
	// slack is for clocks that differ and calls that are still on their way.
	slack = 15 * time.Second
)

// afterwards is a delay that ends when this process surely does nothing any
// more: its context has a deadline.
func (t *Transcriber) afterwards(ctx context.Context) time.Duration {
	deadline, ok := ctx.Deadline()
	if !ok {
		return longestDelay
	}
	return min(max(deadline.Sub(t.now()), 0)+slack, longestDelay).Truncate(time.Second)
}

// extend measures a film and lengthens its plan. The planner dispatches what is
// new. It is told after the change, so that nobody waits. A crash before that
// would leave a plan that nobody dispatches, because the next transcriber finds
// nothing to lengthen: so it is told before the change, too, by a message that
// comes when this process is surely gone.
func (t *Transcriber) extend(ctx context.Context, log *slog.Logger, src media.Source, v video.Video) (video.Video, error) {
	d, err := t.Decoder.Measure(ctx, src, video.MaxDuration)
	if err != nil {
		return v, err
	}
	longer := video.Longer{Duration: d, Segments: segments(d, v.SegmentLength)}
	if longer.Segments <= v.Segments {
		return v, nil // a seek and a count that differ a little; all sound is in the window
	}
	log.Info("the film is longer than its header says", "header", v.Duration.Seconds(), "measured", d.Seconds(), "segments", longer.Segments)
	if err := t.Arrivals.Announce(ctx, v.ID, v.Generation, t.afterwards(ctx)); err != nil {
		return v, err
	}
	extended, err := t.Videos.Change(ctx, v.ID, video.Extend(v.Generation, longer))
	if errors.Is(err, video.ErrStale) && extended.Generation == v.Generation && extended.InWork() {
		err = nil // somebody else extended it
	}
	if err != nil {
		return v, err
	}
	return extended, t.Arrivals.Announce(ctx, v.ID, v.Generation, 0)
}

// counted counts the bytes that are read of a source.
type counted struct {
	media.Source
	read *atomic.Int64
}

func (c counted) Open(ctx context.Context, offset, length int64) (io.ReadCloser, error) {
	r, err := c.Source.Open(ctx, offset, length)
	if err != nil {
		return nil, fmt.Errorf("open source: %w", err)
	}
	return countedReader{r, c.read}, nil
}

type countedReader struct {
	io.ReadCloser
	read *atomic.Int64
}

func (r countedReader) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p)
	r.read.Add(int64(n))
	return n, err
}
