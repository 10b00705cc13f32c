package simulation

import (
	"context"
	"encoding/json"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/cuepipe/cuepipe/internal/captioning"
	"github.com/cuepipe/cuepipe/internal/deadletter"
	"github.com/cuepipe/cuepipe/internal/metric"
	"github.com/cuepipe/cuepipe/internal/notify"
	"github.com/cuepipe/cuepipe/internal/sqsjobs"
	"github.com/cuepipe/cuepipe/internal/sweep"
	"github.com/cuepipe/cuepipe/internal/tracks"
	"github.com/cuepipe/cuepipe/internal/transcribe"
	"github.com/cuepipe/cuepipe/internal/upload"
	"github.com/cuepipe/cuepipe/internal/video"
)

// steps are the product's own, composed for one worker as its functions compose
// them. Tests plant faults by putting others in their places.
type steps struct {
	captioner, transcriber, deadletter func(p *ports) func(context.Context, events.SQSMessage) error
	complete, retry                    func(p *ports) func(ctx context.Context, owner, id string) (video.Video, error)
	remove                             func(p *ports) func(context.Context, video.Video) error
	sweep                              func(p *ports) func(context.Context, sweep.Request) (sweep.Report, error)
	tracks                             func(p *ports) keeper
	tell                               func(before, after video.Video) (notify.Event, bool)
}

var product = steps{
	captioner: func(p *ports) func(context.Context, events.SQSMessage) error {
		return sqsjobs.Arrivals(p.planner().Arrived)
	},
	transcriber: func(p *ports) func(context.Context, events.SQSMessage) error {
		return sqsjobs.Jobs(p.transcriber().Segment)
	},
	deadletter: func(p *ports) func(context.Context, events.SQSMessage) error {
		return deadletter.Handler{Videos: p.videos(), Objects: p.captions(), Count: metric.Counter{Log: p.w.run.log}, Log: p.w.run.log}.Handle
	},
	complete: func(p *ports) func(ctx context.Context, owner, id string) (video.Video, error) {
		return p.uploader().Complete
	},
	retry: func(p *ports) func(ctx context.Context, owner, id string) (video.Video, error) {
		return func(ctx context.Context, owner, id string) (video.Video, error) {
			return p.uploader().Retry(ctx, owner, id, nil)
		}
	},
	remove: func(p *ports) func(context.Context, video.Video) error {
		return p.remover().Remove
	},
	sweep: func(p *ports) func(context.Context, sweep.Request) (sweep.Report, error) {
		return p.sweeper().Handle
	},
	tracks: func(p *ports) keeper { return p.keeper() },
	tell:   notify.Told,
}

func (p *ports) planner() *captioning.Planner {
	return &captioning.Planner{Videos: p.videos(), Uploads: p.uploads(), Prober: p.media(),
		Segments: sqsjobs.Segments{API: p.queues(), URL: segmentsQueue}, SegmentLength: segmentLength, Log: p.w.run.log}
}

func (p *ports) transcriber() *captioning.Transcriber {
	return &captioning.Transcriber{Videos: p.videos(), Uploads: p.uploads(), Captions: p.captions(), Arrivals: p.arrivals(),
		Decoder: p.media(), Detector: p.media(), Engine: p.media(),
		Service: p.jobs(), Now: p.w.run.now, Log: p.w.run.log}
}

func (p *ports) jobs() transcribe.Jobs {
	return transcribe.Jobs{API: p.service(), Results: p.captions(), Stack: stackName, CaptionsBucket: "captions", Log: p.w.run.log}
}

func (p *ports) uploader() upload.Uploader {
	return upload.Uploader{Videos: p.videos(), Objects: p.uploads(),
		Queue: p.arrivals(), Now: p.w.run.now}
}

func (p *ports) keeper() tracks.Keeper {
	return tracks.Keeper{Videos: p.videos(), Captions: p.captions(), Log: p.w.run.log, Now: p.w.run.now,
		NewID: func() string { return p.w.run.newVersion(p.w) }}
}

func (p *ports) remover() captioning.Remover {
	return captioning.Remover{Videos: p.videos(), Uploads: p.uploads(), Captions: p.captions(), Service: p.jobs(), Now: p.w.run.now}
}

func (p *ports) sweeper() sweep.Sweeper {
	return sweep.Sweeper{Videos: p.videos(), Uploads: p.uploads(), Queue: p.arrivals(), Backlog: p.backlog(), Remover: p.remover(), Sounds: p.captions(),
		Count: metric.Counter{Log: p.w.run.log}, Log: p.w.run.log, Now: p.w.run.now, After: sweepAfter, Retention: retention}
}

func (p *ports) arrivals() sqsjobs.Uploads {
	return sqsjobs.Uploads{API: p.queues(), URL: uploadsQueue}
}

const (
	uploadsQueue  = "uploads"
	segmentsQueue = "segments"
	// What infra derives of these, so that the times here are in the same
	// order: a message is hidden for six timeouts, and a video may stand still
	// for twice that.
	captionerTimeout   = time.Minute
	transcriberTimeout = 5 * time.Minute
	hiddenFor          = 6
	sweepAfter         = 2 * hiddenFor * transcriberTimeout
	retention          = 4 * 24 * time.Hour

	segmentLength = 2400 * time.Millisecond
)

// lifetimes are after how long a process is killed, by its role.
var lifetimes = map[string]time.Duration{
	"captioner": captionerTimeout, "transcriber": transcriberTimeout, "deadletter": 30 * time.Second, "sweeper": 50 * time.Second,
}

// apiLifetime is that of all calls of the API.
const apiLifetime = 10 * time.Second

func (r *run) newQueues() {
	by := func(step func(*ports) func(context.Context, events.SQSMessage) error) func(events.SQSMessage) func(context.Context, *ports) error {
		return func(m events.SQSMessage) func(context.Context, *ports) error {
			return func(ctx context.Context, p *ports) error { return step(p)(ctx, m) }
		}
	}
	dead := &queue{name: "dead letters", role: "deadletter", visibility: 3 * time.Minute, batch: 10,
		worker: by(r.product.deadletter)}
	r.arrivals = &queue{name: uploadsQueue, role: "captioner", visibility: hiddenFor * captionerTimeout, batch: 10, dead: dead,
		worker: by(r.product.captioner)}
	r.segments = &queue{name: segmentsQueue, role: "transcriber", visibility: hiddenFor * transcriberTimeout, batch: 1, dead: dead,
		worker: by(r.product.transcriber)}
	r.queues = []*queue{r.arrivals, r.segments, dead}
}

// sendOurs queues a message of ours.
func (r *run) sendOurs(from *worker, name, body string, delay time.Duration) {
	var m captioning.Arrival
	if err := json.Unmarshal([]byte(body), &m); err != nil {
		r.fail("a message of ours is no JSON: %s", body)
		return
	}
	for _, q := range r.queues {
		if q.name == name {
			r.send(q, from, m.VideoID, body, delay)
			return
		}
	}
	r.fail("a message for no queue: %s", name)
}
