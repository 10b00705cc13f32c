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

// What the service hears at most (Amazon Transcribe's quotas: 4 hours, 2 GB).
// Which gigabytes are meant they do not say; what lies between, it says itself.
const (
	serviceDuration = 4 * time.Hour
	serviceSize     = 2 << 30
)

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
		// The mark comes before the start: what may be at the service is never
		// forgotten, and a video that is not in work any more is not started anew.
		if _, changed := t.change(ctx, v, video.Await(v.Generation)); changed != nil {
			return changed
		}
		if errors.Is(err, ErrNotAsked) {
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
	// It heard the newest object at some moment before this one. If that is ours
	// still, it was ours then: versions do not come back. If it is not, its event
	// begins the next generation, and this one's words are nobody's.
	source, _, err := t.Uploads.Stat(ctx, v.Source.Key)
	if err != nil {
		return fmt.Errorf("after the service's result: %w", err)
	}
	if source != v.Source {
		log.Info("the object was replaced while the service heard it")
		return video.ErrAtWork
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

// forget removes what the service itself keeps of a generation of v. While it is
// at work it cannot be removed: then its completion brings the job again, and
// should that be lost, it is removed with the video.
func (t *Transcriber) forget(ctx context.Context, v video.Video, generation int) error {
	if t.Service == nil || !v.Awaited {
		return nil
	}
	if err := t.Service.Forget(ctx, v.ID, generation); err != nil && !errors.Is(err, video.ErrAtWork) {
		return fmt.Errorf("segment: %w", err)
	}
	return nil
}
