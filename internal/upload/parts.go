package upload

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/cuepipe/cuepipe/internal/video"
)

const (
	// MaxPut is the largest file that is sent as a whole, in bytes: one that is
	// broken off is soon sent again.
	MaxPut = 64 << 20
	// PartLife is how long the URL of a part takes it.
	PartLife = time.Hour
	// MostSigned is how many parts are signed at once.
	MostSigned = 100

	minPart   = 16 << 20 // bytes; S3 wants 5 MiB
	mostParts = 10_000   // S3's limit
)

// InParts is a store of files that are sent in parts. A part that is sent again
// replaces itself. Its methods return video.ErrNoUpload for an upload that was
// put together or given up.
type InParts interface {
	// Begin begins an upload of that type and returns its id.
	Begin(ctx context.Context, key, contentType string) (id string, err error)
	// Abort gives an upload up and removes its parts. It is no error where there
	// is none.
	Abort(ctx context.Context, key, id string) error
	// PresignPart returns a URL that takes exactly size bytes as a part, by a PUT
	// without any header that a browser would have to be told. It does not know
	// whether the upload is there.
	PresignPart(ctx context.Context, key, id string, number int, size int64, ttl time.Duration) (url string, err error)
	// Parts lists parts that have arrived, by their numbers, from the one after
	// that number; next, unless it is 0, is where the page after begins.
	Parts(ctx context.Context, key, id string, after int) (parts []video.Part, next int, err error)
	// Join puts together these parts, unless something is stored under key: then
	// it returns video.ErrObjectExists, and video.ErrPartChanged where a part is
	// not the one of that ETag.
	Join(ctx context.Context, key, id string, parts []video.Part) error
}

// A SignedPart is the right to send one part until a time.
type SignedPart struct {
	Number int
	Size   int64 // bytes, exactly
	URL    string
}

// partSize is a whole number of MiB, so that a file has no more parts than S3
// takes.
func partSize(size int64) int64 {
	const mib = 1 << 20
	least := (size + mostParts - 1) / mostParts
	return max(minPart, (least+mib-1)/mib*mib)
}

// createInParts begins the upload before the video is there, which keeps its
// id. Where the second fails the first is given up; should that fail as well,
// the bucket drops it some days later.
func (u Uploader) createInParts(ctx context.Context, v video.Video) (video.Video, error) {
	id, err := u.Objects.Begin(ctx, v.Source.Key, v.ContentType)
	if err != nil {
		return v, err
	}
	v.Upload = video.Upload{ID: id, PartSize: partSize(v.Size)}
	if err := u.Videos.Create(ctx, v); err != nil {
		// Also where it was the caller that went away.
		later, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer cancel()
		_ = u.Objects.Abort(later, v.Source.Key, id)
		return v, err
	}
	return v, nil
}

// SignParts returns a URL for each of the numbers, and until when they take
// their part. It returns video.ErrNotFound, also for somebody else's video and
// for one that is being deleted, or a *Refusal.
func (u Uploader) SignParts(ctx context.Context, owner, id string, numbers []int) (parts []SignedPart, expires time.Time, err error) {
	v, err := u.pendingInParts(ctx, owner, id)
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("sign parts: %w", err)
	}
	all := v.Upload.Parts(v.Size)
	if len(numbers) == 0 || len(numbers) > MostSigned {
		return nil, time.Time{}, &Refusal{"invalid_part", fmt.Sprintf("Give from 1 to %d numbers of parts as \"numbers\", for example {\"numbers\": [1, 2, 3]}.", MostSigned)}
	}
	now := u.now()
	life := min(PartLife, v.ExpiresAt.Sub(now))
	if life < time.Second { // what is forgotten may still be there for a while
		return nil, time.Time{}, refuseGone()
	}
	for _, n := range numbers {
		if n < 1 || n > all {
			return nil, time.Time{}, &Refusal{"invalid_part", fmt.Sprintf("There is no part %d: this upload's parts are 1 to %d.", n, all)}
		}
		size := v.Upload.SizeOf(n, v.Size)
		url, err := u.Objects.PresignPart(ctx, v.Source.Key, v.Upload.ID, n, size, life)
		if err != nil {
			return nil, time.Time{}, fmt.Errorf("sign parts: %w", err)
		}
		parts = append(parts, SignedPart{n, size, url})
	}
	return parts, now.Add(life), nil
}

// ListParts returns a page of the parts that have arrived, from the one after
// that number, and where the next page begins, which is 0 at the end. It returns
// what SignParts does.
func (u Uploader) ListParts(ctx context.Context, owner, id string, after int) ([]video.Part, int, error) {
	v, err := u.pendingInParts(ctx, owner, id)
	if err != nil {
		return nil, 0, fmt.Errorf("list parts: %w", err)
	}
	parts, next, err := u.Objects.Parts(ctx, v.Source.Key, v.Upload.ID, after)
	if noUpload(err) {
		err = u.whyNoUpload(ctx, v)
	}
	if err != nil {
		return nil, 0, fmt.Errorf("list parts: %w", err)
	}
	return parts, next, nil
}

// pendingInParts reads a video whose parts can still be sent.
func (u Uploader) pendingInParts(ctx context.Context, owner, id string) (video.Video, error) {
	v, err := u.own(ctx, owner, id)
	switch {
	case err != nil:
		return v, err
	case v.Gone():
		return v, video.ErrNotFound
	case !v.Upload.InParts():
		return v, &Refusal{"not_multipart", "This video's file is sent as a whole, by one PUT to the URL that its creation answered with."}
	case v.Status != video.Pending:
		return v, refuseUploaded()
	}
	return v, nil
}

func refuseUploaded() *Refusal {
	return &Refusal{"already_uploaded", "The whole file has arrived. Send no more of it; if the video is still pending, say that it is complete."}
}

func refuseGone() *Refusal {
	return &Refusal{"upload_gone", "The upload was given up, and what was sent of it is gone: parts are kept for seven days. Upload the file again as a new video."}
}

// refuseMissing names the first of the missing.
func refuseMissing(missing []int, all int) *Refusal {
	const named = 10
	var names []string
	for _, n := range missing[:min(named, len(missing))] {
		names = append(names, strconv.Itoa(n))
	}
	list := strings.Join(names, ", ")
	if more := len(missing) - named; more > 0 {
		list += fmt.Sprintf(" and %d more", more)
	}
	return &Refusal{"parts_missing", fmt.Sprintf("Of the file's %d parts these have not arrived: %s. Send them, then say again that it is complete.", all, list)}
}
