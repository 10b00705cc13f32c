// Package videotest has the conformance suite of stores of videos. Every store
// passes it: the one in memory in its own test, the one in DynamoDB against a
// real server, because a conditional write that was only simulated proves
// nothing.
package videotest

import (
	"context"
	"errors"
	"math/rand/v2"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/video"
)

// Store is what is tested.
type Store interface {
	Create(ctx context.Context, v video.Video) error
	Get(ctx context.Context, id string) (video.Video, error)
	Change(ctx context.Context, id string, c video.Change) (video.Video, error)
	List(ctx context.Context, owner string, after video.Place, limit int) ([]video.Video, video.Place, error)
	Unmoved(ctx context.Context, status video.Status, before time.Time, limit int) ([]video.Video, error)
	FailedWith(ctx context.Context, codes []string, before time.Time, limit int) ([]video.Video, error)
}

// epoch is when the suite's videos are created; its clock stands still, so that
// what a store returns can be compared to the letter.
var epoch = time.Date(2026, 1, 2, 3, 4, 5, 600, time.UTC)

// Now is the clock that the store under test must use.
func Now() time.Time { return epoch.Add(time.Hour) }

// Run tests the store that open returns. It may hold other videos already.
func Run(t *testing.T, open func(t *testing.T) Store) {
	for _, c := range []struct {
		name string
		run  func(t *testing.T, s Store)
	}{
		{"what was created is read back, and only once", createAndGet},
		{"a video that is not there is not found", notFound},
		{"a change for another generation or state changes nothing", stale},
		{"every change is what Apply says, in any order", randomWalk},
		{"what a service has in work is not given up, and not forgotten", awaited},
		{"of many that save a person's track as they saw it exactly one does, and no machine takes it away", ownTracks},
		{"of many that finish the same set exactly one sees it complete first", fanIn},
		{"a listing has the owner's own, newest first, page by page", list},
		{"what does not move is listed by its status, oldest first", unmoved},
		{"what failed is listed by why, oldest first", failedWith},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, open(t)) })
	}
}

func newVideo(owner string) video.Video {
	v := video.New(owner, "Ein Film \"mit\" ☕.mp4", "video/mp4", 1<<33, epoch, epoch.Add(24*time.Hour).Truncate(time.Second))
	v.Upload = video.Upload{ID: "an upload's id", PartSize: 16 << 20}
	v.Options = video.Options{Language: "pt-BR", Speakers: 3, Profile: "bbc", Names: []string{"Siobhán", "Ó Briain"}}
	return v
}

func createAndGet(t *testing.T, s Store) {
	v := newVideo(video.NewID())
	must(t, s.Create(t.Context(), v))
	got, err := s.Get(t.Context(), v.ID)
	must(t, err)
	same(t, got, v)
	if err := s.Create(t.Context(), v); !errors.Is(err, video.ErrExists) {
		t.Errorf("a second create returned %v, want ErrExists", err)
	}
}

func notFound(t *testing.T, s Store) {
	id := video.NewID()
	if _, err := s.Get(t.Context(), id); !errors.Is(err, video.ErrNotFound) {
		t.Errorf("get returned %v", err)
	}
	for _, c := range append(changes(1), ownChanges(video.Video{}, 0)...) {
		if _, err := s.Change(t.Context(), id, c); !errors.Is(err, video.ErrNotFound) {
			t.Errorf("%s returned %v", c.Name, err)
		}
	}
	if _, err := s.Get(t.Context(), id); !errors.Is(err, video.ErrNotFound) {
		t.Errorf("a change made a video of nothing: %v", err)
	}
}

func stale(t *testing.T, s Store) {
	v := newVideo(video.NewID())
	must(t, s.Create(t.Context(), v))
	for _, c := range []video.Change{video.Record(2, plan), video.Dispatch(1, 3), video.Finish(1, tracks), video.Replace(1), video.Bury(epoch), ownChanges(v, 0)[0]} {
		got, err := s.Change(t.Context(), v.ID, c)
		if !errors.Is(err, video.ErrStale) {
			t.Errorf("%s returned %v, want ErrStale", c.Name, err)
		}
		same(t, got, v) // it comes with the video as it is
	}
}

// randomWalk holds the store against the pure table of transitions.
func randomWalk(t *testing.T, s Store) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 12 {
		model := newVideo(video.NewID())
		must(t, s.Create(t.Context(), model))
		for range 40 {
			all := append(changes(1+random.IntN(model.Generation+1)), ownChanges(model, random.IntN(model.OwnEdition+2))...)
			c := all[random.IntN(len(all))]
			want, wantErr := c.Apply(model, Now())
			got, err := s.Change(t.Context(), model.ID, c)
			if errors.Is(err, video.ErrStale) != errors.Is(wantErr, video.ErrStale) || (err == nil) != (wantErr == nil) {
				t.Fatalf("%s of %s, generation %d: %v, want %v", c.Name, model.Status, model.Generation, err, wantErr)
			}
			same(t, got, want)
			model = want
		}
		got, err := s.Get(t.Context(), model.ID)
		must(t, err)
		same(t, got, model)
	}
}

