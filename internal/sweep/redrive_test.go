package sweep

import (
	"slices"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/video"
)

func codesOf(w *world, vs ...video.Video) (ends []string) {
	for _, v := range vs {
		ends = append(ends, describe(w.at(v.ID)))
	}
	return ends
}

func TestRedriveStartsWhatFailedForACauseThatIsOver(t *testing.T) {
	w := newWorld(t)
	a, b, stuck, bad := failed(video.GaveUp)(w), failed(video.GaveUp)(w), failed(video.Stuck)(w), failed(video.NotMedia)(w)
	w.now = w.now.Add(1)
	r, err := w.sweeper.Redrive(t.Context(), []string{"gave_up"}, time.Time{}, 10)
	if err != nil || r.Restarted != 2 || !r.Before.Equal(w.now) {
		t.Fatalf("the redrive did %+v, %v", r, err)
	}
	if got := codesOf(w, a, b, stuck, bad); !slices.Equal(got, []string{"queued, generation 2", "queued, generation 2", "failed stuck, generation 1", "failed not_media, generation 1"}) {
		t.Errorf("the videos are %v", got)
	}
	if len(w.queue.sent) != 4 || w.queue.sent[0].delay == 0 || w.queue.sent[1].delay != 0 || w.queue.sent[0].generation != 2 {
		t.Errorf("sent: %v", w.queue.sent)
	}
	w.deliver()
	if got := codesOf(w, a, b); !slices.Equal(got, []string{"ready, generation 2", "ready, generation 2"}) {
		t.Errorf("the videos are %v", got)
	}
}

func TestARedrivesListingThatIsBehindDoesNoHarm(t *testing.T) {
	w := newWorld(t)
	was := []video.Video{failed(video.GaveUp)(w), failed(video.GaveUp)(w), failed(video.GaveUp)(w)}
	before := w.now.Add(1)
	w.now = w.now.Add(time.Minute)
	for i, changes := range [][]video.Change{
		{video.Replace(1)}, // its owner was faster
		{video.Delete()},
		{video.Replace(1), video.Fail(2, video.GaveUp)}, // and it failed once more
	} {
		for _, c := range changes {
			w.change(was[i].ID, c)
		}
	}
	w.sweeper.Videos = behind{w.videos, was}
	r, err := w.sweeper.Redrive(t.Context(), []string{"gave_up"}, before, 10)
	if err != nil || r.Moved != 3 || r.Restarted != 0 || len(w.queue.sent) != 0 {
		t.Errorf("the redrive did %+v, %v, and sent %v", r, err, w.queue.sent)
	}
}

// Where the cause is not over, what failed again is not started for ever.
func TestARedriveEnds(t *testing.T) {
	w := newWorld(t)
	for range 5 {
		failed(video.GaveUp)(w)
	}
	w.now = w.now.Add(1)
	before, restarted := time.Time{}, 0
	for range 10 {
		r, err := w.sweeper.Redrive(t.Context(), []string{"gave_up"}, before, 2)
		if err != nil {
			t.Fatal(err)
		}
		if r.Restarted == 0 {
			break
		}
		before, restarted = r.Before, restarted+r.Restarted
		w.now = w.now.Add(time.Second)
		for _, m := range w.queue.sent {
			if v := w.at(m.id); v.Status == video.Queued {
				w.change(m.id, video.Fail(m.generation, video.GaveUp))
			}
		}
		w.queue.sent = nil
	}
	if restarted != 5 {
		t.Errorf("%d videos were started, want each of 5 once", restarted)
	}
}
