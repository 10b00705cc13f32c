package upload

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/memvideos"
	"github.com/cuepipe/cuepipe/internal/video"
)

// cloud is where the client uploads to, and the queue behind it.
type cloud struct {
	InParts   // nil: files are sent as a whole
	uploaded  bool
	announced []int
	down      error
	meanwhile func() // what happens while a message is being queued
}

func (c *cloud) PresignPut(_ context.Context, key, _ string, _ int64, ttl time.Duration) (string, map[string]string, error) {
	return "https://s3.example/" + key + "?for=" + ttl.String(), map[string]string{"If-None-Match": "*"}, c.down
}

func (c *cloud) PresignGet(context.Context, video.Source, string, string, time.Duration) (string, error) {
	return "", errors.New("nothing is played here")
}

func (c *cloud) Remove(context.Context, video.Source) error {
	return errors.New("nothing is removed here")
}

func (c *cloud) Stat(_ context.Context, key string) (video.Source, int64, error) {
	if !c.uploaded {
		return video.Source{}, 0, video.ErrNoObject
	}
	return video.Source{Key: key, VersionID: "v1"}, 5, c.down
}

func (c *cloud) Announce(_ context.Context, _ string, generation int, _ time.Duration) error {
	if c.down != nil {
		return c.down
	}
	c.announced = append(c.announced, generation)
	if c.meanwhile != nil {
		c.meanwhile()
	}
	return nil
}

func setUp(t *testing.T) (Uploader, *memvideos.Store, *cloud, video.Video) {
	s, c := &memvideos.Store{}, &cloud{}
	u := Uploader{Videos: s, Objects: c, Queue: c}
	v, ticket, err := u.Create(t.Context(), "owner", Request{Filename: "film.mp4", Size: 5, ContentType: "video/mp4"})
	if err != nil || ticket.URL != "https://s3.example/"+v.Source.Key+"?for=15m0s" || time.Until(ticket.Expires) > TicketLife {
		t.Fatalf("%+v, %v", ticket, err)
	}
	if v.ExpiresAt.IsZero() || v.Status != video.Pending {
		t.Fatalf("created %+v", v)
	}
	return u, s, c, v
}

func TestCompleteQueuesOnce(t *testing.T) {
	u, s, c, v := setUp(t)
	c.uploaded = true
	for range 3 {
		got, err := u.Complete(t.Context(), "owner", v.ID)
		if err != nil || got.Status != video.Queued {
			t.Fatalf("%s, %v", got.Status, err)
		}
	}
	if got, _ := s.Get(t.Context(), v.ID); len(c.announced) != 1 || !got.ExpiresAt.IsZero() {
		t.Errorf("announced %d times; expires %v", len(c.announced), got.ExpiresAt)
	}
}

func TestTheEventMayBeFaster(t *testing.T) {
	u, s, c, v := setUp(t)
	c.uploaded = true
	c.meanwhile = func() {
		for _, change := range []video.Change{video.Record(1, video.Plan{Segments: 1}), video.Dispatch(1, 1)} {
			if _, err := s.Change(t.Context(), v.ID, change); err != nil {
				t.Error(err)
			}
		}
	}
	got, err := u.Complete(t.Context(), "owner", v.ID)
	if err != nil || got.Status != video.Captioning {
		t.Errorf("%s, %v", got.Status, err)
	}
}

func TestCompleteBeforeTheUpload(t *testing.T) {
	u, _, c, v := setUp(t)
	var refusal *Refusal
	if _, err := u.Complete(t.Context(), "owner", v.ID); !errors.As(err, &refusal) || refusal.Code != "not_uploaded" || len(c.announced) != 0 {
		t.Errorf("%v, announced %v", err, c.announced)
	}
}

// A video whose message could not be queued stays pending, so that the client's
// next try queues it.
func TestAFailedAnnouncementIsTriedAgain(t *testing.T) {
	u, s, c, v := setUp(t)
	c.uploaded, c.down = true, errors.New("SQS is down")
	if _, err := u.Complete(t.Context(), "owner", v.ID); err == nil {
		t.Fatal("it went unnoticed")
	}
	if got, _ := s.Get(t.Context(), v.ID); got.Status != video.Pending {
		t.Errorf("it is %s", got.Status)
	}
	c.down = nil
	if got, err := u.Complete(t.Context(), "owner", v.ID); err != nil || got.Status != video.Queued || len(c.announced) != 1 {
		t.Errorf("%s, %v", got.Status, err)
	}
}

func TestCompleteIsForTheOwnerOnly(t *testing.T) {
	u, s, c, v := setUp(t)
	c.uploaded = true
	if _, err := u.Complete(t.Context(), "other", v.ID); !errors.Is(err, video.ErrNotFound) {
		t.Errorf("somebody else: %v", err)
	}
	for _, change := range []video.Change{video.Delete(), video.Bury(time.Now())} {
		if _, err := s.Change(t.Context(), v.ID, change); err != nil {
			t.Fatal(err)
		}
	}
	for _, owner := range []string{"owner", ""} {
		if _, err := u.Complete(t.Context(), owner, v.ID); !errors.Is(err, video.ErrNotFound) {
			t.Errorf("a deleted video, as %q: %v", owner, err)
		}
	}
}

func TestNothingIsCreatedWithoutATicket(t *testing.T) {
	s := &memvideos.Store{}
	u := Uploader{Videos: s, Objects: &cloud{down: errors.New("no credentials")}}
	if _, _, err := u.Create(t.Context(), "owner", Request{Filename: "film.mp4", Size: 5, ContentType: "video/mp4"}); err == nil {
		t.Error("a ticket without a URL")
	}
	if _, _, err := u.Create(t.Context(), "owner", Request{Filename: "notes.txt", Size: 5, ContentType: "text/plain"}); err == nil {
		t.Error("a text was admitted")
	}
	if vs, _, _ := s.List(t.Context(), "owner", video.Place{}, 10); len(vs) > 1 {
		t.Errorf("%d videos were created", len(vs))
	}
}
