package captioning_test

import (
	"context"
	"errors"
	"io"
	"maps"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/captioning"
	"github.com/cuepipe/cuepipe/internal/captioning/captioningtest"
	"github.com/cuepipe/cuepipe/internal/memobjects"
	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/video"
)

// Whatever dies, and wherever: the film is heard once, the end is the same, to
// the byte, and the service keeps nothing.
func TestACrashAnywhereAsksTheServiceOnce(t *testing.T) {
	for name, c := range map[string]struct {
		film    captioningtest.Film
		options video.Options
		refused error
	}{
		"ready":         {talk, german, nil},
		"speakers":      {talk, video.Options{Speakers: 2}, nil},
		"nobody speaks": {captioningtest.Film{Words: "|"}, german, nil},
		"too long":      {captioningtest.Film{Sound: 4*time.Hour + time.Second, Words: "Words"}, german, nil},
		"refused":       {talk, german, captioning.ErrServiceRefused},
	} {
		t.Run(name, func(t *testing.T) {
			hits := map[string]bool{}
			want, files, calls := servedWithFault(t, c.film, c.options, c.refused, &faults{})
			if calls < 15 {
				t.Fatalf("only %d calls were seen", calls)
			}
			for _, after := range []bool{false, true} {
				for at := 1; at <= calls; at++ {
					f := &faults{at: at, after: after}
					got, gotFiles, _ := servedWithFault(t, c.film, c.options, c.refused, f)
					hits[strings.Fields(f.hit)[0]] = true
					if got != want || !maps.Equal(gotFiles, files) {
						t.Errorf("%s %s (call %d): ended %+v with %d objects, want %+v with %d",
							map[bool]string{false: "before", true: "after"}[after], f.hit, at, got, len(gotFiles), want, len(files))
					}
				}
			}
			ports := []string{"service-result", "stream", "open", "copy", "remove", "change:", "get"}
			if name != "too long" {
				ports = append(ports, "service-start", "service-forget")
			}
			for _, port := range ports {
				if !hits[port] {
					t.Errorf("no crash at %q: %v", port, hits)
				}
			}
		})
	}
}

func servedWithFault(t *testing.T, film captioningtest.Film, o video.Options, refused error, f *faults) (end, map[string]string, int) {
	t.Helper()
	p := newPipeline(t)
	p.length = short
	s := p.withService()
	v := p.ask(film.Bytes(), o)
	f.faulty(p)
	p.Service = faultyService{s, f}
	failed := p.deliver(event(v), event(v))
	for _, j := range s.jobs {
		j.err = refused
	}
	s.end(2)
	failed += p.deliver()
	if f.hit != "" && failed != 1 {
		t.Errorf("call %d, %s, failed and %d deliveries did", f.at, f.hit, failed)
	}
	starts := 1
	if film.Length() > 4*time.Hour {
		starts = 0
	}
	if n := s.started[captioning.Job{VideoID: v.ID, Generation: 1}]; n != starts || len(s.jobs) != 0 || len(p.sounds()) != 0 {
		t.Errorf("call %d, %s: it was started %d times, and keeps %d jobs; left: %v", f.at, f.hit, n, len(s.jobs), p.sounds())
	}
	files := map[string]string{}
	for key, body := range p.written() {
		files[strings.ReplaceAll(key, v.ID, "ID")] = body
	}
	return endOf(p.now(v)), files, f.calls
}

type faultyService struct {
	captioning.Service
	f *faults
}

func (s faultyService) Start(ctx context.Context, v video.Video) error {
	return s.f.call("service-start", func() error { return s.Service.Start(ctx, v) })
}

func (s faultyService) Result(ctx context.Context, v video.Video) (t speech.Transcript, err error) {
	err = s.f.call("service-result", func() error { t, err = s.Service.Result(ctx, v); return err })
	return t, err
}

func (s faultyService) Forget(ctx context.Context, id string, generation int) error {
	return s.f.call("service-forget", func() error { return s.Service.Forget(ctx, id, generation) })
}

// An event that is lost is made up for by whoever asks once more, and a video
// that waits for the service is not one that stands still.
func TestALostEventAndALongJob(t *testing.T) {
	p := newPipeline(t)
	s := p.withService()
	v := p.ask(talk.Bytes(), german)
	p.arrive(v)
	p.work()
	again := func() {
		t.Helper()
		p.change(v, video.Sweep(p.now(v)))
		if err := p.planner().Arrived(t.Context(), captioning.Arrival{VideoID: v.ID, Generation: 1}); err != nil {
			t.Fatal(err)
		}
		p.work()
	}
	for range 3 {
		again()
		if got := p.now(v); got.Swept || got.Status != video.Captioning {
			t.Errorf("after an hour at work: %s, swept %v", got.Status, got.Swept)
		}
	}
	s.end(0)
	again()
	if got := endOf(p.now(v)); got.status != video.Ready || len(s.jobs) != 0 {
		t.Errorf("%+v; it keeps %v", got, s.jobs)
	}
}

