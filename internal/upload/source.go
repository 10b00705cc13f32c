package upload

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cuepipe/cuepipe/internal/video"
)

// A Playable is the right to read an uploaded file until a time.
type Playable struct {
	URL         string
	ContentType string
	Size        int64 // bytes
	Expires     time.Time
}

// Source lets the owner play what was uploaded. It returns video.ErrNotFound,
// also for somebody else's video and for one that is being deleted, or a
// *Refusal.
func (u Uploader) Source(ctx context.Context, owner, id string) (Playable, error) {
	v, err := u.own(ctx, owner, id)
	if err == nil && v.Gone() {
		err = video.ErrNotFound
	}
	if err != nil {
		return Playable{}, fmt.Errorf("source: %w", err)
	}
	if v.Status == video.Pending {
		return Playable{}, &Refusal{"not_uploaded", "Nothing was uploaded for this video yet, or its upload is not complete."}
	}
	// The newest version: it is the one that is captioned, or that is about to be.
	source, size, err := u.Objects.Stat(ctx, v.Source.Key)
	if errors.Is(err, video.ErrNoObject) {
		return Playable{}, &Refusal{"source_missing", "The uploaded file is not there any more, so it cannot be played. Upload it again as a new video."}
	}
	if err != nil {
		return Playable{}, fmt.Errorf("source: %w", err)
	}
	url, err := u.Objects.PresignGet(ctx, source, v.Title, v.ContentType, SourceLife)
	if err != nil {
		return Playable{}, fmt.Errorf("source: %w", err)
	}
	return Playable{url, v.ContentType, size, u.now().Add(SourceLife)}, nil
}
