package captioning_test

import (
	"context"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/caption"
	"github.com/cuepipe/cuepipe/internal/captioning"
	"github.com/cuepipe/cuepipe/internal/captioning/captioningtest"
	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/video"
)

type stretch struct{ Start, End float64 }

type report struct {
	caption.Report
	Unheard, Unspoken []stretch
}

func (p *pipeline) report(v video.Video) (r report) {
	p.t.Helper()
	if err := json.Unmarshal([]byte(p.written()[p.now(v).Tracks[0].Formats["report"]]), &r); err != nil {
		p.t.Fatal(err)
	}
	return r
}

// The words of many short sentences are laid out otherwise by one guide than by
// another.
func TestCaptionsFollowTheGuideThatWasAskedFor(t *testing.T) {
	long := captioningtest.Film{Header: 40 * time.Second, Words: strings.Repeat("Somebody said that nobody would ever need as many words as this. ", 8)}
	written := map[string]string{}
	for _, profile := range []string{"", "default", "bbc", "dcmp", "withdrawn"} {
		p := newPipeline(t)
		v := p.ask(long.Bytes(), video.Options{Profile: profile})
		p.arrive(v)
		p.work()
		got := p.now(v)
		if len(got.Tracks) != 1 {
			t.Fatalf("%s: %+v", profile, got)
		}
		written[profile] = p.written()[got.Tracks[0].Formats["vtt"]]
		early, _, err := captioning.Early{Captions: p.captions}.Track(t.Context(), got)
		if err != nil || len(early.Cues) != got.Tracks[0].Cues {
			t.Errorf("%s: %d early cues of %d, %v", profile, len(early.Cues), got.Tracks[0].Cues, err)
		}
		want := profile
		if profile == "" || profile == "withdrawn" {
			want = "default"
		}
		if r := p.report(v); r.Profile != want || len(r.Findings) > 0 {
			t.Errorf("%s: reported by %s: %v", profile, r.Profile, r.Findings)
		}
	}
	if written[""] != written["default"] || written["withdrawn"] != written["default"] || written["bbc"] == written["default"] || written["dcmp"] == written["bbc"] {
		t.Errorf("the guides make no difference, or the wrong one: %q", written)
	}
}

// An engine that says of every sound where it missed something.
type missing struct{ speech.Engine }

func (m missing) Recognise(ctx context.Context, pcm []int16, progress func(time.Duration)) (speech.Transcript, error) {
	t, err := m.Engine.Recognise(ctx, pcm, progress)
	t.Unheard = []speech.Region{{Start: time.Second, End: 2 * time.Second}}
	t.Unspoken = []speech.Region{{Start: 0, End: 1500 * time.Millisecond}}
	return t, err
}

func TestTheReportSaysWhereSpeechAndWordsDoNotMatch(t *testing.T) {
	p := newPipeline(t)
	v := p.upload(talk.Bytes())
	p.arrive(v)
	p.work()
	if r := p.report(v); r.Unheard == nil || r.Unspoken == nil || len(r.Unheard)+len(r.Unspoken) > 0 {
		t.Errorf("of what is well: %+v", r)
	}
	p = newPipeline(t)
	p.length = 20 * time.Second
	long := captioningtest.Film{Words: strings.Repeat("Here is a sentence. | And another one. | ", 20)}
	long.Header = long.Length()
	v = p.upload(long.Bytes())
	p.arrive(v)
	transcriber := p.transcriber()
	transcriber.Engine = missing{p.Engine}
	for job, ok := p.segments.Next(); ok; job, ok = p.segments.Next() {
		if err := transcriber.Segment(t.Context(), job); err != nil {
			t.Fatal(err)
		}
	}
	got := p.report(v)
	n := p.now(v).Segments
	if n < 2 || len(got.Unheard) != n || len(got.Unspoken) != n || got.Unheard[0] != (stretch{1, 2}) || got.Unspoken[0] != (stretch{0, 1.5}) {
		t.Fatalf("%d segments, unheard %v, unspoken %v", n, got.Unheard, got.Unspoken)
	}
	for i := 1; i < n; i++ { // in the film's time, not the segment's
		if got.Unheard[i].Start <= got.Unheard[i-1].End || !reflect.DeepEqual(got.Unheard[i].End-got.Unheard[i].Start, 1.0) {
			t.Errorf("%v", got.Unheard)
		}
	}
}

func TestNamesAreWrittenAsTheOwnerWritesThem(t *testing.T) {
	film := captioningtest.Film{Header: 6 * time.Second, Words: "We moved it all to Cooper Netties last year."}
	for want, list := range map[string][]string{
		"We moved it all to Cooper Netties last year.": nil,
		"We moved it all to Kubernetes last year.":     {"Kubernetes", "Siobhán"},
	} {
		p := newPipeline(t)
		v := p.ask(film.Bytes(), video.Options{Names: list})
		p.arrive(v)
		p.work()
		got := p.now(v)
		if len(got.Tracks) != 1 {
			t.Fatalf("%+v", got)
		}
		for _, format := range []string{"vtt", "json", "txt"} {
			if written := strings.Join(strings.Fields(p.written()[got.Tracks[0].Formats[format]]), " "); !strings.Contains(written, strings.Fields(want)[5]) {
				t.Errorf("%v: %s has %s", list, format, written)
			}
		}
		if text := strings.Join(strings.Fields(p.written()[got.Tracks[0].Formats["txt"]]), " "); text != want {
			t.Errorf("%v: %q, want %q", list, text, want)
		}
	}
}
