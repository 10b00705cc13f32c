package sweep

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/video"
)

var errCrash = errors.New("the sweeper was killed")

// faults end the process at one call, counted over all ports: before its
// effect, or after it. Nothing else is done then: every later call fails, too.
type faults struct {
	at    int // from 1
	after bool
	calls int
	hit   string // which call it was
}

func (f *faults) call(name string, effect func() error) error {
	f.calls++
	if f.hit != "" {
		return errCrash
	}
	if f.calls != f.at {
		return effect()
	}
	f.hit = name
	if f.after {
		_ = effect() // whatever it said is lost
	}
	return errCrash
}

// faulty has the faults before every port of the world's sweeper.
func (f *faults) faulty(w *world) Sweeper {
	s := w.sweeper
	s.Videos, s.Uploads, s.Queue, s.Backlog, s.Remover = faultyVideos{s.Videos, f}, faultyUploads{s.Uploads, f}, faultyQueue{s.Queue, f}, faultyBacklog{s.Backlog, f}, faultyRemover{s.Remover, f}
	return s
}

// A sweeper may die between any two calls. Whatever the place, the messages
// that it sent and the next sweeps bring every video to the end that it would
// have come to, and give up none that was not really started again.
func TestACrashAnywhereIsMendedByTheNextSweep(t *testing.T) {
	sweep := func(s Sweeper, ctx context.Context) error { _, err := s.Sweep(ctx); return err }
	redrive := func(s Sweeper, ctx context.Context) error {
		_, err := s.Redrive(ctx, []string{"gave_up"}, time.Time{}, 10)
		return err
	}
	for name, c := range map[string]struct {
		video func(*world) video.Video
		run   func(Sweeper, context.Context) error
		calls int // at least
		ends  string
	}{
		"queued":       {queued, sweep, 8, "ready, generation 1"},
		"in work":      {inWork, sweep, 8, "ready, generation 1"},
		"unheard":      {unheard, sweep, 6, "ready, generation 1"},
		"half deleted": {halfDeleted, sweep, 5, "deleted, "},
		"failed":       {failed(video.GaveUp), redrive, 5, "ready, generation 2"},
		"swept before": {func(w *world) video.Video {
			v := inWork(w)
			w.change(v.ID, video.Sweep(w.at(v.ID)))
			return v
		}, sweep, 6, "failed stuck, generation 1"},
	} {
		t.Run(name, func(t *testing.T) {
			none := &faults{}
			if end := runWithFault(t, c.video, c.run, none); !strings.HasPrefix(end, c.ends) {
				t.Fatalf("without a fault the video ends %s, want %s", end, c.ends)
			}
			if none.calls < c.calls {
				t.Fatalf("only %d calls were seen", none.calls)
			}
			for _, after := range []bool{false, true} {
				for at := 1; at <= none.calls; at++ {
					f := &faults{at: at, after: after}
					if end := runWithFault(t, c.video, c.run, f); !strings.HasPrefix(end, c.ends) {
						t.Errorf("%s %s (call %d): the video ends %s, want %s",
							map[bool]string{false: "before", true: "after"}[after], f.hit, at, end, c.ends)
					}
				}
			}
		})
	}
}

// runWithFault runs once under a fault, delivers what was sent, and then does
// the same without one, twice: an hour later, and again. It returns the
// video's end.
func runWithFault(t *testing.T, make func(*world) video.Video, run func(Sweeper, context.Context) error, f *faults) string {
	t.Helper()
	w := newWorld(t)
	v := make(w)
	w.now = w.now.Add(after + 1)
	_ = run(f.faulty(w), t.Context()) // nobody may be there to read its error
	// The sweep that gives up must not have given up a video whose message it
	// only meant to send: that is why what was sent is delivered now.
	for range 2 {
		w.deliver()
		w.now = w.now.Add(after + 1)
		if err := run(w.sweeper, t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	w.deliver()
	if v := w.at(v.ID); v.Status == video.Deleted {
		if _, _, err := w.uploads.Stat(t.Context(), v.Source.Key); !errors.Is(err, video.ErrNoObject) || len(w.captions.Keys()) != 0 {
			t.Errorf("after %s, a deleted video left %v, %v", f.hit, w.captions.Keys(), err)
		}
	}
	return describe(w.at(v.ID))
}

type faultyVideos struct {
	Videos
	f *faults
}

func (v faultyVideos) Get(ctx context.Context, id string) (got video.Video, err error) {
	err = v.f.call("get", func() error { got, err = v.Videos.Get(ctx, id); return err })
	return got, err
}

func (v faultyVideos) Change(ctx context.Context, id string, c video.Change) (got video.Video, err error) {
	err = v.f.call("change: "+c.Name, func() error { got, err = v.Videos.Change(ctx, id, c); return err })
	return got, err
}

func (v faultyVideos) Unmoved(ctx context.Context, status video.Status, before time.Time, limit int) (vs []video.Video, err error) {
	err = v.f.call("list "+string(status), func() error { vs, err = v.Videos.Unmoved(ctx, status, before, limit); return err })
	return vs, err
}

func (v faultyVideos) FailedWith(ctx context.Context, codes []string, before time.Time, limit int) (vs []video.Video, err error) {
	err = v.f.call("list failed", func() error { vs, err = v.Videos.FailedWith(ctx, codes, before, limit); return err })
	return vs, err
}

type faultyUploads struct {
	Uploads
	f *faults
}

func (u faultyUploads) Stat(ctx context.Context, key string) (s video.Source, size int64, err error) {
	err = u.f.call("stat", func() error { s, size, err = u.Uploads.Stat(ctx, key); return err })
	return s, size, err
}

type faultyQueue struct {
	Queue
	f *faults
}

func (q faultyQueue) Announce(ctx context.Context, id string, generation int, delay time.Duration) error {
	return q.f.call("announce", func() error { return q.Queue.Announce(ctx, id, generation, delay) })
}

type faultyBacklog struct {
	Backlog
	f *faults
}

func (b faultyBacklog) Waiting(ctx context.Context) (uploads, segments int, err error) {
	err = b.f.call("count", func() error { uploads, segments, err = b.Backlog.Waiting(ctx); return err })
	return uploads, segments, err
}

type faultyRemover struct {
	Remover
	f *faults
}

func (r faultyRemover) Remove(ctx context.Context, v video.Video) error {
	return r.f.call("remove", func() error { return r.Remover.Remove(ctx, v) })
}

func (r faultyRemover) Bury(ctx context.Context, v video.Video) error {
	return r.f.call("bury", func() error { return r.Remover.Bury(ctx, v) })
}
