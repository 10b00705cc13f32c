package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/captioning/captioningtest"
	"github.com/cuepipe/cuepipe/internal/client"
	"github.com/cuepipe/cuepipe/internal/client/clienttest"
	"github.com/cuepipe/cuepipe/internal/video"
)

// long is a film of two segments of ten seconds.
var long = captioningtest.Film{Header: 19 * time.Second, Words: strings.Repeat("Much is said here. | ", 8)}

var idle = clienttest.Behaviour{Idle: true}

// slowly has the service do one segment, at most so many, each time when
// somebody asks how far the video is. asked is called before.
func (b *bench) slowly(most int, asked func(id string)) {
	intercept := func(_ http.ResponseWriter, r *http.Request) bool {
		id, found := strings.CutPrefix(r.URL.Path, "/v1/videos/")
		if r.Method == http.MethodGet && found && !strings.Contains(id, "/") {
			asked(id)
			if most > 0 {
				b.service.Work(id, 1)
				most--
			}
		}
		return false
	}
	b.service.Behave(clienttest.Behaviour{Idle: true, SegmentLength: 10 * time.Second, Intercept: intercept})
}

// upload leaves a film with the service, as a client that does not wait.
func (b *bench) upload(film captioningtest.Film) (id string) {
	b.t.Helper()
	c := &client.Client{API: b.service.URL, Token: clienttest.Token}
	content := film.Bytes()
	v, ticket, err := c.Create(b.t.Context(), client.File{Filename: "film.mp4", Size: int64(len(content)), ContentType: "video/mp4"})
	if err == nil {
		err = c.Upload(b.t.Context(), ticket, bytes.NewReader(content), int64(len(content)), nil)
	}
	if err == nil {
		_, err = c.Complete(b.t.Context(), v.ID)
	}
	if err != nil {
		b.t.Fatal(err)
	}
	return v.ID
}

// only is the one video that the service has.
func (b *bench) only() video.Video {
	b.t.Helper()
	vs, _, err := b.service.Videos.List(b.t.Context(), video.OwnerID("issuer", "somebody"), video.Place{}, 2)
	if err != nil || len(vs) != 1 {
		b.t.Fatalf("%d videos, %v", len(vs), err)
	}
	return vs[0]
}

func (b *bench) change(id string, c video.Change) {
	b.t.Helper()
	if _, err := b.service.Videos.Change(b.t.Context(), id, c); err != nil {
		b.t.Error(err)
	}
}

func TestEarlyCaptionsAreWrittenWhileTheFilmIsInWork(t *testing.T) {
	b := newBench(t)
	b.file("long.mp4", long.Bytes())
	var seen []string
	b.slowly(2, func(string) {
		if slices.Contains(b.files(), "long.vtt") {
			seen = append(seen, b.read("long.vtt"))
		}
	})
	out, _ := b.run(0, "caption", "--early", "--json", b.path("long.mp4"))
	if len(seen) != 1 || !strings.Contains(seen[0], "NOTE Partial: captions so far, to 00:00:") || !strings.Contains(seen[0], "Much is said") {
		t.Errorf("in work: %q", seen)
	}
	whole := b.read("long.vtt")
	if strings.Contains(whole, "NOTE") || len(seen) > 0 && len(whole) <= len(seen[0]) {
		t.Errorf("at last: %s", whole)
	}
	if !strings.Contains(out, `"segmentsDone":1,"segments":2`) || strings.Contains(out, `"until"`) {
		t.Errorf("told %s", out)
	}
}

func TestWhatEarlyCaptionsLeave(t *testing.T) {
	unsure := long
	unsure.Unsure = true
	for name, c := range map[string]struct {
		film    captioningtest.Film
		deleted bool // after the first segment
		code    int
		says    string
		left    []string
	}{
		"it is deleted meanwhile":          {long, true, 1, "What was captioned so far is in ", []string{"lecture.mp4", "long.mp4", "long.vtt"}},
		"it turns out to have no captions": {unsure, false, 3, "does not sound like English", []string{"lecture.mp4", "long.mp4"}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			path := b.file("long.mp4", c.film.Bytes())
			early := false
			b.slowly(2, func(id string) {
				if early = early || slices.Contains(b.files(), "long.vtt"); early && c.deleted {
					b.change(id, video.Delete())
				}
			})
			out, said := b.run(c.code, "caption", "--early", "--json", path)
			if !strings.Contains(said, c.says) || !slices.Equal(b.files(), c.left) || !early || strings.Contains(said, "goes on") {
				t.Errorf("said %s, left %v; there were early captions: %v", said, b.files(), early)
			}
			lines := strings.Split(strings.TrimSpace(out), "\n")
			var r result
			if err := json.Unmarshal([]byte(lines[len(lines)-1]), &r); err != nil || (r.Until > 0) != c.deleted || (r.Output != "") != c.deleted {
				t.Errorf("%+v, %v", r, err)
			}
		})
	}
}

