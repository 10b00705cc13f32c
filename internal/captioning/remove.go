package captioning

import (
	"context"
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
	// a prefix.
	Uploads interface {
		RemoveAll(ctx context.Context, key string) error
	}
	Captions interface {
		RemoveAll(ctx context.Context, prefix string) error
	}
	Now func() time.Time // nil is time.Now
}

// Remove first fences off every worker, then removes the source, all versions
// of it, and all that was written, and leaves a tombstone without a name or an
// owner. Where it is cut short the video stays visible as "deleting"; Remove
// then goes on from there.
func (r Remover) Remove(ctx context.Context, v video.Video) error {
	v, err := r.Videos.Change(ctx, v.ID, video.Delete())
	if err != nil {
		return fmt.Errorf("remove: %w", err)
	}
	if err := r.Uploads.RemoveAll(ctx, v.Source.Key); err != nil {
		return fmt.Errorf("remove: %w", err)
	}
	if err := r.Captions.RemoveAll(ctx, resultsPrefix(v.ID)); err != nil {
		return fmt.Errorf("remove: %w", err)
	}
	now := time.Now
	if r.Now != nil {
		now = r.Now
	}
	if _, err := r.Videos.Change(ctx, v.ID, video.Bury(now().Add(TombstoneLife))); err != nil {
		return fmt.Errorf("remove: %w", err)
	}
	return nil
}
