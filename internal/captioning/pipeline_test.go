package captioning_test

import (
	"cmp"
	"context"
	"io"
	"log/slog"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/captioning"
	"github.com/cuepipe/cuepipe/internal/captioning/captioningtest"
	"github.com/cuepipe/cuepipe/internal/memobjects"
	"github.com/cuepipe/cuepipe/internal/memvideos"
	"github.com/cuepipe/cuepipe/internal/video"
)

const owner = "0123456789abcdef0123456789abcdef"

var talk = captioningtest.Film{Header: 6 * time.Second, Words: "Every step may run twice. The second run finds the work of the first."}

// A pipeline is the steps over memory. Its stores are the parts that survive a
// crash; its ports are what the steps see of them, so that a test can put a
// fault between.
type pipeline struct {
	t        *testing.T
	videos   *memvideos.Store
	uploads  *memobjects.Uploads
	captions *memobjects.Captions
	segments *memobjects.Segments
	arrivals *memobjects.Arrivals
	// length is that of a segment, 0 the usual one.
	length time.Duration
	ports
}

type ports struct {
	Videos   captioning.Videos
	Uploads  captioning.Uploads
	Captions captioning.Captions
	Segments captioning.Segments
	Arrivals captioning.Arrivals
	Media    interface {
		captioning.Prober
		captioning.Decoder
	}
	Detector captioning.Detector
	Engine   captioningtest.Engine
	Service  captioning.Service
}

func newPipeline(t *testing.T) *pipeline {
	p := &pipeline{t: t, videos: &memvideos.Store{}, uploads: &memobjects.Uploads{}, captions: &memobjects.Captions{}, segments: &memobjects.Segments{},
		arrivals: &memobjects.Arrivals{}}
	p.ports = ports{p.videos, p.uploads, p.captions, p.segments, p.arrivals, captioningtest.Media{}, captioningtest.Detector{},
		captioningtest.Engine{Name: "test 1"}, nil}
	return p
}

var silent = slog.New(slog.NewTextHandler(io.Discard, nil))

func (p *pipeline) planner() *captioning.Planner {
	return &captioning.Planner{Videos: p.Videos, Uploads: p.Uploads, Prober: p.Media, Segments: p.Segments,
		SegmentLength: p.length, Log: silent}
}

func (p *pipeline) transcriber() *captioning.Transcriber {
	return &captioning.Transcriber{Videos: p.Videos, Uploads: p.Uploads, Captions: p.Captions, Arrivals: p.Arrivals,
		Decoder: p.Media, Detector: p.Detector, Engine: p.Engine, Service: p.Service, Log: silent}
}

// upload creates a video and puts its file where a client would.
func (p *pipeline) upload(file []byte) video.Video {
	p.t.Helper()
	return p.ask(file, video.Options{})
}

// ask is upload with something asked of the captions.
func (p *pipeline) ask(file []byte, o video.Options) video.Video {
	p.t.Helper()
	v := video.New(owner, "film", "video/mp4", int64(len(file)), time.Now(), time.Now().Add(time.Hour))
	v.Options = o
	if err := p.videos.Create(p.t.Context(), v); err != nil {
		p.t.Fatal(err)
	}
	p.uploads.Put(v.Source.Key, memobjects.Bytes(file))
	return v
}

// arrive delivers S3's event of v once.
func (p *pipeline) arrive(v video.Video) {
	p.t.Helper()
	if err := p.planner().Arrived(p.t.Context(), event(v)); err != nil {
		p.t.Fatalf("arrived: %v", err)
	}
}

func event(v video.Video) captioning.Arrival {
	return captioning.Arrival{VideoID: v.ID, Key: v.Source.Key}
}

// work delivers every message that is queued, and returns the jobs.
func (p *pipeline) work() (done []captioning.Job) {
	p.t.Helper()
	for {
		if a, ok := p.arrivals.Next(); ok {
			if err := p.planner().Arrived(p.t.Context(), a); err != nil {
				p.t.Fatalf("arrived: %v", err)
			}
			continue
		}
		job, ok := p.segments.Next()
		if !ok {
			return done
		}
		if err := p.transcriber().Segment(p.t.Context(), job); err != nil {
			p.t.Fatalf("segment: %v", err)
		}
		done = append(done, job)
	}
}

// deliver brings messages until each was dealt with, a failed one again after
// all others, as a queue does. It returns how many deliveries failed.
func (p *pipeline) deliver(arrivals ...captioning.Arrival) (failed int) {
	p.t.Helper()
	for failed < 20 {
		if len(arrivals) > 0 {
			a := arrivals[0]
			arrivals = arrivals[1:]
			if p.planner().Arrived(p.t.Context(), a) != nil {
				arrivals, failed = append(arrivals, a), failed+1
			}
			continue
		}
		if a, ok := p.arrivals.Next(); ok {
			arrivals = append(arrivals, a)
			continue
		}
		job, ok := p.segments.Next()
		if !ok {
			return failed
		}
		if p.transcriber().Segment(p.t.Context(), job) != nil {
			failed++
			if err := p.segments.Send(p.t.Context(), []captioning.Job{job}); err != nil {
				p.t.Fatal(err)
			}
		}
	}
	p.t.Fatal("the messages fail without end")
	return failed
}

func (p *pipeline) now(v video.Video) video.Video {
	p.t.Helper()
	v, err := p.videos.Get(p.t.Context(), v.ID)
	if err != nil {
		p.t.Fatal(err)
	}
	return v
}

// written is everything that the steps wrote, by name.
func (p *pipeline) written() map[string]string {
	p.t.Helper()
	all := map[string]string{}
	for _, key := range p.captions.Keys() {
		b, err := p.captions.Get(p.t.Context(), key)
		if err != nil {
			p.t.Fatal(err)
		}
		all[key] = string(b)
	}
	return all
}

// end is what an owner can see of a video, besides times and ids.
type end struct {
	status     video.Status
	code       string
	generation int
	done       int
	tracks     string
}

func endOf(v video.Video) end {
	e := end{v.Status, "", v.Generation, len(v.Done), ""}
	if v.Failure != nil {
		e.code = v.Failure.Code
	}
	for _, t := range v.Tracks {
		e.tracks += t.Name + " by " + t.Engine + " as"
		for _, f := range slices.SortedFunc(maps.Keys(t.Formats), cmp.Compare[string]) {
			e.tracks += " " + f
		}
	}
	return e
}

// hooked engines run something in the middle of recognition.
func hooked(once func()) captioningtest.Engine {
	ran := false
	return captioningtest.Engine{Name: "test 1", Before: func(context.Context) error {
		if !ran {
			ran = true
			once()
		}
		return nil
	}}
}
