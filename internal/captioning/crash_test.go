package captioning_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/captioning"
	"github.com/cuepipe/cuepipe/internal/captioning/captioningtest"
	"github.com/cuepipe/cuepipe/internal/media"
	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/video"
)

var errCrash = errors.New("the worker was killed")

// faults fails one call, counted over all ports: before its effect, or after
// it, so that the effect is there and its answer is lost.
type faults struct {
	at    int // from 1
	after bool
	calls int
	hit   string // which call it was
}

func (f *faults) call(name string, effect func() error) error {
	f.calls++
	if f.calls != f.at {
		return effect()
	}
	f.hit = name
	if f.after {
		_ = effect() // whatever it said is lost
	}
	return errCrash
}

// faulty puts the faults before every port of p.
func (f *faults) faulty(p *pipeline) {
	p.ports = ports{faultyVideos{p.videos, f}, faultyUploads{p.uploads, f}, faultyCaptions{p.captions, f}, faultySegments{p.segments, f},
		faultyArrivals{p.arrivals, f}, faultyMedia{captioningtest.Media{}, f}, faultyDetector{captioningtest.Detector{}, f}, captioningtest.Engine{Name: "test 1", Before: func(context.Context) error {
			return f.call("recognise", func() error { return nil })
		}}, p.Service}
}

// A worker may die between any two effects. Whatever the place, the message
// comes again, and the video ends as if nothing had happened, to the byte.
func TestACrashAnywhereIsMendedByTheNextDelivery(t *testing.T) {
	for name, film := range map[string]captioningtest.Film{
		"ready":                   talk,
		"no speech":               {Header: time.Second},
		"no audio":                {NoAudio: true},
		"too long":                {Header: time.Second, Sound: 25 * time.Hour, Words: "Words"},
		"unsure":                  {Words: "Wer nur Deutsch spricht", Unsure: true},
		"no header":               {Words: "A film whose header says nothing."},
		"no header, and long":     {Words: talk.Words + " | " + talk.Words},
		"neighbours who disagree": {Header: 6 * time.Second, Words: "One two three four five | six seven eight nine ten.", Noisy: true},
	} {
		t.Run(name, func(t *testing.T) {
			want, files, calls := runWithFault(t, film, &faults{})
			if calls < 7 {
				t.Fatalf("only %d calls were seen", calls)
			}
			for _, after := range []bool{false, true} {
				for at := 1; at <= calls; at++ {
					f := &faults{at: at, after: after}
					got, gotFiles, _ := runWithFault(t, film, f)
					if got != want || !maps.Equal(gotFiles, files) {
						t.Errorf("%s %s (call %d): ended %+v with %d objects, want %+v with %d",
							map[bool]string{false: "before", true: "after"}[after], f.hit, at, got, len(gotFiles), want, len(files))
					}
				}
			}
		})
	}
}

// runWithFault delivers a film's event twice under one fault. It returns the
// video's end and what was written, named without the video's id.
func runWithFault(t *testing.T, film captioningtest.Film, f *faults) (end, map[string]string, int) {
	t.Helper()
	p := newPipeline(t)
	p.length = short
	v := p.upload(film.Bytes())
	f.faulty(p)
	failed := p.deliver(event(v), event(v))
	if f.hit != "" && failed != 1 {
		t.Errorf("call %d, %s, failed and %d deliveries did", f.at, f.hit, failed)
	}
	files := map[string]string{}
	for key, body := range p.written() {
		files[strings.ReplaceAll(key, v.ID, "ID")] = body
	}
	return endOf(p.now(v)), files, f.calls
}

// Crashes prove something only if there is one at every port.
func TestThereIsACrashAtEveryPort(t *testing.T) {
	film := captioningtest.Film{Words: talk.Words + " | " + talk.Words}
	hits := map[string]int{}
	_, _, calls := runWithFault(t, film, &faults{})
	for at := 1; at <= calls; at++ {
		f := &faults{at: at}
		runWithFault(t, film, f)
		hits[strings.Fields(f.hit)[0]]++
	}
	for _, port := range []string{"get", "change:", "stat", "open", "probe", "decode", "measure", "detect", "recognise", "put", "read", "send", "announce"} {
		if hits[port] == 0 {
			t.Errorf("no crash at %q: %v", port, hits)
		}
	}
}

type faultyVideos struct {
	captioning.Videos
	f *faults
}

