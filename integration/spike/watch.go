package spike

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/cuepipe/cuepipe/integration/functionlog"
	"github.com/cuepipe/cuepipe/integration/stack"
)

const (
	lookEvery = 500 * time.Millisecond // at the logs and at the processes
	tellEvery = 10 * time.Second
)

// A Moment is what there is to see at one time.
type Moment struct {
	At      float64 `json:"t_s"`
	Arrived int     `json:"arrived"`
	Ended   int     `json:"ended"`
	Waiting int     `json:"waiting"`
	// Messages that wait, are in work, or are given up.
	Uploads     int `json:"uploads_queue"`
	Segments    int `json:"segments_queue"`
	DeadLetters int `json:"dead_letters"`
	// Memory of all processes of a name together.
	Memory map[string]int `json:"memory_mb"`
}

// A watch follows a run by what the functions write: that costs the stage
// nothing, and every line has its own time.
type watch struct {
	stack *stack.Stack
	log   *functionlog.Log
	began time.Time
	n     int
	tell  func(Moment) error

	ends    map[string]int           // how often each video was seen to be ended by somebody
	endings map[string]time.Duration // when it was first seen that a video has ended, also one of somebody else
	running map[string]bool          // invocations
	again   int
	cpu     float64 // seconds of the functions
	memory  memory

	mu          sync.Mutex // for what uploaders tell
	arrivals    []time.Duration
	ids         []string
	lastArrival time.Duration
}

// arrived notes that S3 took a video's file.
func (w *watch) arrived(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lastArrival = time.Since(w.began)
	w.arrivals, w.ids = append(w.arrivals, w.lastArrival), append(w.ids, id)
}

// some are ids that have arrived, to be asked for.
func (w *watch) some() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.ids[:len(w.ids):len(w.ids)]
}

// until returns when all n videos have ended, no invocation runs and no more
// are uploaded, or with ctx's error.
func (w *watch) until(ctx context.Context, uploaded <-chan struct{}) error {
	look, tell := time.NewTicker(lookEvery), time.NewTicker(tellEvery)
	defer look.Stop()
	defer tell.Stop()
	segments := map[string]map[int]bool{}
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tell.C:
			if err := w.say(ctx); err != nil {
				return err
			}
			continue
		case <-look.C:
		}
		lines, _, err := w.log.Next()
		if err != nil {
			return err
		}
		for _, l := range lines {
			w.line(l, segments)
		}
		if err := w.memory.look(w.stack, time.Since(w.began)); err != nil {
			return err
		}
		select {
		case <-uploaded:
			if w.over() {
				return w.say(ctx)
			}
		default:
		}
	}
}

func (w *watch) over() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.ids) < w.n {
		return true // the uploads failed, and nothing more will come
	}
	return len(w.running) == 0 && len(w.ownEndings()) == w.n
}

func (w *watch) line(l functionlog.Line, segments map[string]map[int]bool) {
	switch {
	case l.Type == functionlog.Started:
		w.running[l.Record.RequestID] = true
	case l.Type == functionlog.Initialised:
		w.cpu += l.Record.CPUMS / 1000
	case l.Type == functionlog.Reported:
		delete(w.running, l.Record.RequestID)
		w.cpu += l.Record.Metrics.CPUMS / 1000
	case l.Message == "segment recognised":
		if segments[l.Video] == nil {
			segments[l.Video] = map[int]bool{}
		}
		if segments[l.Video][l.Segment] {
			w.again++
		}
		segments[l.Video][l.Segment] = true
	case l.Video != "" && ended(l.Status) && l.Level == "INFO" && l.Generation > 0 && (isChange[l.Message] || l.Message == told):
		if isChange[l.Message] {
			w.ends[l.Video]++
		}
		if _, ok := w.endings[l.Video]; !ok {
			w.endings[l.Video] = l.Time.Sub(w.began)
		}
	}
}

// isChange has the names of the changes that end a video; other lines show the
// status that somebody else has given it.
var isChange = map[string]bool{"finish": true, "leave uncaptioned": true, "fail": true, "give up": true}

// told is what the notifier writes, of every end. Who ended the video may have
// had no time left for the table's answer, and then it does not say so.
const told = "told of an end"

func (w *watch) say(ctx context.Context) error {
	if w.tell == nil {
		return nil
	}
	depth, err := depths(ctx, w.stack)
	if err != nil {
		return err
	}
	w.mu.Lock()
	arrived, ended := len(w.arrivals), len(w.ownEndings())
	w.mu.Unlock()
	return w.tell(Moment{At: tenth(time.Since(w.began).Seconds()), Arrived: arrived, Ended: ended, Waiting: arrived - ended,
		Uploads: depth[0], Segments: depth[1], DeadLetters: depth[2], Memory: maps.Clone(w.memory.now)})
}

// A Second of a run.
type Second struct{ Arrived, Done, Waiting int }

func (w *watch) series() []Second {
	w.mu.Lock()
	defer w.mu.Unlock()
	return series(w.arrivals, w.ownEndings())
}

// ownEndings are the times at which videos of this run ended.
func (w *watch) ownEndings() (own []time.Duration) {
	for _, id := range w.ids {
		if at, ok := w.endings[id]; ok {
			own = append(own, at)
		}
	}
	return own
}

// series counts arrivals and ends by the second, and what waits after each.
func series(arrivals, ends []time.Duration) []Second {
	length := 0
	for _, t := range slices.Concat(arrivals, ends) {
		length = max(length, int(t/time.Second)+1)
	}
	all := make([]Second, length)
	for _, t := range arrivals {
		all[max(0, t/time.Second)].Arrived++
	}
	for _, t := range ends {
		all[max(0, t/time.Second)].Done++
	}
	waiting := 0
	for i := range all {
		waiting += all[i].Arrived - all[i].Done
		all[i].Waiting = waiting
	}
	return all
}