func TestEventsOfTheServiceThatComeLate(t *testing.T) {
	p := newPipeline(t)
	s := p.withService()
	v := p.ask(talk.Bytes(), german)
	p.arrive(v)
	p.work()
	p.change(v, video.Replace(1)) // its owner retries while the first job is at work
	if err := p.planner().Arrived(t.Context(), captioning.Arrival{VideoID: v.ID, Generation: 2}); err != nil {
		t.Fatal(err)
	}
	p.work()
	if len(s.jobs) != 2 {
		t.Fatalf("%d jobs", len(s.jobs))
	}
	s.end(2)
	p.work()
	ready, files := p.now(v), p.written()
	if e := endOf(ready); e != (end{video.Ready, "", 2, 1, "xx" + asAll}) || len(s.jobs) != 0 {
		t.Errorf("%+v; it keeps %v", e, s.jobs)
	}
	for generation := 1; generation <= 3; generation++ {
		if err := p.segment(v, generation, 0); err != nil || !reflect.DeepEqual(p.now(v), ready) || !maps.Equal(p.written(), files) {
			t.Errorf("an event of generation %d: %v", generation, err)
		}
	}
	if p.work() != nil || len(s.started) != 2 || len(s.jobs) != 0 {
		t.Errorf("started %v", s.started)
	}
}

// The words of one object are never taken for those of another: each generation
// has the sound of its own version, whatever lies under the key when the service
// hears it.
func TestAnObjectThatIsReplacedWhileTheServiceIsAtWork(t *testing.T) {
	for _, heard := range []bool{false, true} { // before the new object's event
		p := newPipeline(t)
		s := p.withService()
		v := p.ask(talk.Bytes(), german)
		p.arrive(v)
		p.uploads.Put(v.Source.Key, memobjects.Bytes(captioningtest.Film{Header: 6 * time.Second, Words: "Another film."}.Bytes()))
		p.work()
		if heard {
			s.end(1)
			p.work()
			if got := p.now(v); got.Status != video.Ready || !strings.Contains(p.written()[got.Tracks[0].Formats["txt"]], "Every step may run twice.") {
				t.Errorf("the planned version: %+v", endOf(got))
			}
		}
		p.arrive(v) // the event of the new object
		p.work()
		s.end(1)
		p.work()
		got := p.now(v)
		if e := endOf(got); e != (end{video.Ready, "", 2, 1, "xx" + asAll}) || !strings.Contains(p.written()[got.Tracks[0].Formats["txt"]], "Another") {
			t.Errorf("%+v", e)
		}
		if len(p.sounds()) != 0 || len(s.jobs) != 0 {
			t.Errorf("left: %v, and %v at the service", p.sounds(), s.jobs)
		}
	}
}

// The sound is long in the making. What becomes of its video meanwhile, it is
// neither given to the service nor left.
func TestAVideoThatMovesOnWhileItsSoundIsWritten(t *testing.T) {
	for name, moves := range map[string]func(p *pipeline, v video.Video){
		"deleted": func(p *pipeline, v video.Video) {
			remover := captioning.Remover{Videos: p.videos, Uploads: p.uploads, Captions: p.captions}
			if err := remover.Remove(p.t.Context(), p.now(v)); err != nil {
				p.t.Fatal(err)
			}
		},
		"given up": func(p *pipeline, v video.Video) { p.change(v, video.Fail(1, video.GaveUp)) },
		"retried":  func(p *pipeline, v video.Video) { p.change(v, video.Replace(1)) },
	} {
		p := newPipeline(t)
		s := p.withService()
		v := p.ask(talk.Bytes(), german)
		p.arrive(v)
		p.Captions = movedOn{p.captions, func() { moves(p, v) }}
		p.work()
		if len(s.started) != 0 || len(p.written()) != 0 {
			t.Errorf("%s: started %v; left: %d objects", name, s.started, len(p.written()))
		}
	}
}

// movedOn captions have something happen while an object is streamed.
type movedOn struct {
	captioning.Captions
	meanwhile func()
}

func (c movedOn) PutStream(ctx context.Context, key, contentType string, write func(io.Writer) ([]byte, error)) error {
	return c.Captions.PutStream(ctx, key, contentType, func(w io.Writer) ([]byte, error) {
		head, err := write(w)
		c.meanwhile()
		return head, err
	})
}

func TestADeleteWhileTheServiceIsAtWork(t *testing.T) {
	for _, lost := range []bool{false, true} {
		p := newPipeline(t)
		s := p.withService()
		v := p.ask(talk.Bytes(), german)
		p.arrive(v)
		p.work()
		remover := captioning.Remover{Videos: p.videos, Uploads: p.uploads, Captions: p.captions, Service: s}
		if err := remover.Remove(t.Context(), p.now(v)); err != nil {
			t.Fatal(err)
		}
		if err := remover.Bury(t.Context(), p.now(v)); !errors.Is(err, video.ErrAtWork) || p.now(v).Status != video.Deleting {
			t.Errorf("buried while the service may still write: %v, %s", err, p.now(v).Status)
		}
		if lost {
			s.end(0)
		} else {
			s.end(2)
			p.work()
			if len(p.written()) != 0 || len(s.jobs) != 0 {
				t.Errorf("after the event: %d objects, %d jobs", len(p.written()), len(s.jobs))
			}
		}
		if err := remover.Bury(t.Context(), p.now(v)); err != nil || p.now(v).Status != video.Deleted {
			t.Errorf("bury: %v, %s", err, p.now(v).Status)
		}
		if len(p.written()) != 0 || len(s.jobs) != 0 {
			t.Errorf("left: %d objects, %d jobs", len(p.written()), len(s.jobs))
		}
	}
}
