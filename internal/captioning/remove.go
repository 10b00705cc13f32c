package captioning

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cuepipe/cuepipe/internal/video"
)

// TombstoneLife is how long a deleted video's tombstone stays: longer than any
// presigned URL, event or message of it can still be on its way (SQS keeps a
// dead letter for 14 days).
const TombstoneLife = 15 * 24 * time.Hour

// A Remover deletes videos with all that belongs to them.
type Remover struct {
	Videos Videos
	// Uploads and Captions remove every version of a key, and everything below
	// a prefix, and say whether anything of it is left.
	Uploads, Captions interface {
		RemoveAll(ctx context.Context, name string) error
		Left(ctx context.Context, name string) (bool, error)
	}
	// Service forgets what it keeps of a generation; nil where there is none. See
	// captioning.Service.
	Service interface {
		Forget(ctx context.Context, id string, generation int) error
	}
	Now func() time.Time // nil is time.Now
}

// Remove first fences off every worker, then removes the source, all versions
// of it, and all that was written. Only when a listing shows that nothing is
// left does the item lose its name and owner: a worker that was past its last
// look at the item may have written once more meanwhile. Where it is cut short
// the video stays visible as "deleting"; Remove then goes on from there.
func (r Remover) Remove(ctx context.Context, v video.Video) error {
	v, err := r.Videos.Change(ctx, v.ID, video.Delete())
	if err == nil {
		err = r.empty(ctx, v)
	}
	if err == nil {
		err = r.forgetWords(ctx, v)
	}
	if err == nil {
		_, err = r.Videos.Change(ctx, v.ID, video.Forget())
	}
	if err != nil {
		return fmt.Errorf("remove: %w", err)
	}
	return nil
}

// Bury looks a second time at a video that Remove has removed, once no worker
// of it can be running any more, and leaves a tombstone. A worker that wrote
// after the first look, and died before it could take that away again, has left
// something after all. So may a service, whose job nobody can stop: as long as
// one is at work Bury returns video.ErrAtWork, and is called again later.
func (r Remover) Bury(ctx context.Context, v video.Video) error {
	err := r.forget(ctx, v)
	if err == nil {
		err = r.empty(ctx, v)
	}
	if err == nil {
		err = r.forgetWords(ctx, v)
	}
	if err == nil {
		now := time.Now
		if r.Now != nil {
			now = r.Now
		}
		_, err = r.Videos.Change(ctx, v.ID, video.Bury(now().Add(TombstoneLife)))
	}
	if err != nil {
		return fmt.Errorf("bury: %w", err)
	}
	return nil
}

// forget removes what a service keeps of the generations that it may have been
// given. A delete raised the last of them once more.
func (r Remover) forget(ctx context.Context, v video.Video) error {
	if r.Service == nil || !v.Awaited {
		return nil
	}
	var errs []error
	for generation := 1; generation < v.Generation; generation++ {
		errs = append(errs, r.Service.Forget(ctx, v.ID, generation))
	}
	return errors.Join(errs...)
}

// forgetWords removes the index of the owner's videos, a copy that searches
// make: see package search. It comes after the captions are gone. A search that
// read them before stores its index only in the place of the one that is
// removed here, and so not at all.
func (r Remover) forgetWords(ctx context.Context, v video.Video) error {
	// The item may have no owner any more; its source says who that was.
	owner, ok := video.OwnerOfSource(v.Source.Key)
	if !ok {
		return nil
	}
	return r.Captions.RemoveAll(ctx, video.SearchFolder(owner))
}

// empty removes what there is until there is nothing.
func (r Remover) empty(ctx context.Context, v video.Video) error {
	for {
		if left, err := r.once(ctx, v); !left || err != nil {
			return err
		}
	}
}

// once removes what there is, and reports whether there is something again.
func (r Remover) once(ctx context.Context, v video.Video) (left bool, err error) {
	if err := ctx.Err(); err != nil {
		return true, err
	}
	if err := r.Uploads.RemoveAll(ctx, v.Source.Key); err != nil {
		return true, err
	}
	if err := r.Captions.RemoveAll(ctx, resultsPrefix(v.ID)); err != nil {
		return true, err
	}
	if left, err := r.Uploads.Left(ctx, v.Source.Key); left || err != nil {
		return true, err
	}
	return r.Captions.Left(ctx, resultsPrefix(v.ID))
}