func TestLocalEarlyCaptions(t *testing.T) {
	b := newBench(t)
	file, err := openInput(b.file("long.mp4", captioningtest.Film{Header: 200 * time.Second, Words: strings.Repeat("Much is said here. | ", 83)}.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	l := &local{prober: captioningtest.Media{}, decoder: captioningtest.Media{}, detector: captioningtest.Detector{}, engine: captioningtest.Engine{Name: "test 1"}}
	e := early{way: l, out: output{path: b.path("long.vtt")}}
	var heard []float64
	partial := ""
	v, err := l.caption(t.Context(), file, func(s state) {
		heard = append(heard, s.Heard)
		e.update(t.Context(), s)
		if s.Done == 1 {
			partial = b.read("long.vtt")
		}
	})
	if err != nil || outcome(v) != nil || v.Progress.Total != 2 {
		t.Fatalf("%+v, %v", v, err)
	}
	if !strings.Contains(partial, "NOTE Partial: captions so far, to 00:0") || e.until < 100 || e.until > 140 {
		t.Errorf("to %v: %s", e.until, partial)
	}
	if !slices.IsSorted(heard) || heard[len(heard)-1] != 200 {
		t.Errorf("heard %v", heard)
	}
}

func TestPartialCaptionsAreFetched(t *testing.T) {
	b := newBench(t)
	b.slowly(0, func(string) {})
	id := b.upload(long)
	for _, step := range []struct {
		jobs       int
		says, part string
	}{
		{0, "captions so far, to 0:00", "to 00:00:00.000"},
		{1, "captions so far, to 0:", "Much is said"},
		{1, "", "Much is said"},
	} {
		b.service.Work(id, step.jobs)
		out, said := b.run(0, "captions", id, "--partial")
		if !strings.Contains(said, step.says) || (said == "") != (step.says == "") || !strings.Contains(out, step.part) ||
			strings.Contains(out, "NOTE Partial") == (step.says == "") {
			t.Errorf("said %q, out %s", said, out)
		}
	}
	b.run(2, "captions", id, "--partial", "--wait")
	b.run(2, "caption", b.path("lecture.mp4"), "--early", "-o", "-")
	b.run(2, "caption", b.path("lecture.mp4"), "--early", "-f", "srt")
}

func TestRetryFromTheCommandLine(t *testing.T) {
	b := newBench(t)
	id := b.upload(film)
	if _, said := b.run(0, "retry", id); !strings.Contains(said, "cuepipe captions --wait "+id) {
		t.Errorf("said %s", said)
	}
	if _, said := b.run(0, "retry", "--wait", id); !strings.Contains(said, "The captions are ready. Get them with: cuepipe captions "+id) {
		t.Errorf("said %s", said)
	}
	b.run(0, "retry", "--wait", id, "--names", b.file("names.txt", []byte("Ann Lee\n")))
	b.run(0, "retry", "--wait", id) // does not change what was asked
	if v, err := b.service.Videos.Get(t.Context(), id); err != nil || len(v.Options.Names) != 1 || v.Options.Names[0] != "Ann Lee" {
		t.Errorf("%+v, %v", v.Options, err)
	}
	b.run(1, "retry", id, "--profile", "none")
	v := b.only()
	if v.Generation != 5 {
		t.Errorf("generation %d", v.Generation)
	}
	if err := b.service.Uploads.RemoveAll(t.Context(), v.Source.Key); err != nil {
		t.Fatal(err)
	}
	if _, said := b.run(1, "retry", id); !strings.Contains(said, "Upload it again") {
		t.Errorf("said %s", said)
	}
	b.run(1, "retry", "x")
	b.run(2, "retry")
}

func TestAFailureThatCanBeRetriedSaysHow(t *testing.T) {
	b := newBench(t)
	b.service.Behave(clienttest.Behaviour{Idle: true})
	id := b.upload(film)
	b.change(id, video.Fail(1, video.Stuck))
	if _, said := b.run(4, "captions", id); !strings.Contains(said, "cuepipe retry --wait "+id) {
		t.Errorf("said %s", said)
	}
}
