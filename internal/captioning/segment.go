package captioning

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/cuepipe/cuepipe/internal/media"
	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/video"
)

// A Transcriber takes jobs: it recognises one segment and stores its words;
// the one that completes the set assembles the captions.
type Transcriber struct {
	Videos   Videos
	Uploads  Uploads
	Captions Captions
	Arrivals Arrivals
	Decoder  Decoder
	Detector Detector
	Engine   speech.Engine
	// Service hears what Engine cannot; nil where the installation has none.
	Service Service
	// AtOnce bounds how many parts are read at a time; 0 is 1.
	AtOnce int
	Now    func() time.Time // nil is time.Now
	Log    *slog.Logger
}

// Segment deals with one job.
func (t *Transcriber) Segment(ctx context.Context, job Job) error {
	log := t.Log.With("video", job.VideoID, "generation", job.Generation, "segment", job.Segment)
	v, err := t.Videos.Get(ctx, job.VideoID)
	if err != nil {
		return t.settled(ctx, log, job, fmt.Errorf("segment: %w", err))
	}
	if v.Generation != job.Generation || !v.InWork() || job.Segment < 0 || job.Segment >= v.Segments {
		log.Info("the job is not wanted any more", "now", v.Generation, "status", v.Status)
		return t.tidy(ctx, v, job)
	}
	if !v.IsDone(job.Segment) {
		v, err = t.recognise(ctx, log, v, job.Segment)
	}
	ended := err == nil && !v.InWork()
	if err == nil && v.InWork() && v.Complete() {
		err = t.assemble(ctx, log, v)
		ended = err == nil
	}
	if ended && (v.Options.NeedService() || v.Awaited) { // what was for the service has served its purpose
		return t.forget(ctx, v, job.Generation)
	}
	return t.settled(ctx, log, job, err)
}

// settled turns "somebody else was faster" into success. Where that was a
// delete, this worker may have written after all had been removed.
func (t *Transcriber) settled(ctx context.Context, log *slog.Logger, job Job, err error) error {
	if err == nil || settled(log, err) != nil {
		return err
	}
	v, err := t.Videos.Get(ctx, job.VideoID)
	if errors.Is(err, video.ErrNotFound) {
		v, err = video.Video{ID: job.VideoID, Status: video.Deleted}, nil
	}
	if err != nil {
		return fmt.Errorf("segment: %w", err)
	}
	return t.tidy(ctx, v, job)
}

// tidy leaves nothing of a job that is not wanted any more at the service, and
// nothing of a video that was deleted. A worker that came too late has written
// once more after the remover looked, and so has a service that was at work, and
// the sweeper's second look is an hour away: so whoever finds the video deleted
// removes what is there.
func (t *Transcriber) tidy(ctx context.Context, v video.Video, job Job) error {
	if job.Generation < v.Generation || job.Generation == v.Generation && !v.InWork() {
		if err := t.forget(ctx, v, job.Generation); err != nil {
			return err
		}
	}
	if !v.Gone() {
		return nil
	}
	if err := t.Captions.RemoveAll(ctx, resultsPrefix(v.ID)); err != nil {
		return fmt.Errorf("segment of a deleted video: %w", err)
	}
	return nil
}

// recognise stores the segment's words and returns the video with the segment
// done, or as it ended where the sound cannot be had at all.
func (t *Transcriber) recognise(ctx context.Context, log *slog.Logger, v video.Video, n int) (video.Video, error) {
	key := partKey(v.ID, v.Generation, n)
	_, err := t.Captions.Get(ctx, key)
	switch {
	case !errors.Is(err, video.ErrNoObject): // somebody has got this far before
	case v.Options.NeedService():
		err = t.ask(ctx, log, v, key)
	default:
		err = t.store(ctx, log, v, n, key)
	}
	if errors.Is(err, video.ErrAtWork) {
		log.Info("the service is at work on it")
		return v, nil
	}
	if why, ok := fault(err); ok {
		log.Info("the sound cannot be heard", "err", err)
		return t.change(ctx, v, video.Fail(v.Generation, why))
	}
	if err != nil {
		return v, fmt.Errorf("segment: %w", err)
	}
	return t.change(ctx, v, video.FinishSegment(v.Generation, n))
}

