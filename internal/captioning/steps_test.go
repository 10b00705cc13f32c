package captioning_test

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cuepipe/cuepipe/internal/caption"
	"github.com/cuepipe/cuepipe/internal/captioning"
	"github.com/cuepipe/cuepipe/internal/captioning/captioningtest"
	"github.com/cuepipe/cuepipe/internal/memobjects"
	"github.com/cuepipe/cuepipe/internal/video"
)

func TestAVideoGoesInAndCaptionsComeOut(t *testing.T) {
	p := newPipeline(t)
	v := p.upload(talk.Bytes())
	p.arrive(v)
	if got := p.now(v); got.Status != video.Captioning || got.Segments != 1 || got.Duration != 6*time.Second || !got.ExpiresAt.IsZero() {
		t.Errorf("after the plan: %+v", got)
	}
	if jobs := p.work(); len(jobs) != 1 {
		t.Errorf("%d jobs", len(jobs))
	}
	got := p.now(v)
	if e := endOf(got); e != (end{video.Ready, "", 1, 1, "en by test 1 as json report sbv srt ttml txt vtt"}) {
		t.Fatalf("%+v", e)
	}
	for name, read := range map[string]func(string) (caption.Track, error){
		"vtt":  func(s string) (caption.Track, error) { return caption.ReadVTT(strings.NewReader(s)) },
		"srt":  func(s string) (caption.Track, error) { return caption.ReadSRT(strings.NewReader(s)) },
		"ttml": func(s string) (caption.Track, error) { return caption.ReadTTML(strings.NewReader(s)) },
		"sbv":  func(s string) (caption.Track, error) { return caption.ReadSBV(strings.NewReader(s)) },
		"json": func(s string) (caption.Track, error) { return caption.ReadJSON(strings.NewReader(s)) },
	} {
		track, err := read(p.written()[got.Tracks[0].Formats[name]])
		var said []string
		for _, c := range track.Cues {
			said = append(said, c.Text())
		}
		if err != nil || strings.Join(said, " ") != talk.Words || len(said) != got.Tracks[0].Cues {
			t.Errorf("%s has %q, %v", name, said, err)
		}
	}
	var words struct {
		Cues []struct {
			Words []struct{ Text string }
		}
	}
	written := p.written()
	if err := json.Unmarshal([]byte(written[got.Tracks[0].Formats["json"]]), &words); err != nil || len(words.Cues) == 0 || len(words.Cues[0].Words) == 0 {
		t.Errorf("the JSON has no words: %+v, %v", words, err)
	}
	if text := written[got.Tracks[0].Formats["txt"]]; strings.Join(strings.Fields(text), " ") != talk.Words {
		t.Errorf("the plain text is %q", text)
	}
	var report caption.Report
	if err := json.Unmarshal([]byte(p.written()[got.Tracks[0].Formats["report"]]), &report); err != nil || report.Cues != got.Tracks[0].Cues || report.Profile != "default" {
		t.Errorf("report %+v, %v", report, err)
	}
}

func TestHowVideosEnd(t *testing.T) {
	const long = video.MaxDuration + 1
	for name, c := range map[string]struct {
		file []byte
		want video.Status
		why  *video.Failure
	}{
		"no audio":                     {captioningtest.Film{NoAudio: true}.Bytes(), video.Uncaptioned, &video.NoAudio},
		"no speech":                    {captioningtest.Film{Header: time.Second}.Bytes(), video.Uncaptioned, &video.NoSpeech},
		"a language that is not known": {captioningtest.Film{Words: "Wer nur Deutsch spricht", Unsure: true}.Bytes(), video.Uncaptioned, &video.LanguageUncertain},
		"not media":                    {[]byte("a text file"), video.Failed, &video.NotMedia},
		"too long by its header":       {captioningtest.Film{Header: long, Words: "Words"}.Bytes(), video.Failed, &video.TooLong},
		"too long, and says nothing":   {captioningtest.Film{Sound: long, Words: "Words"}.Bytes(), video.Failed, &video.TooLong},
		"too long, and lies":           {captioningtest.Film{Header: 1, Sound: long, Words: "Words"}.Bytes(), video.Failed, &video.TooLong},
		"as long as it may be":         {captioningtest.Film{Header: video.MaxDuration, Words: "Words"}.Bytes(), video.Ready, nil},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPipeline(t)
			v := p.upload(c.file)
			p.arrive(v)
			p.work()
			got := p.now(v)
			if got.Status != c.want || !reflect.DeepEqual(got.Failure, c.why) || !got.ExpiresAt.IsZero() {
				t.Errorf("%s, %v", got.Status, got.Failure)
			}
			if c.want != video.Ready && len(got.Tracks) != 0 {
				t.Errorf("tracks %v", got.Tracks)
			}
			p.arrive(v) // once more
			if p.work() != nil || !reflect.DeepEqual(p.now(v), got) {
				t.Errorf("a second event changed %+v to %+v", got, p.now(v))
			}
			p.uploads.Put(v.Source.Key, memobjects.Bytes(talk.Bytes())) // its owner mends it
			p.arrive(v)
			p.work()
			if e := endOf(p.now(v)); e != (end{video.Ready, "", 2, 1, "en by test 1 as json report sbv srt ttml txt vtt"}) {
				t.Errorf("after another object came: %+v", e)
			}
		})
	}
}

