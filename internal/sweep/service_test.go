package sweep

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/captioning"
	"github.com/cuepipe/cuepipe/internal/video"
)

// atWork is a service that nobody can stop.
type atWork struct{ on bool }

func (s *atWork) Forget(context.Context, string, int) error {
	if s.on {
		return video.ErrAtWork
	}
	return nil
}

// A video that a service has in work is never given up, however long it takes:
// each time that the service is seen at work, the sweeper begins anew.
func TestAServiceAtWorkIsNotGivenUp(t *testing.T) {
	w := newWorld(t)
	v := w.create(video.Record(1, plan), video.Dispatch(1, 2), video.Await(1))
	for hour := range 5 {
		w.now = w.now.Add(after + time.Minute)
		r, err := w.sweeper.Sweep(t.Context())
		if err != nil || r.Swept != 1 || r.GivenUp != 0 {
			t.Fatalf("hour %d: %+v, %v", hour, r, err)
		}
		w.change(v.ID, video.Dispatch(1, 2)) // the captioner
		w.change(v.ID, video.Await(1))       // the transcriber, who has asked
	}
	// Once nobody sees it at work any more, it is stuck as any other.
	for _, want := range []video.Status{video.Queued, video.Failed} {
		w.now = w.now.Add(after + time.Minute)
		if _, err := w.sweeper.Sweep(t.Context()); err != nil || w.at(v.ID).Status != want {
			t.Errorf("it is %s, want %s; %v", w.at(v.ID).Status, want, err)
		}
	}
}

// A deleted video is buried when the service has let go of it, and that it has
// not is nobody's error.
func TestADeletedVideoIsBuriedAfterTheService(t *testing.T) {
	w := newWorld(t)
	service := &atWork{on: true}
	remover := captioning.Remover{Videos: w.videos, Uploads: w.uploads, Captions: w.captions, Service: service, Now: w.sweeper.Now}
	w.sweeper.Remover = remover
	v := w.create(video.Record(1, plan), video.Dispatch(1, 2), video.Await(1))
	if err := remover.Remove(t.Context(), v); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		w.now = w.now.Add(after + time.Minute)
		if r, err := w.sweeper.Handle(t.Context(), Request{}); err != nil || r.Waiting != 1 || r.Buried != 0 || r.Errors != 0 {
			t.Fatalf("at work: %+v, %v", r, err)
		}
	}
	service.on = false
	if r, err := w.sweeper.Sweep(t.Context()); err != nil || r.Buried != 1 || w.at(v.ID).Status != video.Deleted {
		t.Errorf("after it: %+v, %v, %s", r, err, w.at(v.ID).Status)
	}
}

// A video that is given up has no message any more that would bring anybody by.
func TestAVideoThatIsGivenUpLeavesNoSoundForAService(t *testing.T) {
	for _, broken := range []bool{false, true} {
		w := newWorld(t)
		v := inWork(w)
		w.change(v.ID, video.Sweep(w.at(v.ID)))
		words, sound := "videos/"+v.ID+"/1/segments/1.json", video.ServiceSound(v.ID, 1)
		for _, key := range []string{words, sound} {
			if err := w.captions.PutOnce(t.Context(), key, "", nil); err != nil {
				t.Fatal(err)
			}
		}
		if broken {
			w.sweeper.Sounds = brokenSounds{}
		}
		w.now = w.now.Add(after + time.Second)
		r := w.sweep()
		want := []string{words}
		if broken {
			want = append(want, sound)
		}
		if got := w.captions.Keys(); !slices.Equal(got, want) || r.GivenUp != 1 || (r.Errors == 1) != broken {
			t.Errorf("broken: %v: left %v; %+v", broken, got, r)
		}
	}
}

type brokenSounds struct{}

func (brokenSounds) Remove(context.Context, string) error { return errors.New("storage is down") }
