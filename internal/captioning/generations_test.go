package captioning_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/cuepipe/cuepipe/internal/captioning"
	"github.com/cuepipe/cuepipe/internal/captioning/captioningtest"
	"github.com/cuepipe/cuepipe/internal/memobjects"
	"github.com/cuepipe/cuepipe/internal/video"
)

func TestAStaleGenerationChangesNothing(t *testing.T) {
	p := newPipeline(t)
	v := p.upload(talk.Bytes())
	p.arrive(v)
	late, _ := p.segments.Next()
	// A worker of generation 1 is in the middle when generation 2 begins.
	p.Engine = hooked(func() { p.change(v, video.Replace(1)) })
	if err := p.transcriber().Segment(t.Context(), late); err != nil {
		t.Errorf("a late worker fails: %v", err)
	}
	if got := p.now(v); got.Status != video.Queued || got.Generation != 2 || len(got.Done) != 0 || got.Heard != nil || got.Tracks != nil {
		t.Errorf("a late worker wrote into %+v", got)
	}
	lateAgain := func(when string) {
		before, files := p.now(v), p.written()
		if err := p.transcriber().Segment(t.Context(), late); err != nil {
			t.Errorf("a late job %s fails: %v", when, err)
		}
		if !reflect.DeepEqual(p.now(v), before) || !reflect.DeepEqual(p.written(), files) {
			t.Errorf("a late job %s changed something", when)
		}
	}
	lateAgain("before the plan")
	// The new generation comes to its own end.
	if err := p.planner().Arrived(t.Context(), captioning.Arrival{VideoID: v.ID, Generation: 2}); err != nil {
		t.Fatal(err)
	}
	lateAgain("beside a new one")
	p.work()
	if got := endOf(p.now(v)); got != (end{video.Ready, "", 2, 1, "en by test 1 as json report sbv srt ttml txt vtt"}) {
		t.Errorf("%+v", got)
	}
}

func TestAReplacedObjectBeginsTheNextGeneration(t *testing.T) {
	for name, when := range map[string]func(p *pipeline, v video.Video){
		"while it is queued": func(*pipeline, video.Video) {},
		"when it is ready":   func(p *pipeline, _ video.Video) { p.work() },
	} {
		t.Run(name, func(t *testing.T) {
			p := newPipeline(t)
			v := p.upload(talk.Bytes())
			p.arrive(v)
			when(p, v)
			p.uploads.Put(v.Source.Key, memobjects.Bytes(captioningtest.Film{Words: "Other words."}.Bytes()))
			p.arrive(v)
			p.work()
			got := p.now(v)
			if e := endOf(got); e != (end{video.Ready, "", 2, 1, "en by test 1 as json report sbv srt ttml txt vtt"}) {
				t.Fatalf("%+v", e)
			}
			if vtt := p.written()[got.Tracks[0].Formats["vtt"]]; !strings.Contains(vtt, "Other words.") {
				t.Errorf("captions of the old object:\n%s", vtt)
			}
		})
	}
}

func TestADeletedVideoLeavesNothing(t *testing.T) {
	p := newPipeline(t)
	v := p.upload(talk.Bytes())
	p.arrive(v)
	p.work()
	p.arrive(v)
	remover := captioning.Remover{Videos: p.videos, Uploads: p.uploads, Captions: p.captions}
	if err := remover.Remove(t.Context(), p.now(v)); err != nil {
		t.Fatal(err)
	}
	if got := p.now(v); got.Status != video.Deleting || got.Owner != "" || len(p.written()) != 0 {
		t.Errorf("left: %+v, %d objects", got, len(p.written()))
	}
	// Its presigned URL is still good.
	p.uploads.Put(v.Source.Key, memobjects.Bytes(talk.Bytes()))
	p.arrive(v)
	if _, _, err := p.uploads.Stat(t.Context(), v.Source.Key); !errors.Is(err, video.ErrNoObject) {
		t.Errorf("the late upload is kept: %v", err)
	}
	if p.work() != nil || p.now(v).Status != video.Deleting {
		t.Error("the late upload started something")
	}
	if err := remover.Bury(t.Context(), p.now(v)); err != nil {
		t.Fatal(err)
	}
	if got := p.now(v); got.Status != video.Deleted || got.ExpiresAt.IsZero() {
		t.Errorf("buried: %+v", got)
	}
}

func TestADeleteInTheMiddle(t *testing.T) {
	p := newPipeline(t)
	v := p.upload(talk.Bytes())
	p.arrive(v)
	p.Engine = hooked(func() { p.change(v, video.Delete()) })
	p.work()
	if got := p.now(v); got.Status != video.Deleting || got.Tracks != nil {
		t.Errorf("%+v", got)
	}
}
