package main

import (
	"context"
	"os"
	"time"

	"github.com/cuepipe/cuepipe/internal/client"
)

// remote captions by a service.
type remote struct {
	*client.Client
	contentType string // empty: found out
	options     client.Options
}

func (r *remote) caption(ctx context.Context, file *os.File, show func(state)) (client.Video, error) {
	about, err := describe(file, r.contentType)
	if err != nil {
		return client.Video{}, err
	}
	about.Options = r.options
	v, ticket, err := r.Create(ctx, about)
	if err != nil {
		return v, err
	}
	s := state{ID: v.ID, Status: uploading, Size: about.Size}
	show(s)
	err = r.Upload(ctx, ticket, file, about.Size, func(sent int64) {
		s.Sent = sent
		show(s)
	})
	if err != nil {
		return v, err
	}
	if v, err = r.Complete(ctx, v.ID); err != nil {
		return v, err
	}
	show(stateOf(v))
	return r.wait(ctx, v, show)
}

// Early returns what there is of a video's captions, as WebVTT.
func (r *remote) Early(ctx context.Context, id string) (client.Captions, error) {
	return r.PartialTrack(ctx, id, client.AnyLanguage, "vtt")
}

// The first looks are close together, as a short video is done in seconds.
const (
	firstLook = 250 * time.Millisecond
	maxLook   = 2 * time.Second
)

// wait looks at a video until it has ended.
func (r *remote) wait(ctx context.Context, v client.Video, show func(state)) (client.Video, error) {
	for pause := firstLook; v.InWork(); pause = min(pause*5/4, maxLook) {
		select {
		case <-ctx.Done():
			return v, context.Cause(ctx)
		case <-time.After(pause):
		}
		var err error
		if v, err = r.Get(ctx, v.ID); err != nil {
			return v, err
		}
		show(stateOf(v))
	}
	return v, nil
}
