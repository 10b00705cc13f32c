package videotest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/video"
)

const ownName = "en-x-edited"

func ownVersion(sum string) video.Version {
	return video.Version{ID: video.NewID(), Cues: 3, SavedAt: epoch.Add(90 * time.Minute), Sum: sum}
}

// ownChanges save and remove people's tracks, as somebody would who saw the
// video in some edition.
func ownChanges(seen video.Video, edition int) []video.Change {
	seen.OwnEdition = edition
	var cs []video.Change
	for _, name := range []string{ownName, "pt-BR-x-mine"} {
		c, _, err := video.SaveOwn(seen, name, ownVersion("sum"))
		if err != nil {
			panic(err) // a walk has two tracks at most
		}
		cs = append(cs, c, video.RemoveOwn(seen, name))
	}
	return cs
}

// ownTracks: of those who saved what others had changed meanwhile, none may
// take the others' text away; and what the machine does changes nothing of it.
func ownTracks(t *testing.T, s Store) {
	v := newVideo(video.NewID())
	must(t, s.Create(t.Context(), v))
	_, err := s.Change(t.Context(), v.ID, video.Record(1, plan))
	must(t, err)
	const n, rounds = 8, 3
	for round := range rounds {
		seen, err := s.Get(t.Context(), v.ID)
		must(t, err)
		var mu sync.Mutex
		var saved []string
		var wg sync.WaitGroup
		for i := range n {
			wg.Go(func() {
				version := ownVersion(fmt.Sprint(round, " ", i))
				// Another track's savers are in each other's way, too: there is one edition.
				c, _, err := video.SaveOwn(seen, []string{ownName, "de-x-mine"}[i%2], version)
				if err == nil {
					_, err = s.Change(t.Context(), v.ID, c)
				}
				switch {
				case err == nil:
					mu.Lock()
					defer mu.Unlock()
					saved = append(saved, version.ID)
				case !errors.Is(err, video.ErrStale):
					t.Error(err)
				}
			})
		}
		wg.Wait()
		after, err := s.Get(t.Context(), v.ID)
		must(t, err)
		if len(saved) != 1 || after.OwnEdition != round+1 || !slices.ContainsFunc(after.Own, func(o video.OwnTrack) bool { return o.Newest().ID == saved[0] }) {
			t.Fatalf("%d of %d saved the same edition; the store has edition %d, %+v", len(saved), n, after.OwnEdition, after.Own)
		}
	}
	before, err := s.Get(t.Context(), v.ID)
	must(t, err)
	for _, c := range []video.Change{video.Dispatch(1, 3), video.FinishSegment(1, 0), video.Finish(1, tracks), video.Replace(1), video.Fail(2, video.NotMedia)} {
		after, err := s.Change(t.Context(), v.ID, c)
		must(t, err)
		after.UpdatedAt = before.UpdatedAt
		want := after
		want.Own, want.OwnEdition = before.Own, before.OwnEdition
		same(t, after, want)
	}
	gone, err := s.Change(t.Context(), v.ID, video.Delete())
	must(t, err)
	if len(gone.Own) > 0 {
		t.Errorf("a video that is being deleted has %+v", gone.Own)
	}
	c, _, err := video.SaveOwn(gone, ownName, ownVersion("late"))
	must(t, err)
	if _, err := s.Change(t.Context(), v.ID, c); !errors.Is(err, video.ErrStale) {
		t.Errorf("a track was saved of a video that is being deleted: %v", err)
	}
}
