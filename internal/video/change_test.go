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
		{Dispatch(1, 1), []Status{Queued}, Captioning},
		{Hear(1, 0, time.Second), []Status{Queued, Captioning}, stays},
		{FinishSegment(1, 0), []Status{Queued, Captioning}, stays},
		{Await(1), []Status{Queued, Captioning}, stays},
		{Finish(1, []Track{{Name: "en"}}), []Status{Queued, Captioning}, Ready},
		{LeaveUncaptioned(1, NoSpeech), []Status{Pending, Queued, Captioning}, Uncaptioned},
		{Fail(1, TooLong), []Status{Pending, Queued, Captioning}, Failed},
		{Extend(1, Longer{time.Minute, 2}), []Status{Queued, Captioning}, Queued},
		{Sweep(Video{Generation: 1, UpdatedAt: now}), []Status{Queued, Captioning}, Queued},
		{GiveUp(Video{Generation: 1, UpdatedAt: now}), []Status{Pending, Queued, Captioning}, Failed},
		{Replace(1), []Status{Queued, Captioning, Ready, Uncaptioned, Failed}, Queued},
		{Delete(), []Status{Pending, Queued, Captioning, Ready, Uncaptioned, Failed, Deleting}, Deleting},
		{Forget(), []Status{Deleting}, stays},
		{Bury(now), []Status{Deleting}, Deleted},
	} {
		for _, from := range all {
			before := Video{Status: from, Generation: 1, Segments: 1, CreatedAt: now, UpdatedAt: now}
			if c.change.Plan != nil {
				before.Segments = 0
			}
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
	for _, c := range []Change{Record(2, Plan{}), Dispatch(2, 0), Hear(2, 0, 1), Await(2), FinishSegment(2, 0), Finish(2, nil),
		LeaveUncaptioned(2, NoSpeech), Fail(2, TooLong), Replace(2), Finish(4, nil), Extend(2, Longer{1, 9}), Sweep(Video{Generation: 2})} {
		if _, err := c.Apply(v, now); !errors.Is(err, ErrStale) {
			t.Errorf("%s for generation %d holds for generation 3: %v", c.Name, c.Generation, err)
		}
	}
}

// Two planners may see two objects under a video's key. The second one must not
// put its plan in the place of the first one's, whose segments are in work.
func TestAGenerationIsPlannedOnce(t *testing.T) {
	v := Video{Status: Queued, Generation: 1}
	for n, want := range []error{nil, ErrStale} {
		for _, c := range []Change{Record(1, Plan{Segments: 2}), LeaveUncaptioned(1, NoAudio).Of(Plan{}), Fail(1, NotMedia).Of(Plan{})} {
			if _, err := c.Apply(v, now); !errors.Is(err, want) {
				t.Errorf("%s, with %d segments planned before: %v, want %v", c.Name, v.Segments, err, want)
			}
		}
		v.Segments = n + 1
	}
	// What no plan goes with ends the video all the same.
	if _, err := Fail(1, GaveUp).Apply(v, now); err != nil {
		t.Error(err)
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
		SegmentLength: time.Second, StartedAt: now, Swept: true, Heard: map[int]time.Duration{0: 1}, Failure: &TooLong, Source: Source{Key: "k", VersionID: "v"}}
	got, err := Replace(1).Apply(v, now)
	if err != nil || got.Generation != 2 || got.Segments != 0 || got.Done != nil || got.Tracks != nil || got.Heard != nil || got.Failure != nil ||
		got.SegmentLength != 0 || got.Duration != 0 || got.Swept || !got.StartedAt.IsZero() {
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

func TestAPlanOnlyGrows(t *testing.T) {
	v := Video{Status: Captioning, Generation: 1, Segments: 2, Duration: time.Minute, Done: []int{0}}
	for segments, want := range map[int]error{1: ErrStale, 2: ErrStale, 3: nil} {
		if _, err := Dispatch(1, segments).Apply(Video{Status: Queued, Generation: 1, Segments: 3}, now); (err == nil) != (segments == 3) {
			t.Errorf("%d of 3 segments are dispatched: %v", segments, err)
		}
		got, err := Extend(1, Longer{time.Hour, segments}).Apply(v, now)
		if !errors.Is(err, want) {
			t.Errorf("from 2 to %d segments: %v, want %v", segments, err, want)
		}
		if err == nil && (got.Segments != 3 || got.Duration != time.Hour || !slices.Equal(got.Done, []int{0})) {
			t.Errorf("extended to %+v", got)
		}
	}
}

// A video is dispatched again once; what moves after that may stop once more.
func TestASweptVideoMovesOrFails(t *testing.T) {
	seen := Video{Status: Captioning, Generation: 1, Segments: 2, UpdatedAt: now}
	swept, err := Sweep(seen).Apply(seen, now.Add(1))
	if err != nil || !swept.Swept {
		t.Fatalf("%+v, %v", swept, err)
	}
	if _, err := Sweep(swept).Apply(swept, now.Add(2)); !errors.Is(err, ErrStale) {
		t.Errorf("swept twice: %v", err)
	}
	moved, err := FinishSegment(1, 0).Apply(swept, now.Add(2))
	if err != nil || moved.Swept {
		t.Fatalf("after a segment: %+v, %v", moved, err)
	}
	if _, err := GiveUp(swept).Apply(moved, now.Add(3)); !errors.Is(err, ErrStale) {
		t.Errorf("given up although it had moved since it was seen: %v", err)
	}
	if _, err := Sweep(moved).Apply(moved, now.Add(3)); err != nil {
		t.Errorf("it cannot be swept again: %v", err)
	}
	if failed, err := GiveUp(swept).Apply(swept, now.Add(3)); err != nil || failed.Failure.Code != Stuck.Code {
		t.Errorf("%+v, %v", failed, err)
	}
}

func TestTimeLeft(t *testing.T) {
	v := Video{Status: Captioning, Segments: 4, SegmentLength: time.Minute, StartedAt: now}
	for _, c := range []struct {
		name  string
		done  []int
		heard map[int]time.Duration
		want  time.Duration
		ok    bool
	}{
		{"nothing to go by", nil, nil, 0, false},
		{"a quarter done in a minute", []int{2}, nil, 3 * time.Minute, true},
		{"a quarter and a half of another", []int{2}, map[int]time.Duration{0: 30 * time.Second}, 100 * time.Second, true},
		{"a segment that is longer than the others", nil, map[int]time.Duration{3: 90 * time.Second}, 3 * time.Minute, true},
		{"all done", []int{0, 1, 2, 3}, nil, 0, true},
	} {
		v.Done, v.Heard = c.done, c.heard
		if got, ok := v.TimeLeft(now.Add(time.Minute)); got != c.want || ok != c.ok {
			t.Errorf("%s: %v, %v; want %v", c.name, got, ok, c.want)
		}
	}
	v.Status = Queued
	if _, ok := v.TimeLeft(now.Add(time.Minute)); ok {
		t.Error("a video that waits has an estimate")
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
