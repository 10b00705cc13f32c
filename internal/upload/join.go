package upload

import (
	"context"
	"errors"
	"fmt"

	"github.com/cuepipe/cuepipe/internal/video"
)

// join puts a video's parts together and makes sure of the result. It may be
// called again, and by two at once: what another has done is found by looking
// at the object. It returns nil where the file is there as it was declared,
// video.ErrNoUpload where it is gone, or a *Refusal.
//
// S3 may take minutes for thousands of parts, longer than an API's call can.
// Whether it goes on then or not, the next call finds out.
func (u Uploader) join(ctx context.Context, v video.Video) error {
	err := u.joinOnce(ctx, v)
	if err != nil && !noUpload(err) && !errors.Is(err, video.ErrObjectExists) {
		return err
	}
	source, size, statErr := u.Objects.Stat(ctx, v.Source.Key)
	switch {
	case errors.Is(statErr, video.ErrNoObject) && errors.Is(err, video.ErrObjectExists):
		return err // it is being stored in this moment
	case errors.Is(statErr, video.ErrNoObject):
		return fmt.Errorf("join: %w", video.ErrNoUpload)
	case statErr != nil:
		return statErr
	case size == v.Size:
		return nil
	}
	// The signatures allow for no other size; whoever came by it, it is not kept.
	if err := u.Objects.Remove(ctx, source); err != nil {
		return err
	}
	if size > v.Size {
		return &Refusal{"too_large", fmt.Sprintf("The file is larger than the %d bytes that were announced, and was removed. Upload it again as a new video, with its size.", v.Size)}
	}
	return &Refusal{"upload_gone", fmt.Sprintf("The file is smaller than the %d bytes that were announced, and was removed. Upload it again as a new video, with its size.", v.Size)}
}

// joinOnce asks the store which parts there are, and to put them together if
// that is all of them.
func (u Uploader) joinOnce(ctx context.Context, v video.Video) error {
	var all []video.Part
	for after, more := 0, true; more; more = after > 0 {
		parts, next, err := u.Objects.Parts(ctx, v.Source.Key, v.Upload.ID, after)
		if err != nil {
			return err
		}
		all, after = append(all, parts...), next
	}
	if err := complete(v, all); err != nil {
		return err
	}
	err := u.Objects.Join(ctx, v.Source.Key, v.Upload.ID, all)
	if errors.Is(err, video.ErrPartChanged) {
		return &Refusal{"parts_missing", "A part was sent once more while they were put together. Say again that the upload is complete."}
	}
	return err
}

// complete checks that each part of the file is there with its size, and nothing
// else.
func complete(v video.Video, arrived []video.Part) error {
	sizes := map[int]int64{}
	for _, p := range arrived {
		sizes[p.Number] = p.Size
	}
	var missing []int
	all := v.Upload.Parts(v.Size)
	for n := 1; n <= all; n++ {
		if sizes[n] != v.Upload.SizeOf(n, v.Size) {
			missing = append(missing, n)
		}
		delete(sizes, n)
	}
	if len(missing) > 0 {
		return refuseMissing(missing, all)
	}
	for n := range sizes { // nobody was given a URL for it
		return fmt.Errorf("the upload has a part %d, and the file %d", n, all)
	}
	return nil
}

func noUpload(err error) bool { return errors.Is(err, video.ErrNoUpload) }

// uploadGone is the answer to a pending video whose upload is not there any
// more, unless the video has moved on meanwhile.
func (u Uploader) uploadGone(ctx context.Context, v video.Video) (video.Video, error) {
	now, err := u.Videos.Get(ctx, v.ID)
	switch {
	case err != nil:
		return v, err
	case now.Status == video.Pending:
		return now, refuseGone()
	}
	return now, nil
}

// whyNoUpload says why there are no parts to be listed.
func (u Uploader) whyNoUpload(ctx context.Context, v video.Video) error {
	_, _, err := u.Objects.Stat(ctx, v.Source.Key)
	if err == nil {
		return refuseUploaded()
	}
	if !errors.Is(err, video.ErrNoObject) {
		return err
	}
	now, err := u.uploadGone(ctx, v)
	switch {
	case err != nil:
		return err
	case now.Gone():
		return video.ErrNotFound
	}
	return refuseUploaded()
}
