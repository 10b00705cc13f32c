package sweep

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/captioning"
	"github.com/cuepipe/cuepipe/internal/memobjects"
	"github.com/cuepipe/cuepipe/internal/memvideos"
	"github.com/cuepipe/cuepipe/internal/metric"
	"github.com/cuepipe/cuepipe/internal/video"
)

const (
	after     = time.Hour
	retention = 4 * 24 * time.Hour
)

// A world has everything that a sweep touches, in memory, and a clock that
// stands still until it is put on.
type world struct {
	t        *testing.T
	now      time.Time
	videos   *memvideos.Store
	uploads  *memobjects.Uploads
	captions *memobjects.Captions
	queue    *queue
	backlog  *backlog
	log      *bytes.Buffer
	sweeper  Sweeper
}

func newWorld(t *testing.T) *world {
	w := &world{t: t, now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), uploads: &memobjects.Uploads{}, captions: &memobjects.Captions{},
		queue: &queue{}, backlog: &backlog{}, log: &bytes.Buffer{}}
	clock := func() time.Time { return w.now }
	w.videos = &memvideos.Store{Now: clock}
	log := slog.New(slog.NewJSONHandler(w.log, nil))
	w.sweeper = Sweeper{
		Videos: w.videos, Uploads: w.uploads, Queue: w.queue, Backlog: w.backlog,
		Remover: captioning.Remover{Videos: w.videos, Uploads: w.uploads, Captions: w.captions, Now: clock}, Sounds: w.captions,
		Count: metric.Counter{Log: log, Stage: "test"}, Log: log, Now: clock, After: after, Retention: retention,
	}
	return w
}

// A message is an announcement; delayed ones come after all others.
type message struct {
	id         string
	generation int
	delay      time.Duration
}

type queue struct{ sent []message }

func (q *queue) Announce(_ context.Context, id string, generation int, delay time.Duration) error {
	q.sent = append(q.sent, message{id, generation, delay})
	return nil
}

type backlog struct {
	uploads, segments int
	asked             int
}

func (b *backlog) Waiting(context.Context) (uploads, segments int, err error) {
	b.asked++
	return b.uploads, b.segments, nil
}

var (
	plan   = video.Plan{Source: video.Source{Key: "k", VersionID: "1"}, Segments: 2, SegmentLength: time.Minute}
	tracks = []video.Track{{Name: "en"}}
)

// create makes a video and takes it through changes, all at this moment.
func (w *world) create(changes ...video.Change) video.Video {
	w.t.Helper()
	v := video.New("owner", "A film.mp4", "video/mp4", 1, w.now, w.now.Add(24*time.Hour))
	if err := w.videos.Create(w.t.Context(), v); err != nil {
		w.t.Fatal(err)
	}
	for _, c := range changes {
		w.change(v.ID, c)
	}
	return w.at(v.ID)
}

func (w *world) change(id string, c video.Change) {
	w.t.Helper()
	if _, err := w.videos.Change(w.t.Context(), id, c); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) at(id string) video.Video {
	w.t.Helper()
	v, err := w.videos.Get(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return v
}

// The states that a video may stand still in.
func queued(w *world) video.Video { return w.create(video.Arrive()) }

func inWork(w *world) video.Video {
	return w.create(video.Record(1, plan), video.Dispatch(1, 2), video.FinishSegment(1, 1))
}

func unheard(w *world) video.Video {
	v := w.create()
	w.uploads.Put(v.Source.Key, memobjects.Bytes("film"))
	return v
}

func halfDeleted(w *world) video.Video {
	v := w.create(video.Arrive(), video.Delete())
	w.uploads.Put(v.Source.Key, memobjects.Bytes("film"))
	if err := w.captions.PutOnce(w.t.Context(), "videos/"+v.ID+"/1/part-0.json", "", nil); err != nil {
		w.t.Fatal(err)
	}
	return v
}

func failed(f video.Failure) func(*world) video.Video {
	return func(w *world) video.Video {
		return w.create(video.Record(1, plan), video.Dispatch(1, 2), video.Fail(1, f))
	}
}

// sweep sweeps once; it must succeed.
func (w *world) sweep() Report {
	w.t.Helper()
	r, err := w.sweeper.Sweep(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	r.Before = time.Time{}
	return r
}

// deliver hands what was sent to a captioner and to transcribers that do what
// ours do in few words. It says of videos that it captioned them.
func (w *world) deliver() {
	w.t.Helper()
	sent := w.queue.sent
	w.queue.sent = nil
	for _, delayed := range []bool{false, true} {
		for _, m := range sent {
			if m.delay > 0 == delayed {
				w.work(m)
			}
		}
	}
}

func (w *world) work(m message) {
	w.t.Helper()
	v := w.at(m.id)
	if m.generation != v.Generation || v.Status != video.Pending && v.Status != video.Queued {
		return // captioning: its segments were sent before, and are lost
	}
	if v.Segments == 0 {
		w.change(v.ID, video.Record(v.Generation, plan))
	}
	w.change(v.ID, video.Dispatch(v.Generation, 2))
	for n := range 2 {
		w.change(v.ID, video.FinishSegment(v.Generation, n))
	}
	w.change(v.ID, video.Finish(v.Generation, tracks))
}

func describe(v video.Video) string {
	code := ""
	if v.Failure != nil {
		code = " " + v.Failure.Code
	}
	return fmt.Sprintf("%s%s, generation %d", v.Status, code, v.Generation)
}