func (v faultyVideos) Get(ctx context.Context, id string) (got video.Video, err error) {
	err = v.f.call("get item", func() error { got, err = v.Videos.Get(ctx, id); return err })
	return got, err
}

func (v faultyVideos) Change(ctx context.Context, id string, c video.Change) (got video.Video, err error) {
	err = v.f.call("change: "+c.Name, func() error { got, err = v.Videos.Change(ctx, id, c); return err })
	return got, err
}

type faultyUploads struct {
	captioning.Uploads
	f *faults
}

func (u faultyUploads) Stat(ctx context.Context, key string) (s video.Source, size int64, err error) {
	err = u.f.call("stat", func() error { s, size, err = u.Uploads.Stat(ctx, key); return err })
	return s, size, err
}

func (u faultyUploads) Source(s video.Source, size int64) media.Source {
	return faultySource{u.Uploads.Source(s, size), u.f}
}

func (u faultyUploads) Remove(ctx context.Context, s video.Source) error {
	return u.f.call("remove", func() error { return u.Uploads.Remove(ctx, s) })
}

type faultySource struct {
	media.Source
	f *faults
}

func (s faultySource) Open(ctx context.Context, offset, length int64) (r io.ReadCloser, err error) {
	err = s.f.call("open", func() error { r, err = s.Source.Open(ctx, offset, length); return err })
	return r, err
}

type faultyCaptions struct {
	captioning.Captions
	f *faults
}

func (c faultyCaptions) PutOnce(ctx context.Context, key, contentType string, body []byte) error {
	return c.f.call(fmt.Sprintf("put %s", key), func() error { return c.Captions.PutOnce(ctx, key, contentType, body) })
}

func (c faultyCaptions) Get(ctx context.Context, key string) (b []byte, err error) {
	err = c.f.call("read "+key, func() error { b, err = c.Captions.Get(ctx, key); return err })
	return b, err
}

func (c faultyCaptions) PutStream(ctx context.Context, key, contentType string, write func(io.Writer) ([]byte, error)) error {
	return c.f.call("stream "+key, func() error { return c.Captions.PutStream(ctx, key, contentType, write) })
}

func (c faultyCaptions) Remove(ctx context.Context, key string) error {
	return c.f.call("remove "+key, func() error { return c.Captions.Remove(ctx, key) })
}

type faultySegments struct {
	captioning.Segments
	f *faults
}

func (s faultySegments) Send(ctx context.Context, jobs []captioning.Job) error {
	return s.f.call("send", func() error { return s.Segments.Send(ctx, jobs) })
}

func (c faultyCaptions) RemoveAll(ctx context.Context, prefix string) error {
	return c.f.call("remove "+prefix, func() error { return c.Captions.RemoveAll(ctx, prefix) })
}

type faultyArrivals struct {
	captioning.Arrivals
	f *faults
}

func (a faultyArrivals) Announce(ctx context.Context, id string, generation int, delay time.Duration) error {
	return a.f.call("announce", func() error { return a.Arrivals.Announce(ctx, id, generation, delay) })
}

type faultyDetector struct {
	captioning.Detector
	f *faults
}

func (d faultyDetector) Activity(ctx context.Context, pcm []int16) (a speech.Activity, err error) {
	err = d.f.call("detect", func() error { a, err = d.Detector.Activity(ctx, pcm); return err })
	return a, err
}

type faultyMedia struct {
	captioningtest.Media
	f *faults
}

func (m faultyMedia) Probe(ctx context.Context, src media.Source) (i media.Info, err error) {
	err = m.f.call("probe", func() error { i, err = m.Media.Probe(ctx, src); return err })
	return i, err
}

func (m faultyMedia) Measure(ctx context.Context, src media.Source, limit time.Duration) (d time.Duration, err error) {
	err = m.f.call("measure", func() error { d, err = m.Media.Measure(ctx, src, limit); return err })
	return d, err
}

func (m faultyMedia) Copy(ctx context.Context, src media.Source, limit time.Duration, w io.Writer) error {
	return m.f.call("copy", func() error { return m.Media.Copy(ctx, src, limit, w) })
}

func (m faultyMedia) Decode(ctx context.Context, src media.Source, w media.Window) (pcm []int16, err error) {
	err = m.f.call("decode", func() error { pcm, err = m.Media.Decode(ctx, src, w); return err })
	return pcm, err
}
