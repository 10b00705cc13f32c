package captioning_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/captioning"
	"github.com/cuepipe/cuepipe/internal/memobjects"
	"github.com/cuepipe/cuepipe/internal/memvideos"
	"github.com/cuepipe/cuepipe/internal/video"
)

// A removal has a video with two versions of a source and two results, and
// what somebody does between the calls of its Remover.
type removal struct {
	t        *testing.T
	videos   *memvideos.Store
	uploads  *memobjects.Uploads
	captions *memobjects.Captions
	video    video.Video
	faults   faults
	between  func(call int)
}

func newRemoval(t *testing.T) *removal {
	r := &removal{t: t, videos: &memvideos.Store{}, uploads: &memobjects.Uploads{}, captions: &memobjects.Captions{}, between: func(int) {}}
	now := time.Now()
	r.video = video.New("owner", "film.mp4", "video/mp4", 4, now, now.Add(time.Hour))
	if err := r.videos.Create(t.Context(), r.video); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		r.uploads.Put(r.video.Source.Key, memobjects.Bytes("film"))
	}
	r.write("1/part-0.json")
	r.write("1/en.vtt")
	r.index()
	return r
}

func (r *removal) write(name string) {
	if err := r.captions.PutOnce(r.t.Context(), video.ResultsPrefix+r.video.ID+"/"+name, "", []byte("words")); err != nil {
		r.t.Fatal(err)
	}
}

// index is what a search leaves.
func (r *removal) index() {
	if err := r.captions.PutOnce(r.t.Context(), video.SearchKey(r.video.Owner), "", []byte("words")); err != nil {
		r.t.Fatal(err)
	}
}

func (r *removal) run(ctx context.Context) error {
	return r.remover().Remove(ctx, r.video)
}

func (r *removal) remover() captioning.Remover {
	return captioning.Remover{Videos: faultyVideos{r.videos, &r.faults}, Uploads: &watchedObjects{r.uploads, r}, Captions: &watchedObjects{r.captions, r}}
}

// gone fails the test unless nothing of the video is left but an item that
// waits for its second look.
func (r *removal) gone(when string) {
	r.t.Helper()
	r.is(when, video.Deleting)
}

func (r *removal) is(when string, status video.Status) {
	r.t.Helper()
	v, err := r.videos.Get(r.t.Context(), r.video.ID)
	if err != nil || v.Status != status || v.Owner != "" || v.ExpiresAt.IsZero() != (status == video.Deleting) {
		r.t.Errorf("%s: the item is %s of %q, %v", when, v.Status, v.Owner, err)
	}
	if keys := r.captions.Keys(); len(keys) != 0 {
		r.t.Errorf("%s: left are %v", when, keys)
	}
	if _, _, err := r.uploads.Stat(r.t.Context(), r.video.Source.Key); !errors.Is(err, video.ErrNoObject) {
		r.t.Errorf("%s: the source is left: %v", when, err)
	}
}

type watchedObjects struct {
	objects interface {
		RemoveAll(context.Context, string) error
		Left(context.Context, string) (bool, error)
	}
	r *removal
}

func (o *watchedObjects) RemoveAll(ctx context.Context, name string) error {
	o.r.between(o.r.faults.calls)
	return o.r.faults.call("remove", func() error { return o.objects.RemoveAll(ctx, name) })
}

func (o *watchedObjects) Left(ctx context.Context, name string) (left bool, err error) {
	o.r.between(o.r.faults.calls)
	err = o.r.faults.call("look", func() error { left, err = o.objects.Left(ctx, name); return err })
	return left, err
}

// Whoever was past his last look at the item may write once more while it is
// deleted, before any call.
func TestWhatIsWrittenDuringADeleteIsRemovedToo(t *testing.T) {
	still := newRemoval(t)
	if err := still.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	still.gone("alone")
	if still.faults.calls != 7 {
		t.Fatalf("%d calls were seen, want fence, two to remove, two to look, the index, forget", still.faults.calls)
	}
	// The last call but two is the look at what was written: what comes
	// after it is the late worker's own to remove.
	for at := 1; at < still.faults.calls-2; at++ {
		for what, late := range map[string]func(r *removal){
			"result": func(r *removal) { r.write("1/part-1.json") },
			"upload": func(r *removal) { r.uploads.Put(r.video.Source.Key, memobjects.Bytes("late")) },
		} {
			if what == "upload" && at == still.faults.calls-3 {
				continue // it was looked for already: the captioner removes it when its event comes
			}
			r := newRemoval(t)
			r.between = func(calls int) {
				if calls == at {
					late(r)
				}
			}
			if err := r.run(t.Context()); err != nil {
				t.Fatal(err)
			}
			r.gone("a late " + what)
		}
	}
}

func TestADeleteThatWasCutShortGoesOn(t *testing.T) {
	for at := 1; at <= 7; at++ {
		for _, after := range []bool{false, true} {
			r := newRemoval(t)
			r.faults = faults{at: at, after: after}
			if err := r.run(t.Context()); !errors.Is(err, errCrash) {
				t.Fatalf("call %d: %v", at, err)
			}
			if err := r.run(t.Context()); err != nil {
				t.Fatalf("after call %d, %s: %v", at, r.faults.hit, err)
			}
			r.gone("after " + r.faults.hit)
		}
	}
}

// Whoever wrote after all had been removed, and died before he could take that
// away, is cleared up after by the second look.
func TestTheSecondLookEndsADelete(t *testing.T) {
	for at := 0; at <= 6; at++ { // 0 is without a fault
		for _, after := range []bool{false, true} {
			r := newRemoval(t)
			if err := r.run(t.Context()); err != nil {
				t.Fatal(err)
			}
			r.write("1/part-1.json")
			r.index()
			r.uploads.Put(r.video.Source.Key, memobjects.Bytes("late"))
			r.faults = faults{at: at, after: after}
			if err := r.remover().Bury(t.Context(), r.video); (at == 0) != (err == nil) {
				t.Fatalf("call %d: %v", at, err)
			}
			if err := r.remover().Bury(t.Context(), r.video); err != nil && !errors.Is(err, video.ErrStale) {
				t.Fatalf("after call %d, %s: %v", at, r.faults.hit, err)
			}
			r.is("after "+r.faults.hit, video.Deleted)
		}
	}
}

// Somebody who writes for ever cannot hold a delete for ever, and it does not
// say that it is done.
func TestADeleteEndsWithItsContext(t *testing.T) {
	r := newRemoval(t)
	ctx, cancel := context.WithCancel(t.Context())
	r.between = func(calls int) {
		r.write("1/part-1.json")
		if calls > 40 {
			cancel()
		}
	}
	if err := r.run(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("the delete returned %v", err)
	}
	if v, _ := r.videos.Get(t.Context(), r.video.ID); v.Status != video.Deleting {
		t.Errorf("the video is %s", v.Status)
	}
}
