package captioning

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/video"
)

// serviceDuration is what the service hears at most (Amazon Transcribe's quotas:
// 4 hours, and 2 GB, which is four times as much as 4 hours of a WAV of ours).
const serviceDuration = 4 * time.Hour

// errServiceOff: the video was admitted while the installation had a service.
var errServiceOff = errors.New("no service is there to hear it")

// unknownLanguage is the tag of BCP 47 for a language that nobody has named.
const unknownLanguage = "und"

// ask stores under key what the service heard of v. Where it has not heard it
// yet, it is asked to, once, and the answer is video.ErrAtWork: its completion
// brings the job again.
func (t *Transcriber) ask(ctx context.Context, log *slog.Logger, v video.Video, key string) error {
	if t.Service == nil {
		return errServiceOff
	}
	transcript, err := t.Service.Result(ctx, v)
	if errors.Is(err, ErrNotAsked) || errors.Is(err, video.ErrAtWork) {
		notAsked := errors.Is(err, ErrNotAsked)
		if notAsked {
			if err := t.storeSound(ctx, log, v); err != nil {
				return err
			}
		}
		// The mark comes before the start: what may be at the service is never
		// forgotten, and a video that is not in work any more, perhaps since its sound
		// was begun, is not started anew.
		if _, changed := t.change(ctx, v, video.Await(v.Generation)); changed != nil {
			return changed
		}
		if notAsked {
			log.Info("the service is asked", "language", v.Options.Language, "speakers", v.Options.Speakers)
			if err := t.Service.Start(ctx, v); err != nil {
				return err
			}
		}
		return video.ErrAtWork
	}
	if err != nil {
		return err
	}
	body, err := servicePart(v, transcript).encode()
	if err != nil {
		return err
	}
	if err := t.Captions.PutOnce(ctx, key, "application/json", body); err != nil {
		return err
	}
	log.Info("segment recognised", "words", len(transcript.Words), "confidence", transcript.Confidence, "engine", transcript.Engine)
	return nil
}

// servicePart is the one part of a film that a service heard.
func servicePart(v video.Video, t speech.Transcript) part {
	end := v.Duration
	if n := len(t.Words); n > 0 {
		end = max(end, t.Words[n-1].End)
	}
	t.Language = cmp.Or(t.Language, unknownLanguage)
	ms := end.Milliseconds()
	p := newPart(0, cut{}, cut{ms, ms, ms}, 0, t)
	p.Service = true
	return p
}

// forget removes what was for the service alone, once a generation of v is over:
// its sound and those of all before it, and what the service itself keeps. While
// it is at work that cannot be removed: then its completion brings the job again,
// and should that be lost, it is removed with the video. As long as a generation
// is in work its sound stays: a job that was started may not have read it yet.
func (t *Transcriber) forget(ctx context.Context, v video.Video, generation int) error {
	for _, key := range video.ServiceSounds(v.ID, generation) {
		if err := t.Captions.Remove(ctx, key); err != nil {
			return fmt.Errorf("segment: %w", err)
		}
	}
	if t.Service == nil || !v.Awaited {
		return nil
	}
	if err := t.Service.Forget(ctx, v.ID, generation); err != nil && !errors.Is(err, video.ErrAtWork) {
		return fmt.Errorf("segment: %w", err)
	}
	return nil
}