// awaited: each time that a service is seen at work, the sweeper begins anew,
// and what says that it had the video outlives a retry and the owner.
func awaited(t *testing.T, s Store) {
	v := newVideo(video.NewID())
	must(t, s.Create(t.Context(), v))
	change := func(c video.Change) video.Video {
		t.Helper()
		got, err := s.Change(t.Context(), v.ID, c)
		must(t, err)
		return got
	}
	change(video.Record(1, plan))
	for range 3 {
		swept := change(video.Sweep(change(video.Await(1))))
		if _, err := s.Change(t.Context(), v.ID, video.Sweep(swept)); !errors.Is(err, video.ErrStale) {
			t.Errorf("a second sweep in a row returned %v, want ErrStale", err)
		}
	}
	if got := change(video.Await(1)); got.Swept || !got.Awaited {
		t.Errorf("at work: swept %v, awaited %v", got.Swept, got.Awaited)
	}
	for _, c := range []video.Change{video.Replace(1), video.Delete(), video.Forget()} {
		if got := change(c); !got.Awaited {
			t.Errorf("after %s nobody knows that a service had it", c.Name)
		}
	}
	if _, err := s.Change(t.Context(), v.ID, video.Await(3)); !errors.Is(err, video.ErrStale) {
		t.Errorf("a deleted video is awaited: %v", err)
	}
}

func fanIn(t *testing.T, s Store) {
	const n = 12
	v := newVideo(video.NewID())
	must(t, s.Create(t.Context(), v))
	p := plan
	p.Segments = n
	_, err := s.Change(t.Context(), v.ID, video.Record(1, p))
	must(t, err)
	var mu sync.Mutex
	seen := map[int]int{} // how many were done, as a finisher saw it
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			after, err := s.Change(t.Context(), v.ID, video.FinishSegment(1, i))
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			seen[len(after.Done)]++
		})
	}
	wg.Wait()
	for i := 1; i <= n; i++ {
		if seen[i] != 1 {
			t.Errorf("%d finishers saw %d of %d segments done, want 1", seen[i], i, n)
		}
	}
}

func list(t *testing.T, s Store) {
	owner := video.NewID()
	var want []string
	for i := range 5 {
		v := newVideo(owner)
		v.CreatedAt = epoch.Add(time.Duration(i) * time.Nanosecond)
		must(t, s.Create(t.Context(), v))
		want = append([]string{v.ID}, want...)
	}
	must(t, s.Create(t.Context(), newVideo(video.NewID())))
	for _, limit := range []int{1, 2, 4, 5, 6} {
		var got []string
		after := video.Place{}
		for range 7 { // a page more than there can be
			vs, next, err := s.List(t.Context(), owner, after, limit)
			must(t, err)
			if len(vs) > limit {
				t.Fatalf("a page of %d has %d", limit, len(vs))
			}
			for _, v := range vs {
				got = append(got, v.ID)
			}
			if after = next; next == (video.Place{}) {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("in pages of %d: %v, want %v", limit, got, want)
		}
	}
	gone := want[2]
	_, err := s.Change(t.Context(), gone, video.Delete())
	must(t, err)
	_, err = s.Change(t.Context(), gone, video.Bury(epoch.Add(time.Hour).Truncate(time.Second)))
	must(t, err)
	vs, _, err := s.List(t.Context(), owner, video.Place{}, 10)
	must(t, err)
	if len(vs) != 4 || slices.ContainsFunc(vs, func(v video.Video) bool { return v.ID == gone }) {
		t.Errorf("a deleted video is still listed: %d videos", len(vs))
	}
}

var (
	plan = video.Plan{Source: video.Source{Key: "uploads/o/v", VersionID: "v1", ETag: `"e1"`}, Size: 1 << 20,
		Duration: 61*time.Second + 250*time.Millisecond, SegmentLength: 20 * time.Second, Segments: 3, Places: "\x80\xff\x00\x01"}
	tracks = []video.Track{{Name: "en", Language: "en", Kind: video.Machine, Engine: "engine 1", Cues: 7,
		Formats: map[string]string{"vtt": "videos/v/1/en.vtt", "srt": "videos/v/1/en.srt"}}}
)

// changes has one of each kind, for a generation.
func changes(generation int) []video.Change {
	return []video.Change{
		video.Arrive(), video.Record(generation, plan), video.Dispatch(generation, 3), video.Dispatch(generation, 4), video.Replace(generation),
		video.Replace(generation).Asking(video.Options{Speakers: 2, Names: []string{"Anna"}}), video.Replace(generation).Asking(video.Options{}),
		video.Extend(generation, video.Longer{Duration: time.Minute + 1500*time.Millisecond, Segments: 4}),
		video.Extend(generation, video.Longer{Duration: time.Second, Segments: 2}),
		video.Sweep(video.Video{Generation: generation, UpdatedAt: Now()}), video.Sweep(video.Video{Generation: generation, UpdatedAt: epoch}),
		video.GiveUp(video.Video{Generation: generation, UpdatedAt: Now()}), video.GiveUp(video.Video{Generation: generation, UpdatedAt: epoch}),
		video.Await(generation), video.Hear(generation, 0, 2500*time.Millisecond), video.Hear(generation, 2, 4*time.Second),
		video.FinishSegment(generation, 0), video.FinishSegment(generation, 1), video.FinishSegment(generation, 2),
		video.Finish(generation, tracks), video.LeaveUncaptioned(generation, video.NoSpeech), video.Fail(generation, video.TooLong),
		video.Fail(generation, video.NotMedia).Of(video.Plan{Source: plan.Source, Size: 7}), video.Delete(), video.Forget(), video.Bury(epoch.Add(48 * time.Hour).Truncate(time.Second)),
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// same compares but for the difference between nothing and an empty list, which
// no store has to keep, and whose owner is nobody's once it is forgotten.
func same(t *testing.T, got, want video.Video) {
	t.Helper()
	for _, v := range []*video.Video{&got, &want} {
		if len(v.Done) == 0 {
			v.Done = nil
		}
		if len(v.Heard) == 0 {
			v.Heard = nil
		}
		if len(v.Tracks) == 0 {
			v.Tracks = nil
		}
		if len(v.Own) == 0 {
			v.Own = nil
		}
	}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("the store has\n%+v, want\n%+v", got, want)
	}
}
