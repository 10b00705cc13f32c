package sweep

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/video"
)

// behind is a listing as it was before.
type behind struct {
	Videos
	was []video.Video
}

func (b behind) Unmoved(_ context.Context, status video.Status, _ time.Time, _ int) (vs []video.Video, err error) {
	for _, v := range b.was {
		if v.Status == status {
			vs = append(vs, v)
		}
	}
	return vs, nil
}

func (b behind) FailedWith(context.Context, []string, time.Time, int) ([]video.Video, error) {
	return b.was, nil
}

// The index follows the table: what it shows may have moved, ended or gone.
func TestAListingThatIsBehindDoesNoHarm(t *testing.T) {
	w := newWorld(t)
	changes := []video.Change{video.FinishSegment(1, 0), video.Finish(1, tracks), video.Replace(1), video.Delete()}
	var was []video.Video
	for range changes {
		was = append(was, inWork(w))
	}
	deleted := w.create(video.Delete())
	w.now = w.now.Add(after + 1)
	for i, c := range changes {
		w.change(was[i].ID, c)
	}
	w.change(deleted.ID, video.Bury(w.now))
	gone := was[0]
	gone.ID = video.NewID()
	was = append(was, deleted, gone)
	w.sweeper.Videos = behind{w.videos, was}
	if got := w.sweep(); got != (Report{Moved: len(was)}) {
		t.Errorf("the sweep of %d did %+v", len(was), got)
	}
	if len(w.queue.sent) != 0 {
		t.Errorf("sent: %v", w.queue.sent)
	}
}

var errDown = errors.New("the store is down")

// broken fails for one video, or lists nothing of a status.
type broken struct {
	Videos
	id     string
	status video.Status
}

func (b broken) Get(ctx context.Context, id string) (video.Video, error) {
	if id == b.id {
		return video.Video{}, errDown
	}
	return b.Videos.Get(ctx, id)
}

func (b broken) Unmoved(ctx context.Context, status video.Status, before time.Time, limit int) ([]video.Video, error) {
	if status == b.status {
		return nil, errDown
	}
	return b.Videos.Unmoved(ctx, status, before, limit)
}

func TestOneVideosErrorDoesNotStopTheOthers(t *testing.T) {
	w := newWorld(t)
	for range 2 {
		queued(w)
	}
	bad := queued(w)
	for range 2 {
		queued(w)
	}
	w.now = w.now.Add(after + 1)
	w.sweeper.Videos = broken{w.videos, bad.ID, ""}
	if got := w.sweep(); got != (Report{Swept: 4, Errors: 1}) {
		t.Errorf("the sweep did %+v", got)
	}
	w.sweeper.Videos = w.videos
	if got := w.sweep(); got != (Report{Swept: 1}) {
		t.Errorf("the next sweep did %+v", got)
	}
}

func TestOneListingsErrorDoesNotStopTheOthers(t *testing.T) {
	for _, status := range []video.Status{video.Queued, video.Captioning, video.Pending, video.Deleting} {
		w := newWorld(t)
		queued(w)
		inWork(w)
		unheard(w)
		halfDeleted(w)
		w.now = w.now.Add(after + 1)
		w.sweeper.Videos = broken{w.videos, "", status}
		r, err := w.sweeper.Sweep(t.Context())
		if !errors.Is(err, errDown) || r.Swept+r.Announced+r.Removed != 3 {
			t.Errorf("without a listing of %s: %+v, %v", status, r, err)
		}
	}
}

type deaf struct{}

func (deaf) Waiting(context.Context) (uploads, segments int, err error) { return 0, 0, errDown }

func TestWithoutTheQueuesDeletesGoOn(t *testing.T) {
	w := newWorld(t)
	v := queued(w)
	halfDeleted(w)
	w.now = w.now.Add(after + 1)
	w.sweeper.Backlog = deaf{}
	if r, err := w.sweeper.Sweep(t.Context()); !errors.Is(err, errDown) || r.Removed != 1 || w.at(v.ID).Swept {
		t.Errorf("the sweep did %+v, %v", r, err)
	}
}

// ending ends the context after so many messages.
type ending struct {
	*queue
	left   int
	cancel context.CancelFunc
}

func (e *ending) Announce(ctx context.Context, id string, generation int, delay time.Duration) error {
	if e.left--; e.left == 0 {
		e.cancel()
	}
	return e.queue.Announce(ctx, id, generation, delay)
}

func TestASweepEndsInTimeAndTheNextGoesOn(t *testing.T) {
	w := newWorld(t)
	for range 5 {
		queued(w)
	}
	w.now = w.now.Add(after + 1)
	ctx, cancel := context.WithCancel(t.Context())
	w.sweeper.Queue = &ending{w.queue, 4, cancel} // with the second video
	r, err := w.sweeper.Sweep(ctx)
	if err != nil || r.Swept != 2 || !r.Unfinished {
		t.Errorf("a sweep whose time ran out: %+v, %v", r, err)
	}
	w.sweeper.Queue = w.queue
	if got := w.sweep(); got != (Report{Swept: 3}) {
		t.Errorf("the next sweep did %+v", got)
	}
}
