package sweep

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/memobjects"
	"github.com/cuepipe/cuepipe/internal/video"
)

func TestWhatASweepDoesAndLeaves(t *testing.T) {
	swept := func(w *world) video.Video {
		v := inWork(w)
		w.change(v.ID, video.Sweep(w.at(v.ID)))
		return w.at(v.ID)
	}
	sweptAndMoved := func(w *world) video.Video {
		v := swept(w)
		w.change(v.ID, video.Dispatch(1, 2))
		w.change(v.ID, video.FinishSegment(1, 0))
		return w.at(v.ID)
	}
	as := func(changes ...video.Change) func(*world) video.Video {
		return func(w *world) video.Video { return w.create(changes...) }
	}
	for _, c := range []struct {
		name              string
		video             func(*world) video.Video
		stands            time.Duration
		uploads, segments int // that wait
		want              Report
		ends              string
		messages          int
	}{
		{"queued, but not for long", queued, after, 0, 0, Report{}, "queued, generation 1", 0},
		{"queued", queued, after + 1, 0, 0, Report{Swept: 1}, "queued, generation 1", 2},
		{"queued behind others", queued, after + 1, 1, 0, Report{Waiting: 1}, "queued, generation 1", 0},
		{"queued, and others in the next queue", queued, after + 1, 0, 9, Report{Swept: 1}, "queued, generation 1", 2},
		{"queued for longer than a queue keeps it", queued, retention + 1, 9, 9, Report{Swept: 1}, "queued, generation 1", 2},
		{"in work, but not for long", inWork, after, 0, 0, Report{}, "captioning, generation 1", 0},
		{"in work", inWork, after + 1, 0, 0, Report{Swept: 1}, "queued, generation 1", 2},
		{"in work behind others", inWork, after + 1, 0, 1, Report{Waiting: 1}, "captioning, generation 1", 0},
		{"in work, and others in the queue before", inWork, after + 1, 9, 0, Report{Swept: 1}, "queued, generation 1", 2},
		{"in work for longer than a queue keeps it", inWork, retention + 1, 9, 9, Report{Swept: 1}, "queued, generation 1", 2},
		{"swept before", swept, after + 1, 0, 0, Report{GivenUp: 1}, "failed stuck, generation 1", 0},
		{"swept before, not long ago", swept, after, 0, 0, Report{}, "queued, generation 1", 0},
		{"swept before, and behind others", swept, after + 1, 1, 0, Report{Waiting: 1}, "queued, generation 1", 0},
		{"swept before, and moved since", sweptAndMoved, after + 1, 0, 0, Report{Swept: 1}, "queued, generation 1", 2},
		{"pending, and its upload is there", unheard, after + 1, 0, 0, Report{Announced: 1}, "pending, generation 1", 1},
		{"pending, not for long", unheard, after, 0, 0, Report{}, "pending, generation 1", 0},
		{"pending, and its event may wait", unheard, after + 1, 1, 0, Report{Waiting: 1}, "pending, generation 1", 0},
		{"pending without an upload", as(), after + 1, 0, 0, Report{}, "pending, generation 1", 0},
		{"half deleted", halfDeleted, after + 1, 9, 9, Report{Removed: 1}, "deleted, generation 3", 0},
		{"half deleted, not for long", halfDeleted, after, 0, 0, Report{}, "deleting, generation 2", 0},
		{"ready", as(video.Record(1, plan), video.Finish(1, tracks)), retention + 1, 0, 0, Report{}, "ready, generation 1", 0},
		{"failed", failed(video.GaveUp), retention + 1, 0, 0, Report{}, "failed gave_up, generation 1", 0},
		{"uncaptioned", as(video.LeaveUncaptioned(1, video.NoAudio)), retention + 1, 0, 0, Report{}, "uncaptioned no_audio, generation 1", 0},
		{"deleted", as(video.Delete(), video.Bury(time.Now())), retention + 1, 0, 0, Report{}, "deleted, generation 2", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			v := c.video(w)
			w.now = w.now.Add(c.stands)
			w.backlog.uploads, w.backlog.segments = c.uploads, c.segments
			if got := w.sweep(); got != c.want {
				t.Errorf("the sweep did %+v, want %+v", got, c.want)
			}
			if got := describe(w.at(v.ID)); got != c.ends {
				t.Errorf("the video is %s, want %s", got, c.ends)
			}
			if len(w.queue.sent) != c.messages {
				t.Errorf("sent: %v, want %d messages", w.queue.sent, c.messages)
			}
			counted := strings.Contains(w.log.String(), `"Swept":1`) || strings.Contains(w.log.String(), `"GivenUp":1`)
			if counted != (c.want.Swept+c.want.GivenUp > 0) {
				t.Errorf("counted: %v", w.log)
			}
			if strings.Contains(w.log.String(), "A film") {
				t.Error("the log has a title")
			}
		})
	}
}