// fault says for what fault, of the source or of a service, a video fails, which
// no retry of ours mends.
func fault(err error) (video.Failure, bool) {
	switch {
	case errors.Is(err, media.ErrNotMedia):
		return video.NotMedia, true
	case errors.Is(err, media.ErrTooLong):
		return video.TooLong, true
	case errors.Is(err, video.ErrNoObject), errors.Is(err, video.ErrObjectChanged):
		return video.SourceMissing, true
	case errors.Is(err, ErrServiceRefused):
		return video.ServiceRefused, true
	case errors.Is(err, ErrServiceFailed):
		return video.ServiceFailed, true
	case errors.Is(err, errServiceOff):
		return video.ServiceOff, true
	}
	return video.Failure{}, false
}

func (t *Transcriber) store(ctx context.Context, log *slog.Logger, v video.Video, n int, key string) error {
	w, err := t.listen(ctx, log, v, n)
	if err != nil {
		return err
	}
	start, end, err := t.cuts(ctx, w)
	if err != nil {
		return err
	}
	_, err = t.hear(ctx, log, w, start, end, key)
	return err
}

// hearFrom recognises segment n anew, between given cuts, or reads what was
// recognised so before.
func (t *Transcriber) hearFrom(ctx context.Context, log *slog.Logger, v video.Video, n int, start, end cut) (part, error) {
	key := repairKey(v.ID, v.Generation, n, start)
	b, err := t.Captions.Get(ctx, key)
	if err == nil {
		return decodePart(b, n)
	}
	if !errors.Is(err, video.ErrNoObject) {
		return part{}, err
	}
	w, err := t.listen(ctx, log, v, n)
	if err != nil {
		return part{}, err
	}
	return t.hear(ctx, log, w, start, end, key)
}

// cuts finds where the segment begins and ends.
func (t *Transcriber) cuts(ctx context.Context, w work) (start, end cut, err error) {
	if !w.span.first {
		if start, err = t.cutAt(ctx, w.sound, w.span.from, w.span.reach); err != nil {
			return start, end, err
		}
	}
	if w.span.last {
		ms := max(w.sound.to().Milliseconds(), start.At)
		return start, cut{ms, ms, ms}, nil
	}
	end, err = t.cutAt(ctx, w.sound, w.span.to, w.span.reach)
	return start, end, err
}

// hear recognises what lies between two cuts and stores it under key.
func (t *Transcriber) hear(ctx context.Context, log *slog.Logger, w work, start, end cut, key string) (part, error) {
	began := t.now()
	s := w.sound.heard(start, end, w.span)
	transcript, err := t.Engine.Recognise(ctx, s.pcm, t.progress(ctx, log, w))
	if err != nil {
		return part{}, fmt.Errorf("recognise: %w", err)
	}
	p := newPart(w.segment, start, end, s.from, transcript)
	body, err := p.encode()
	if err != nil {
		return p, err
	}
	if err := t.Captions.PutOnce(ctx, key, "application/json", body); err != nil {
		return p, err
	}
	log.Info("segment recognised", "words", len(transcript.Words), "confidence", transcript.Confidence, "samples", len(s.pcm),
		"decode_ms", w.decode.Milliseconds(), "read_bytes", w.readBytes, "recognise_ms", t.now().Sub(began).Milliseconds())
	return p, nil
}

// progressTime bounds a write of progress: recognition waits for it.
const progressTime = 500 * time.Millisecond

// progress writes how far a segment was heard, now and then. It may fail:
// progress is for showing, and what matters will fail by itself. Where it fails
// it is written half as often, so that a table that is throttled gets less of
// it and costs recognition next to nothing.
func (t *Transcriber) progress(ctx context.Context, log *slog.Logger, w work) func(time.Duration) {
	v, last := w.video, t.now()
	every := hearEvery(v.Segments)
	return func(until time.Duration) {
		if t.now().Sub(last) < every {
			return
		}
		ctx, cancel := context.WithTimeout(ctx, progressTime)
		defer cancel()
		if _, err := t.Videos.Change(ctx, v.ID, video.Hear(v.Generation, w.segment, until)); err != nil {
			log.Info("progress was not written", "err", err)
			every *= 2
		}
		last = t.now()
	}
}

// hearEvery is how often one segment's progress is written: often enough for a
// person who watches, and all segments together at most ten times a second,
// for they all write into one item (DynamoDB: about 1,000 units a second).
func hearEvery(segments int) time.Duration {
	return max(time.Second, time.Duration(segments)*100*time.Millisecond)
}

func (t *Transcriber) change(ctx context.Context, v video.Video, c video.Change) (video.Video, error) {
	v, err := t.Videos.Change(ctx, v.ID, c)
	if err != nil {
		return v, fmt.Errorf("segment: %w", err)
	}
	logChange(t.Log, v, c)
	return v, nil
}

func (t *Transcriber) now() time.Time {
	if t.Now != nil {
		return t.Now()
	}
	return time.Now()
}
