package video

import (
	"errors"
	"slices"
	"testing"
	"time"
)

var now = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// The whole table: from which states each change holds, and where it leads.
func TestTransitions(t *testing.T) {
	all := []Status{Pending, Queued, Captioning, Ready, Uncaptioned, Failed, Deleting, Deleted}
	const stays = Status("")
	for _, c := range []struct {
		change Change
		from   []Status
		to     Status
	}{
		{Arrive(), []Status{Pending}, Queued},
		{Record(1, Plan{}), []Status{Pending, Queued}, Queued},
		{Dispatch(1), []Status{Queued}, Captioning},
		{Hear(1, 0, time.Second), []Status{Queued, Captioning}, stays},
		{FinishSegment(1, 0), []Status{Queued, Captioning}, stays},
		{Finish(1, []Track{{Name: "en"}}), []Status{Queued, Captioning}, Ready},
		{LeaveUncaptioned(1, NoSpeech), []Status{Pending, Queued, Captioning}, Uncaptioned},
		{Fail(1, TooLong), []Status{Pending, Queued, Captioning}, Failed},
		{Replace(1), []Status{Queued, Captioning, Ready, Uncaptioned, Failed}, Queued},
		{Delete(), []Status{Pending, Queued, Captioning, Ready, Uncaptioned, Failed, Deleting}, Deleting},
		{Bury(now), []Status{Deleting}, Deleted},
	} {
		for _, from := range all {
			before := Video{Status: from, Generation: 1, Segments: 1, CreatedAt: now, UpdatedAt: now}
			after, err := c.change.Apply(before, now.Add(time.Second))
			if !slices.Contains(c.from, from) {
				if !errors.Is(err, ErrStale) || after.UpdatedAt != now {
					t.Errorf("%s from %s: %v, updated %v; want stale and untouched", c.change.Name, from, err, after.UpdatedAt)
				}
				continue
			}
			want := c.to
			if want == stays {
				want = from
			}
			if err != nil || after.Status != want || after.UpdatedAt == now {
				t.Errorf("%s from %s: %s, %v; want %s", c.change.Name, from, after.Status, err, want)
			}
		}
	}
}

func TestAGenerationFences(t *testing.T) {
	v := Video{Status: Captioning, Generation: 3, Segments: 1}
	for _, c := range []Change{Record(2, Plan{}), Dispatch(2), Hear(2, 0, 1), FinishSegment(2, 0), Finish(2, nil),
		LeaveUncaptioned(2, NoSpeech), Fail(2, TooLong), Replace(2), Finish(4, nil)} {
		if _, err := c.Apply(v, now); !errors.Is(err, ErrStale) {
			t.Errorf("%s for generation %d holds for generation 3: %v", c.Name, c.Generation, err)
		}
	}
}

func TestASegmentThatIsNotPlannedIsStale(t *testing.T) {
	v := Video{Status: Queued, Generation: 1, Segments: 2}
	for segment, want := range []error{nil, nil, ErrStale} {
		for _, c := range []Change{Hear(1, segment, time.Second), FinishSegment(1, segment)} {
			if _, err := c.Apply(v, now); !errors.Is(err, want) {
				t.Errorf("%s %d of 2: %v, want %v", c.Name, segment, err, want)
			}
		}
	}
}

func TestTheNextGenerationStartsClean(t *testing.T) {
	v := Video{Status: Ready, Generation: 1, Segments: 2, Done: []int{0, 1}, Duration: time.Minute, Tracks: []Track{{Name: "en"}},
		Heard: map[int]time.Duration{0: 1}, Failure: &TooLong, Source: Source{Key: "k", VersionID: "v"}}
	got, err := Replace(1).Apply(v, now)
	if err != nil || got.Generation != 2 || got.Segments != 0 || got.Done != nil || got.Tracks != nil || got.Heard != nil || got.Failure != nil {
		t.Errorf("%+v, %v", got, err)
	}
	if got.Source.Key != "k" {
		t.Error("the next generation forgot where its source is")
	}
}

func TestApplyLeavesItsArgumentAlone(t *testing.T) {
	v := Video{Status: Captioning, Generation: 1, Segments: 2, Done: append(make([]int, 0, 4), 1), Heard: map[int]time.Duration{1: 1}}
	if _, err := FinishSegment(1, 0).Apply(v, now); err != nil {
		t.Fatal(err)
	}
	if _, err := Hear(1, 0, 5).Apply(v, now); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(v.Done, []int{1}) || len(v.Heard) != 1 || v.Done[:2][1] != 0 {
		t.Errorf("Apply wrote into its argument: %v %v", v.Done[:2], v.Heard)
	}
}

func TestAFinishedSetIsComplete(t *testing.T) {
	v := Video{Status: Captioning, Generation: 1, Segments: 2}
	for _, n := range []int{1, 1, 0, 1} { // a segment may be finished twice
		if v.Complete() != (len(v.Done) == 2) {
			t.Errorf("complete with %v of 2", v.Done)
		}
		var err error
		if v, err = FinishSegment(1, n).Apply(v, now); err != nil {
			t.Fatal(err)
		}
	}
	if !v.Complete() || !slices.Equal(v.Done, []int{0, 1}) || !v.IsDone(1) || v.IsDone(2) {
		t.Errorf("done is %v", v.Done)
	}
	if (Video{}).Complete() {
		t.Error("a video without a plan is complete")
	}
}

func TestIDs(t *testing.T) {
	for range 100 {
		if id := NewID(); !ValidID(id) {
			t.Fatalf("%q is not valid", id)
		}
	}
	for _, bad := range []string{"", "a", "abcdefghijklmnopqrstuvwxy", "abcdefghijklmnopqrstuvwxyzz", "abcdefghijklmnopqrstuvwxy/", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxy0"} {
		if ValidID(bad) {
			t.Errorf("%q is valid", bad)
		}
	}
	id := NewID()
	if got, ok := IDOfSource(SourceKey(OwnerID("i", "s"), id)); !ok || got != id {
		t.Errorf("the key of %s names %q", id, got)
	}
	for _, key := range []string{"", "uploads/", "uploads/" + id, "videos/o/" + id, "uploads/o/" + id + "/x", "uploads/o/x"} {
		if got, ok := IDOfSource(key); ok {
			t.Errorf("%q names %q", key, got)
		}
	}
	if OwnerID("a", "bc") == OwnerID("ab", "c") || len(OwnerID("a", "b")) != 32 {
		t.Error("owners are confused")
	}
}