func TestASweptVideoIsDispatchedAgainAndMoves(t *testing.T) {
	w := newWorld(t)
	v := inWork(w)
	w.now = w.now.Add(after + 1)
	w.sweep()
	if first, second := w.queue.sent[0], w.queue.sent[1]; first.delay < 10*time.Second || second.delay != 0 || first.generation != 1 || second.id != v.ID {
		t.Fatalf("sent: %v; want one for later, and one for now", w.queue.sent)
	}
	w.deliver()
	if got := describe(w.at(v.ID)); got != "ready, generation 1" {
		t.Errorf("the video is %s", got)
	}
}

func TestNobodyAsksTheQueuesWhileNothingStandsStill(t *testing.T) {
	w := newWorld(t)
	w.create(video.Record(1, plan), video.Finish(1, tracks))
	halfDeleted(w)
	w.now = w.now.Add(after + 1)
	w.sweep()
	if w.backlog.asked != 0 {
		t.Errorf("the queues were asked %d times", w.backlog.asked)
	}
}

func TestADeleteThatWasCutShortLeavesNothing(t *testing.T) {
	w := newWorld(t)
	v := halfDeleted(w)
	w.now = w.now.Add(after + 1)
	w.sweep()
	if _, _, err := w.uploads.Stat(t.Context(), v.Source.Key); !errors.Is(err, video.ErrNoObject) || len(w.captions.Keys()) != 0 {
		t.Errorf("left: %v, %v", w.captions.Keys(), err)
	}
}

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

// looked counts the requests for each upload.
type looked struct {
	*memobjects.Uploads
	at map[string]int
}

func (l looked) Stat(ctx context.Context, key string) (video.Source, int64, error) {
	l.at[key]++
	return l.Uploads.Stat(ctx, key)
}

// However many tickets are never used, a sweep asks S3 a bounded number of
// times, and in the end for each.
func TestUnusedTicketsAreLookedAtByTurns(t *testing.T) {
	w := newWorld(t)
	l := looked{w.uploads, map[string]int{}}
	w.sweeper.Uploads = l
	const n = 2*looks + 500
	for range n {
		w.create()
	}
	w.now = w.now.Add(after + 1)
	for sweeps := 1; len(l.at) < n; sweeps++ {
		before := total(l.at)
		w.sweep()
		if asked := total(l.at) - before; asked != looks {
			t.Fatalf("S3 was asked %d times in a sweep, want %d", asked, looks)
		}
		if w.now = w.now.Add(15 * time.Minute); sweeps > 40 {
			t.Fatalf("after %d sweeps, %d of %d were looked at", sweeps, len(l.at), n)
		}
	}
}

func total(m map[string]int) (sum int) {
	for _, n := range m {
		sum += n
	}
	return sum
}

func TestADelayedMessageComesWhenTheProcessIsGone(t *testing.T) {
	for _, left := range []time.Duration{-time.Second, time.Second, time.Minute, 2 * time.Hour} {
		deadline := time.Now().Add(left)
		ctx, cancel := context.WithDeadline(t.Context(), deadline)
		got := afterwards(ctx)
		cancel()
		if left < 10*time.Minute && time.Now().Add(got).Before(deadline.Add(slack-2*time.Second)) || got > 15*time.Minute || got < time.Second || got%time.Second != 0 {
			t.Errorf("with %v left, the message comes after %v", left, got)
		}
	}
}

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