func TestAFileThatIsTooLargeIsNotRead(t *testing.T) {
	p := newPipeline(t)
	v := p.upload(nil)
	p.uploads.Put(v.Source.Key, huge{})
	p.arrive(v)
	if got := endOf(p.now(v)); got.status != video.Failed || got.code != video.TooLarge.Code {
		t.Errorf("%+v", got)
	}
}

// huge is a file that would panic if it were read.
type huge struct{ memobjects.Bytes }

func (huge) Size() int64 { return video.MaxSize + 1 }

func TestASourceThatIsGone(t *testing.T) {
	t.Run("before its plan", func(t *testing.T) {
		p := newPipeline(t)
		v := p.upload(talk.Bytes())
		p.change(v, video.Arrive())
		p.removeSource(v)
		p.arrive(v)
		if got := endOf(p.now(v)); got.status != video.Failed || got.code != video.SourceMissing.Code {
			t.Errorf("%+v", got)
		}
	})
	t.Run("before its segment", func(t *testing.T) {
		p := newPipeline(t)
		v := p.upload(talk.Bytes())
		p.arrive(v)
		p.removeSource(v)
		p.work()
		if got := endOf(p.now(v)); got.status != video.Failed || got.code != video.SourceMissing.Code {
			t.Errorf("%+v", got)
		}
	})
	t.Run("before it was ever there", func(t *testing.T) {
		p := newPipeline(t)
		v := p.upload(nil)
		p.removeSource(v)
		p.arrive(v)
		if got := p.now(v); got.Status != video.Pending {
			t.Errorf("it is %s and its upload could not come any more", got.Status)
		}
	})
}

func TestMessagesThatComeAgainOrLate(t *testing.T) {
	p := newPipeline(t)
	v := p.upload(talk.Bytes())
	p.arrive(v)
	p.arrive(v)
	jobs := p.work()
	if len(jobs) != 1 {
		t.Errorf("two events made %d jobs", len(jobs))
	}
	ready, files := p.now(v), p.written()
	for name, again := range map[string]func() error{
		"the event": func() error { return p.planner().Arrived(t.Context(), event(v)) },
		"our own message": func() error {
			return p.planner().Arrived(t.Context(), captioning.Arrival{VideoID: v.ID, Generation: 1})
		},
		"one of no generation": func() error {
			return p.planner().Arrived(t.Context(), captioning.Arrival{VideoID: v.ID, Generation: 9})
		},
		"one of another object": func() error {
			return p.planner().Arrived(t.Context(), captioning.Arrival{VideoID: v.ID, Key: "uploads/x"})
		},
		"one of no video at all": func() error { return p.planner().Arrived(t.Context(), captioning.Arrival{VideoID: video.NewID()}) },
		"the job":                func() error { return p.transcriber().Segment(t.Context(), jobs[0]) },
		"a job of no segment":    func() error { return p.segment(v, 1, 7) },
		"a job below none":       func() error { return p.segment(v, 1, -1) },
		"a job of no video": func() error {
			return p.transcriber().Segment(t.Context(), captioning.Job{VideoID: video.NewID(), Generation: 1})
		},
	} {
		if err := again(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if p.work() != nil || !reflect.DeepEqual(p.now(v), ready) || !reflect.DeepEqual(p.written(), files) {
			t.Errorf("%s changed something", name)
		}
	}
}

func TestAMessageMayOvertakeTheEvent(t *testing.T) {
	p := newPipeline(t)
	v := p.upload(talk.Bytes())
	p.change(v, video.Arrive()) // the client said that it is complete
	if err := p.planner().Arrived(t.Context(), captioning.Arrival{VideoID: v.ID, Generation: 1}); err != nil {
		t.Fatal(err)
	}
	p.arrive(v)
	p.work()
	if got := endOf(p.now(v)); got.status != video.Ready {
		t.Errorf("%+v", got)
	}
}

func TestTwoTranscribersOnOneJob(t *testing.T) {
	p := newPipeline(t)
	v := p.upload(talk.Bytes())
	p.arrive(v)
	job, _ := p.segments.Next()
	// The second one comes when the first is in the middle, hears with another
	// engine, and is done before it.
	first := *p
	first.Engine = hooked(func() {
		p.Engine.Name = "test 2"
		if err := p.transcriber().Segment(t.Context(), job); err != nil {
			t.Errorf("the second: %v", err)
		}
	})
	var ready video.Video
	if err := first.transcriber().Segment(t.Context(), job); err != nil {
		t.Errorf("the first: %v", err)
	}
	ready = p.now(v)
	if got := endOf(ready); got != (end{video.Ready, "", 1, 1, "en by test 2 as json report sbv srt ttml txt vtt"}) {
		t.Errorf("%+v", got)
	}
	if part := p.written()["videos/"+v.ID+"/1/segments/0.json"]; !strings.Contains(part, `"test 2"`) {
		t.Errorf("the slower one wrote over the faster one's words: %s", part)
	}
}

func TestProgressIsWrittenNowAndThen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPipeline(t)
		v := p.upload(captioningtest.Film{Words: strings.Repeat("word ", 100)}.Bytes())
		p.arrive(v)
		p.Engine.Before = func(context.Context) error {
			time.Sleep(100 * time.Millisecond) // of the bubble's clock
			return nil
		}
		counted := &counting{Videos: p.videos}
		p.Videos = counted
		p.work()
		// Ten seconds of work, and at most a write each.
		if counted.heard < 9 || counted.heard > 10 {
			t.Errorf("progress was written %d times in 10 s", counted.heard)
		}
		if got := p.now(v); got.Status != video.Ready || len(got.Heard) != 0 {
			t.Errorf("%s, heard %v", got.Status, got.Heard)
		}
	})
}

func TestProgressThatCannotBeWrittenStopsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPipeline(t)
		v := p.upload(talk.Bytes())
		p.arrive(v)
		p.Engine.Before = func(context.Context) error {
			time.Sleep(time.Second)
			return nil
		}
		counted := &counting{Videos: p.videos, refuse: true}
		p.Videos = counted
		p.work()
		if got := p.now(v); got.Status != video.Ready || counted.heard == 0 {
			t.Errorf("%s, %d writes of progress", got.Status, counted.heard)
		}
	})
}

// A table that is throttled holds each write up for as long as it is let; that
// must not use up the time of recognition.
func TestProgressThatIsHeldUpHoldsNothingUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPipeline(t)
		v := p.upload(captioningtest.Film{Words: strings.Repeat("word ", 100)}.Bytes())
		p.arrive(v)
		p.Engine.Before = func(context.Context) error {
			time.Sleep(100 * time.Millisecond)
			return nil
		}
		counted := &counting{Videos: p.videos, holdUp: true}
		p.Videos = counted
		began := time.Now()
		p.work()
		if took := time.Since(began); took > 12*time.Second {
			t.Errorf("ten seconds of work took %v", took)
		}
		if got := p.now(v); got.Status != video.Ready || counted.heard == 0 || counted.heard > 4 {
			t.Errorf("%s, %d writes of progress", got.Status, counted.heard)
		}
	})
}

// counting counts the writes of progress, and may refuse them, or hold them up.
type counting struct {
	captioning.Videos
	heard          int
	refuse, holdUp bool
}

func (c *counting) Change(ctx context.Context, id string, change video.Change) (video.Video, error) {
	if change.Heard != nil {
		c.heard++
		if c.holdUp {
			<-ctx.Done()
			return video.Video{}, ctx.Err()
		}
		if c.refuse {
			return video.Video{}, errors.New("the table is throttled")
		}
	}
	return c.Videos.Change(ctx, id, change)
}

func (p *pipeline) change(v video.Video, c video.Change) {
	p.t.Helper()
	if _, err := p.videos.Change(p.t.Context(), v.ID, c); err != nil {
		p.t.Fatal(err)
	}
}

func (p *pipeline) removeSource(v video.Video) {
	p.t.Helper()
	if err := p.uploads.RemoveAll(p.t.Context(), v.Source.Key); err != nil {
		p.t.Fatal(err)
	}
}

func (p *pipeline) segment(v video.Video, generation, n int) error {
	return p.transcriber().Segment(p.t.Context(), captioning.Job{VideoID: v.ID, Generation: generation, Segment: n})
}
