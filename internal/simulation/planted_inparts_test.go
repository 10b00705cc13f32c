package simulation

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/notify"
	"github.com/cuepipe/cuepipe/internal/sqsjobs"
	"github.com/cuepipe/cuepipe/internal/upload"
	"github.com/cuepipe/cuepipe/internal/video"
)

func TestPlantedFaultsAroundUploadsInPartsAreFound(t *testing.T) {
	for name, plant := range map[string]func(*steps){
		"complete announces before it joins": func(s *steps) {
			s.complete = completeWith(func(p *ports, u *upload.Uploader) {
				early := &announcedFirst{uploads: p.uploads(), Uploads: p.arrivals()}
				u.Objects, u.Queue = early, early
			})
		},
		"complete takes what another has joined for gone": func(s *steps) {
			s.complete = completeWith(func(p *ports, u *upload.Uploader) { u.Objects = &unlooked{uploads: p.uploads()} })
		},
		"complete joins, and leaves the rest to the event": func(s *steps) {
			s.complete = completeWith(func(p *ports, u *upload.Uploader) { u.Queue = silent{} })
		},
		"complete that says so before all is there": func(s *steps) {
			s.complete = func(p *ports) func(context.Context, string, string) (video.Video, error) {
				return func(ctx context.Context, owner, id string) (video.Video, error) {
					v, err := p.uploader().Complete(ctx, owner, id)
					var refusal *upload.Refusal
					if errors.As(err, &refusal) {
						err = nil
					}
					return v, err
				}
			}
		},
		"a delete that leaves the parts": func(s *steps) {
			s.remove = func(p *ports) func(context.Context, video.Video) error {
				r := p.remover()
				r.Uploads = versionsOnly{p.uploads()}
				return r.Remove
			}
		},
	} {
		t.Run(name, func(t *testing.T) { isFound(t, plant) })
	}
}

func TestPlantedFaultsAroundEventsAreFound(t *testing.T) {
	ends := func(v video.Video) bool { return slices.Contains(notify.Ends(), v.Status) }
	for name, told := range map[string]func(before, after video.Video) bool{
		"whatever changes at an end is told": func(_, after video.Video) bool { return ends(after) },
		"only captions are told":             func(before, after video.Video) bool { return before.InWork() && after.Status == video.Ready },
		"each end but the first": func(before, after video.Video) bool {
			return before.Generation > 1 && ends(after) && !ends(before)
		},
		"a retry is told": func(before, after video.Video) bool { return before.Generation != after.Generation },
	} {
		t.Run(name, func(t *testing.T) {
			isFound(t, func(s *steps) {
				s.tell = func(before, after video.Video) (notify.Event, bool) {
					if !told(before, after) {
						return notify.Event{}, false
					}
					e, _ := notify.Told(video.Video{}, after)
					return e, true
				}
			})
		})
	}
}

func completeWith(plant func(*ports, *upload.Uploader)) func(*ports) func(context.Context, string, string) (video.Video, error) {
	return func(p *ports) func(context.Context, string, string) (video.Video, error) {
		u := p.uploader()
		plant(p, &u)
		return u.Complete
	}
}

// announcedFirst has the message sent before the parts are put together.
type announcedFirst struct {
	uploads
	sqsjobs.Uploads
	sent bool
}

func (a *announcedFirst) Parts(ctx context.Context, key, id string, after int) ([]video.Part, int, error) {
	of, _ := video.IDOfSource(key)
	a.sent = true
	if err := a.Uploads.Announce(ctx, of, 1, upload.EventGrace); err != nil {
		return nil, 0, err
	}
	return a.uploads.Parts(ctx, key, id, after)
}

func (a *announcedFirst) Announce(ctx context.Context, id string, generation int, delay time.Duration) error {
	if a.sent {
		return nil
	}
	return a.Uploads.Announce(ctx, id, generation, delay)
}

// unlooked uploads show no object where there is no upload in parts any more.
type unlooked struct {
	uploads
	gone bool
}

func (u *unlooked) Parts(ctx context.Context, key, id string, after int) ([]video.Part, int, error) {
	parts, next, err := u.uploads.Parts(ctx, key, id, after)
	u.gone = errors.Is(err, video.ErrNoUpload)
	return parts, next, err
}

func (u *unlooked) Stat(ctx context.Context, key string) (video.Source, int64, error) {
	s, size, err := u.uploads.Stat(ctx, key)
	if u.gone && err == nil {
		return video.Source{}, 0, video.ErrNoObject
	}
	return s, size, err
}

// silent queues take nothing.
type silent struct{}

func (silent) Announce(context.Context, string, int, time.Duration) error { return nil }

// versionsOnly uploads are those that were put together.
type versionsOnly struct{ uploads }

func (u versionsOnly) RemoveAll(ctx context.Context, key string) error {
	s, _, err := u.Stat(ctx, key)
	for ; err == nil; s, _, err = u.Stat(ctx, key) {
		if err := u.Remove(ctx, s); err != nil {
			return err
		}
	}
	if errors.Is(err, video.ErrNoObject) {
		return nil
	}
	return err
}

func (u versionsOnly) Left(ctx context.Context, key string) (bool, error) {
	if left, err := u.uploads.Left(ctx, key); !left || err != nil {
		return left, err
	}
	_, _, err := u.Stat(ctx, key)
	if errors.Is(err, video.ErrNoObject) {
		return false, nil
	}
	return true, err
}
