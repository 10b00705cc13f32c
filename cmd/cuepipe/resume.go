package main

import (
	"context"
	"errors"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/cuepipe/cuepipe/internal/client"
	"github.com/cuepipe/cuepipe/internal/upload"
	"github.com/cuepipe/cuepipe/internal/video"
)

const (
	// uploadLife is longer than a service keeps what was not completed.
	uploadLife = 8 * 24 * time.Hour
	// mostPages of videos are looked through for it, of a hundred each.
	mostPages = 10
)

// resume finds an upload of this file that was interrupted, here or elsewhere:
// the service has a pending video with its name and size and what was asked of
// it, and what has arrived is what the file has there. parts is nil where there
// is none.
func (r *remote) resume(ctx context.Context, file *os.File, about client.File, show func(state)) (v client.Video, parts *client.Parts, err error) {
	if r.anew || about.Size <= upload.MaxPut {
		return v, nil, nil
	}
	oldest := time.Now().Add(-uploadLife)
	cursor := ""
	for range mostPages {
		var page []client.Video
		if page, cursor, err = r.List(ctx, cursor, 100); err != nil {
			return client.Video{}, nil, err
		}
		for _, v := range page {
			if v.CreatedAt.Before(oldest) {
				return client.Video{}, nil, nil
			}
			if !interruptedUpload(v, about) || !r.claimed.claim(v.ID) {
				continue
			}
			parts, err := r.goOn(ctx, file, v, show)
			if err != nil || parts != nil {
				return v, parts, err
			}
			r.claimed.release(v.ID)
		}
		if cursor == "" {
			break
		}
	}
	return client.Video{}, nil, nil
}

// interruptedUpload reports whether a video may be of this file.
func interruptedUpload(v client.Video, about client.File) bool {
	return v.Status == client.Pending && v.Upload != nil && v.Upload.Kind == client.Multipart &&
		v.Title == about.Filename && v.Size == about.Size && v.ContentType == about.ContentType && sameOptions(v.Options, about.Options)
}

// sameOptions compares what was asked, as services keep it.
func sameOptions(kept, asked client.Options) bool {
	o, err := upload.AdmitOptions(video.Options(asked), true)
	return err == nil && kept.Language == o.Language && kept.Speakers == o.Speakers && kept.Profile == o.Profile && slices.Equal(kept.Names, o.Names)
}

// goOn compares what has arrived with the file. parts is nil where nothing has,
// or where it is of another file.
func (r *remote) goOn(ctx context.Context, file *os.File, v client.Video, show func(state)) (*client.Parts, error) {
	parts, err := r.Parts(v.ID, *v.Upload, file, v.Size)
	if err != nil {
		return nil, err
	}
	s := partsState(v)
	s.Status = checking
	show(s)
	arrived, err := parts.Arrived(ctx, func(bytes int64) {
		s.Sent = bytes
		show(s)
	})
	var p *client.Problem
	switch {
	case errors.Is(err, client.ErrOtherFile), errors.As(err, &p) && (p.Status == 404 || p.Status == 409), err == nil && arrived == 0:
		return nil, nil // given up or ended meanwhile, or of no use
	case err != nil:
		return nil, err
	}
	return parts, nil
}

// claims are the videos that this process uploads to. Two files of one name and
// size must not go on with one upload.
type claims struct {
	mu  sync.Mutex
	ids map[string]bool
}

func (c *claims) claim(id string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ids[id] {
		return false
	}
	if c.ids == nil {
		c.ids = map[string]bool{}
	}
	c.ids[id] = true
	return true
}

func (c *claims) release(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.ids, id)
}
