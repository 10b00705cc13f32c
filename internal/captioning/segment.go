package captioning

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/cuepipe/cuepipe/internal/caption"
	"github.com/cuepipe/cuepipe/internal/media"
	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/video"
)

// A span is the part of a film that one segment covers; to 0 is the end of the
// sound.
type span struct{ from, to time.Duration }

// segments plans a film by its duration alone, so that nobody has to read it
// from end to end first. A film is one segment so far. The last segment goes on
// to the end of the sound, whatever the header says of it: headers say nothing,
// or lie.
func segments(time.Duration) []span {
	return []span{{0, 0}}
}

// hearEvery is how often a segment's progress is written: often enough for a
// person who watches, seldom enough to cost next to nothing.
const hearEvery = time.Second

// A Transcriber takes jobs: it recognises one segment and stores its words;
// the one that completes the set assembles the captions.
type Transcriber struct {
	Videos   Videos
	Uploads  Uploads
	Captions Captions
	Decoder  Decoder
	Engine   speech.Engine
	Profile  caption.Profile
	Log      *slog.Logger
}

// Segment deals with one job.
func (t *Transcriber) Segment(ctx context.Context, job Job) error {
	log := t.Log.With("video", job.VideoID, "segment", job.Segment)
	v, err := t.Videos.Get(ctx, job.VideoID)
	if err != nil {
		return settled(log, fmt.Errorf("segment: %w", err))
	}
	if v.Generation != job.Generation || !v.InWork() || job.Segment < 0 || job.Segment >= v.Segments {
		log.Info("the job is not wanted any more", "generation", job.Generation, "now", v.Generation, "status", v.Status)
		return nil
	}
	if !v.IsDone(job.Segment) {
		if v, err = t.recognise(ctx, log, v, job.Segment); err != nil {
			return settled(log, err)
		}
	}
	if !v.InWork() || !v.Complete() {
		return nil
	}
	return settled(log, t.assemble(ctx, v))
}

// recognise stores the segment's words and returns the video with the segment
// done, or as it ended where the sound cannot be had at all.
func (t *Transcriber) recognise(ctx context.Context, log *slog.Logger, v video.Video, n int) (video.Video, error) {
	key := partKey(v.ID, v.Generation, n)
	_, err := t.Captions.Get(ctx, key)
	if errors.Is(err, video.ErrNoObject) { // nobody has got this far before
		err = t.store(ctx, log, v, n, key)
	}
	switch {
	case errors.Is(err, media.ErrNotMedia):
		log.Info("not media", "err", err)
		return t.change(ctx, v, video.Fail(v.Generation, video.NotMedia))
	case errors.Is(err, media.ErrTooLong):
		return t.change(ctx, v, video.Fail(v.Generation, video.TooLong))
	case errors.Is(err, video.ErrNoObject):
		return t.change(ctx, v, video.Fail(v.Generation, video.SourceMissing))
	case err != nil:
		return v, fmt.Errorf("segment: %w", err)
	}
	return t.change(ctx, v, video.FinishSegment(v.Generation, n))
}

func (t *Transcriber) store(ctx context.Context, log *slog.Logger, v video.Video, n int, key string) error {
	began := time.Now()
	s := segments(v.Duration)[n]
	pcm, err := t.Decoder.Decode(ctx, t.Uploads.Source(v.Source, v.Size),
		media.Window{From: s.from, To: s.to, Limit: video.MaxDuration, Film: v.Duration})
	if err != nil {
		return err
	}
	decoded := time.Now()
	heard, err := t.Engine.Recognise(ctx, pcm, t.hear(ctx, log, v, n))
	if err != nil {
		return fmt.Errorf("recognise: %w", err)
	}
	body, err := newPart(n, s.from, heard).encode()
	if err != nil {
		return err
	}
	if err := t.Captions.PutOnce(ctx, key, "application/json", body); err != nil {
		return err
	}
	log.Info("segment recognised", "generation", v.Generation, "words", len(heard.Words), "confidence", heard.Confidence,
		"samples", len(pcm), "decode_ms", decoded.Sub(began).Milliseconds(), "recognise_ms", time.Since(decoded).Milliseconds())
	return nil
}

// hear writes progress now and then. It may fail: progress is for showing, and
// what matters will fail by itself.
func (t *Transcriber) hear(ctx context.Context, log *slog.Logger, v video.Video, n int) func(time.Duration) {
	last := time.Now()
	return func(until time.Duration) {
		if time.Since(last) < hearEvery {
			return
		}
		last = time.Now()
		if _, err := t.Videos.Change(ctx, v.ID, video.Hear(v.Generation, n, until)); err != nil {
			log.Info("progress was not written", "err", err)
		}
	}
}

func (t *Transcriber) change(ctx context.Context, v video.Video, c video.Change) (video.Video, error) {
	v, err := t.Videos.Change(ctx, v.ID, c)
	if err != nil {
		return v, fmt.Errorf("segment: %w", err)
	}
	logChange(t.Log, v, c)
	return v, nil
}
