package sweep

import (
	"context"
	"errors"
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
		{"half deleted", halfDeleted, after + 1, 9, 9, Report{Removed: 1}, "deleting, generation 3", 0},
		{"deleted, but not for long", as(video.Delete(), video.Forget()), after, 0, 0, Report{}, "deleting, generation 2", 0},
		{"deleted and not looked at again", as(video.Delete(), video.Forget()), after + 1, 9, 9, Report{Buried: 1}, "deleted, generation 2", 0},
		{"half deleted, not for long", halfDeleted, after, 0, 0, Report{}, "deleting, generation 2", 0},
		{"ready", as(video.Record(1, plan), video.Finish(1, tracks)), retention + 1, 0, 0, Report{}, "ready, generation 1", 0},
		{"failed", failed(video.GaveUp), retention + 1, 0, 0, Report{}, "failed gave_up, generation 1", 0},
		{"uncaptioned", as(video.LeaveUncaptioned(1, video.NoAudio)), retention + 1, 0, 0, Report{}, "uncaptioned no_audio, generation 1", 0},
		{"buried", as(video.Delete(), video.Bury(time.Now())), retention + 1, 0, 0, Report{}, "deleted, generation 2", 0},
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

func TestWhoSavesTracksDoesNotKeepAVideoStanding(t *testing.T) {
	w := newWorld(t)
	v := inWork(w)
	w.now = w.now.Add(after + 1)
	save, _, err := video.SaveOwn(v, "en-x-mine", video.Version{ID: video.NewID(), Cues: 1, SavedAt: w.now, Sum: "sum"})
	if err != nil {
		t.Fatal(err)
	}
	w.change(v.ID, save)
	if got := w.sweep(); got != (Report{Swept: 1}) {
		t.Errorf("the sweep did %+v", got)
	}
	if v := w.at(v.ID); v.Status != video.Queued || len(v.Own) != 1 {
		t.Errorf("the video is %s, with people's tracks %+v", describe(v), v.Own)
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
