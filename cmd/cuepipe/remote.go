package main

import (
	"context"
	"os"
	"time"

	"github.com/cuepipe/cuepipe/internal/client"
)

// remote captions by a service. It may caption several files at once.
type remote struct {
	*client.Client
	contentType string // empty: found out
	options     client.Options
	anew        bool          // do not go on with uploads that were interrupted
	uploads     chan struct{} // has room for as many as are uploaded at once; nil is any number
	claimed     claims
}

// partsAtOnce is how many parts of a file are on their way: enough to keep a
// line full while the storage answers.
const partsAtOnce = 4

func (r *remote) caption(ctx context.Context, file *os.File, show func(state)) (client.Video, error) {
	v, err := r.upload(ctx, file, show)
	if err != nil {
		return v, err
	}
	show(stateOf(v))
	return r.wait(ctx, v, show)
}

// upload returns when the service has the file.
func (r *remote) upload(ctx context.Context, file *os.File, show func(state)) (client.Video, error) {
	if r.uploads != nil {
		select {
		case r.uploads <- struct{}{}:
		case <-ctx.Done():
			return client.Video{}, context.Cause(ctx)
		}
		defer func() { <-r.uploads }()
	}
	about, err := describe(file, r.contentType)
	if err != nil {
		return client.Video{}, err
	}
	about.Options = r.options
	before, err := file.Stat()
	if err != nil {
		return client.Video{}, err
	}
	v, parts, err := r.resume(ctx, file, about, show)
	if err != nil {
		return v, err
	}
	if parts != nil {
		defer r.claimed.release(v.ID)
	} else {
		if v, parts, err = r.begin(ctx, file, about, show); err != nil {
			return v, err
		}
		defer r.claimed.release(v.ID)
	}
	if parts != nil {
		s := partsState(v)
		err = parts.Send(ctx, partsAtOnce, func(sent int64) {
			s.Sent = sent
			show(s)
		})
		if err != nil {
			return v, err
		}
	}
	after, err := file.Stat()
	if err == nil && (after.Size() != before.Size() || !after.ModTime().Equal(before.ModTime())) {
		err = say("%s was changed while it was uploaded, and what has arrived is neither of both.", file.Name())
	}
	if err != nil {
		return v, err
	}
	return r.Complete(ctx, v.ID)
}

// begin creates a video, and sends its file unless that goes in parts.
func (r *remote) begin(ctx context.Context, file *os.File, about client.File, show func(state)) (client.Video, *client.Parts, error) {
	v, ticket, err := r.Create(ctx, about)
	if err != nil {
		return v, nil, err
	}
	r.claimed.claim(v.ID)
	if ticket.Kind == client.Multipart {
		v.Upload = &ticket
		show(partsState(v))
		parts, err := r.Parts(v.ID, ticket, file, about.Size)
		return v, parts, err
	}
	s := state{ID: v.ID, Status: uploading, Size: about.Size}
	show(s)
	return v, nil, r.Upload(ctx, ticket, file, about.Size, func(sent int64) {
		s.Sent = sent
		show(s)
	})
}

func partsState(v client.Video) state {
	return state{ID: v.ID, Status: uploading, Size: v.Size, keptUntil: v.Upload.ExpiresAt}
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
