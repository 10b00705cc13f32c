package upload

import (
	"context"
	"errors"
	"fmt"

	"github.com/cuepipe/cuepipe/internal/video"
)

// Retry captions a video anew, from wherever it stands: its next generation
// begins, what was captioned before is dropped, and a worker of the old one
// changes nothing any more. Where the upload was not noted yet, it does what
// Complete does.
//
// What is asked of the captions stays as it was, unless options say otherwise.
//
// Asked twice, it begins two generations, of which the second is captioned. It
// returns video.ErrNotFound, also for somebody else's video and for one that is
// being deleted, or a *Refusal.
func (u Uploader) Retry(ctx context.Context, owner, id string, options *video.Options) (video.Video, error) {
	v, err := u.own(ctx, owner, id)
	if err == nil && options != nil {
		var asked video.Options
		asked, err = AdmitOptions(*options, u.Service)
		options = &asked
	}
	if err == nil && !v.Gone() {
		v, err = u.again(ctx, v, options)
	}
	if err == nil && v.Gone() { // maybe in this moment
		err = video.ErrNotFound
	}
	if err != nil {
		return v, fmt.Errorf("retry: %w", err)
	}
	return v, nil
}

func (u Uploader) again(ctx context.Context, v video.Video, options *video.Options) (video.Video, error) {
	if v.Status == video.Pending && options != nil {
		return v, &Refusal{"not_uploaded", "Nothing was uploaded for this video yet. What is asked of its captions can be changed once it was."}
	}
	if v.Status == video.Pending {
		return u.arrive(ctx, v)
	}
	_, _, err := u.Objects.Stat(ctx, v.Source.Key)
	if errors.Is(err, video.ErrNoObject) {
		// Its captions, if it has any, are worth more than a failure.
		return v, &Refusal{"source_missing", "The uploaded file is not there any more, so it cannot be captioned again. Upload it again as a new video."}
	}
	if err != nil {
		return v, err
	}
	// The message first, as for an arrival. It waits, because it means nothing
	// before the generation is there; the one after the change does not, and
	// whichever comes second finds that there is nothing to do.
	next := v.Generation + 1
	if err := u.Queue.Announce(ctx, v.ID, next, EventGrace); err != nil {
		return v, err
	}
	replace := video.Replace(v.Generation)
	if options != nil {
		replace = replace.Asking(*options)
	}
	v, err = u.Videos.Change(ctx, v.ID, replace)
	if errors.Is(err, video.ErrStale) && v.Generation >= next {
		if options != nil && !v.Gone() {
			return v, &Refusal{"retried_meanwhile", "The video was begun anew in the same moment, with what was asked of its captions before. Retry it again."}
		}
		return v, nil // another retry, another object or a delete was faster
	}
	if err != nil {
		return v, err
	}
	return v, u.Queue.Announce(ctx, v.ID, v.Generation, 0)
}

// own reads a video if it is the owner's.
func (u Uploader) own(ctx context.Context, owner, id string) (video.Video, error) {
	v, err := u.Videos.Get(ctx, id)
	if err == nil && !v.VisibleTo(owner) {
		err = video.ErrNotFound
	}
	return v, err
}
