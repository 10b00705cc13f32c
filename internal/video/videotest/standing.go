package videotest

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/video"
)

// longAgo is before the other videos of the suite, and before any real one:
// what stands here is the oldest in the store.
var longAgo = time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC)

// standing creates n videos that were last changed a second after one another.
// At the end of the test they move, out of the way of the next.
func standing(t *testing.T, s Store, n int, as func(i int, v *video.Video)) (ids []string) {
	for i := range n {
		v := newVideo(video.NewID())
		v.UpdatedAt = longAgo.Add(time.Duration(i) * time.Second)
		as(i, &v)
		must(t, s.Create(t.Context(), v))
		ids = append(ids, v.ID)
	}
	t.Cleanup(func() {
		for _, id := range ids {
			// The test's own context has ended by now.
			if _, err := s.Change(context.WithoutCancel(t.Context()), id, video.Delete()); err != nil {
				t.Error(err)
			}
		}
	})
	return ids
}

func unmoved(t *testing.T, s Store) {
	want := standing(t, s, 5, func(_ int, v *video.Video) { v.Status = video.Captioning; v.Generation, v.Segments = 2, 3 })
	standing(t, s, 3, func(_ int, v *video.Video) { v.Status = video.Queued })
	for _, limit := range []int{1, 4, 5, 6} {
		got, err := s.Unmoved(t.Context(), video.Captioning, longAgo.Add(time.Minute), limit)
		must(t, err)
		if ids := idsOf(got); !slices.Equal(ids, want[:min(limit, 5)]) {
			t.Errorf("up to %d: %v, want the oldest of %v", limit, ids, want)
		}
	}
	got, err := s.Unmoved(t.Context(), video.Captioning, longAgo.Add(2*time.Second), 10)
	must(t, err)
	if ids := idsOf(got); !slices.Equal(ids, want[:2]) {
		t.Errorf("before the third: %v, want the first two of %v", ids, want)
	}
	for _, v := range got { // the whole video, as a Get has it
		stored, err := s.Get(t.Context(), v.ID)
		must(t, err)
		same(t, v, stored)
	}
	_, err = s.Change(t.Context(), want[0], video.Finish(2, tracks))
	must(t, err)
	got, err = s.Unmoved(t.Context(), video.Captioning, longAgo.Add(time.Minute), 10)
	must(t, err)
	if ids := idsOf(got); !slices.Equal(ids, want[1:]) {
		t.Errorf("after the first has moved: %v, want %v", ids, want[1:])
	}
}

func failedWith(t *testing.T, s Store) {
	failures := []video.Failure{video.GaveUp, video.NotMedia, video.Stuck, video.GaveUp, video.TooLong, video.GaveUp}
	all := standing(t, s, len(failures), func(i int, v *video.Video) { v.Status, v.Failure = video.Failed, &failures[i] })
	// What has nothing to caption ends with a failure, too, but did not fail.
	standing(t, s, 1, func(_ int, v *video.Video) { v.Status, v.Failure = video.Uncaptioned, &video.GaveUp })
	for _, c := range []struct {
		codes  []string
		before time.Duration
		limit  int
		want   []int
	}{
		{[]string{"gave_up"}, time.Minute, 10, []int{0, 3, 5}},
		{[]string{"gave_up"}, time.Minute, 2, []int{0, 3}},
		{[]string{"gave_up"}, 3 * time.Second, 10, []int{0}},
		{[]string{"gave_up", "stuck"}, time.Minute, 10, []int{0, 2, 3, 5}},
		{[]string{"stuck", "too_long"}, time.Minute, 1, []int{2}},
		{[]string{"no such code"}, time.Minute, 10, nil},
		{nil, time.Minute, 10, nil},
	} {
		got, err := s.FailedWith(t.Context(), c.codes, longAgo.Add(c.before), c.limit)
		must(t, err)
		var want []string
		for _, i := range c.want {
			want = append(want, all[i])
		}
		if ids := idsOf(got); !slices.Equal(ids, want) {
			t.Errorf("%v before %v, up to %d: %v, want %v", c.codes, c.before, c.limit, ids, want)
		}
	}
}

func idsOf(vs []video.Video) (ids []string) {
	for _, v := range vs {
		ids = append(ids, v.ID)
	}
	return ids
}
