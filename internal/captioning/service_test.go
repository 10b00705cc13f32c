package captioning_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/captioning"
	"github.com/cuepipe/cuepipe/internal/captioning/captioningtest"
	"github.com/cuepipe/cuepipe/internal/memobjects"
	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/video"
)

// A service hears a film when it is let.
type service struct {
	p       *pipeline
	jobs    map[captioning.Job]*served
	started map[captioning.Job]int
}

type served struct {
	video      video.Video
	ended      bool
	transcript speech.Transcript
	err        error
}

func (p *pipeline) withService() *service {
	s := &service{p, map[captioning.Job]*served{}, map[captioning.Job]int{}}
	p.Service = s
	return s
}

func (s *service) Start(_ context.Context, v video.Video) error {
	job := captioning.Job{VideoID: v.ID, Generation: v.Generation}
	if s.jobs[job] == nil {
		s.jobs[job] = &served{video: v}
		s.started[job]++
	}
	return nil
}

func (s *service) Result(_ context.Context, v video.Video) (speech.Transcript, error) {
	switch j := s.jobs[captioning.Job{VideoID: v.ID, Generation: v.Generation}]; {
	case j == nil:
		return speech.Transcript{}, captioning.ErrNotAsked
	case !j.ended:
		return speech.Transcript{}, video.ErrAtWork
	default:
		return j.transcript, j.err
	}
}

func (s *service) Forget(_ context.Context, id string, generation int) error {
	job := captioning.Job{VideoID: id, Generation: generation}
	if j := s.jobs[job]; j != nil && !j.ended {
		return video.ErrAtWork
	}
	delete(s.jobs, job)
	return nil
}

// end has every job end: it hears the sound, puts its result, and tells of it so
// many times.
func (s *service) end(times int) {
	s.p.t.Helper()
	for job, j := range s.jobs {
		if j.ended {
			continue
		}
		j.ended = true
		if j.err == nil {
			j.transcript, j.err = captioningtest.Told(s.p.sound(job), j.video.Options.Speakers)
		}
		if err := s.p.captions.PutOnce(s.p.t.Context(), video.ServiceResult(job.VideoID, job.Generation), "application/json", []byte("heard")); err != nil {
			s.p.t.Fatal(err)
		}
		for range times {
			if err := s.p.segments.Send(s.p.t.Context(), []captioning.Job{job}); err != nil {
				s.p.t.Fatal(err)
			}
		}
	}
}

// sound is what lies there for the service to hear.
func (p *pipeline) sound(job captioning.Job) []byte {
	return []byte(p.written()[video.ServiceSound(job.VideoID, job.Generation)])
}

// sounds are all that were made for the service and are there.
func (p *pipeline) sounds() (keys []string) {
	for _, key := range p.captions.Keys() {
		if strings.HasSuffix(key, ".wav") {
			keys = append(keys, key)
		}
	}
	return keys
}

var german = video.Options{Language: "de"}

const asAll = " by service 1 as json report sbv srt ttml txt vtt"

func TestAFilmThroughTheService(t *testing.T) {
	for name, c := range map[string]struct {
		film    captioningtest.Film
		options video.Options
		want    end
	}{
		"German":                              {captioningtest.Film{Header: 6 * time.Second, Words: talk.Words}, german, end{video.Ready, "", 1, 1, "xx" + asAll}},
		"two speakers":                        {talk, video.Options{Speakers: 2}, end{video.Ready, "", 1, 1, "xx" + asAll}},
		"a film of many segments":             {captioningtest.Film{Header: time.Hour, Words: talk.Words}, german, end{video.Ready, "", 1, 1, "xx" + asAll}},
		"one that says nothing of its length": {captioningtest.Film{Words: talk.Words}, german, end{video.Ready, "", 1, 1, "xx" + asAll}},
		"words of which it is not sure":       {captioningtest.Film{Words: talk.Words, Unsure: true}, german, end{video.Ready, "", 1, 1, "xx" + asAll}},
		"nobody speaks":                       {captioningtest.Film{Words: "| |"}, german, end{video.Uncaptioned, video.NoSpeech.Code, 1, 1, ""}},
		"no sound":                            {captioningtest.Film{NoAudio: true}, german, end{video.Uncaptioned, video.NoAudio.Code, 1, 0, ""}},
		"as long as it hears":                 {captioningtest.Film{Header: 4 * time.Hour, Words: talk.Words}, german, end{video.Ready, "", 1, 1, "xx" + asAll}},
		"longer than it hears":                {captioningtest.Film{Header: 4*time.Hour + 1, Words: talk.Words}, german, end{video.Failed, video.ServiceRefused.Code, 1, 0, ""}},
		"longer, and it does not say so":      {captioningtest.Film{Sound: 4*time.Hour + time.Second, Words: talk.Words}, german, end{video.Failed, video.ServiceRefused.Code, 1, 0, ""}},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPipeline(t)
			p.length = short
			s := p.withService()
			v := p.ask(c.film.Bytes(), c.options)
			p.arrive(v)
			p.work()
			if sounds := p.sounds(); len(sounds) != len(s.jobs) {
				t.Errorf("at work on %d: the sounds %v", len(s.jobs), sounds)
			}
			if got := p.now(v); got.InWork() && (got.Segments != 1 || !got.Awaited || len(got.Done) != 0) {
				t.Errorf("at work: %+v", got)
			}
			s.end(1)
			p.work()
			got := p.now(v)
			if e := endOf(got); e != c.want {
				t.Errorf("%+v, want %+v", e, c.want)
			}
			if sounds := p.sounds(); len(s.jobs) != 0 || len(sounds) != 0 {
				t.Errorf("the service keeps %v, and we %v", s.jobs, sounds)
			}
			if c.want.status == video.Ready && got.SoundHeard() == 0 {
				t.Error("nothing of its sound was heard")
			}
		})
	}
}

// What the service gets is the film's sound as a WAV of its own, whatever the
// film is: the header that it must have (16 kHz, one channel, 16 bits), and the
// samples that our own recogniser would hear.
func TestTheServiceHearsASound(t *testing.T) {
	p := newPipeline(t)
	p.withService()
	v := p.ask(talk.Bytes(), german)
	p.arrive(v)
	p.work()
	var samples bytes.Buffer
	if err := (captioningtest.Media{}).Copy(t.Context(), memobjects.Bytes(talk.Bytes()), time.Minute, &samples); err != nil {
		t.Fatal(err)
	}
	size := samples.Len()
	if size != 2*speech.Samples(talk.Length()) {
		t.Fatalf("the film has %d bytes of sound", size)
	}
	length := func(n int) string { return string([]byte{byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24)}) }
	want := "RIFF" + length(36+size) + "WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x80\x3e\x00\x00\x00\x7d\x00\x00\x02\x00\x10\x00data" + length(size)
	got := p.written()[video.ServiceSound(v.ID, 1)]
	if head, body := got[:min(44, len(got))], got[min(44, len(got)):]; head != want || body != samples.String() {
		t.Errorf("the header is %q, want %q; it has %d bytes of %d", head, want, len(body), size)
	}
}

// A sound that is there is not made again: whoever made it died before the start.
func TestASoundThatIsThereIsNotWrittenAgain(t *testing.T) {
	p := newPipeline(t)
	s := p.withService()
	v := p.ask(talk.Bytes(), german)
	p.arrive(v)
	other := captioningtest.Film{Words: "Already there."}
	key := video.ServiceSound(v.ID, 1)
	err := p.captions.PutStream(t.Context(), key, "audio/wav", func(w io.Writer) ([]byte, error) {
		n := 2 * speech.Samples(other.Length())
		head := make([]byte, 44)
		copy(head, "RIFF")
		binary.LittleEndian.PutUint32(head[40:], uint32(n))
		return head, captioningtest.Media{}.Copy(t.Context(), memobjects.Bytes(other.Bytes()), time.Minute, w)
	})
	if err != nil {
		t.Fatal(err)
	}
	p.work()
	s.end(1)
	p.work()
	if got := p.now(v); got.Status != video.Ready || !strings.Contains(p.written()[got.Tracks[0].Formats["txt"]], "Already there.") {
		t.Errorf("%+v", endOf(got))
	}
}

func TestTheWordsKeepTheirSpeakers(t *testing.T) {
	p := newPipeline(t)
	s := p.withService()
	v := p.ask(talk.Bytes(), video.Options{Speakers: 2})
	p.arrive(v)
	p.work()
	s.end(1)
	p.work()
	part := p.written()["videos/"+v.ID+"/1/segments/0.json"]
	if strings.Count(part, `"speaker":"Speaker 1"`) != 8 || strings.Count(part, `"speaker":"Speaker 2"`) != 6 {
		t.Errorf("the words are stored as %s", part)
	}
}

func TestWhatTheServiceCannotHear(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		want video.Failure
	}{
		"it cannot read the file": {fmt.Errorf("job: %w", captioning.ErrServiceRefused), video.ServiceRefused},
		"it fails":                {fmt.Errorf("job: %w", captioning.ErrServiceFailed), video.ServiceFailed},
	} {
		p := newPipeline(t)
		s := p.withService()
		v := p.ask(talk.Bytes(), german)
		p.arrive(v)
		p.work()
		for _, j := range s.jobs {
			j.err = c.err
		}
		s.end(2)
		p.work()
		if got := p.now(v); got.Status != video.Failed || *got.Failure != c.want || len(s.jobs) != 0 || len(p.sounds()) != 0 {
			t.Errorf("%s: %s, %v; it keeps %v, and we %v", name, got.Status, got.Failure, s.jobs, p.sounds())
		}
		// A retry asks it anew.
		p.change(v, video.Replace(1))
		if err := p.planner().Arrived(t.Context(), captioning.Arrival{VideoID: v.ID, Generation: 2}); err != nil {
			t.Fatal(err)
		}
		p.work()
		s.end(1)
		p.work()
		if got := endOf(p.now(v)); got != (end{video.Ready, "", 2, 1, "xx" + asAll}) {
			t.Errorf("%s, retried: %+v", name, got)
		}
	}
}

func TestAServiceThatWasSwitchedOff(t *testing.T) {
	for _, asked := range []bool{false, true} {
		p := newPipeline(t)
		v := p.ask(talk.Bytes(), german)
		p.arrive(v)
		if asked {
			s := p.withService()
			p.work()
			p.Service = nil
			s.end(1)
		}
		p.work()
		if got := p.now(v); got.Status != video.Failed || *got.Failure != video.ServiceOff || len(p.sounds()) != 0 {
			t.Errorf("asked before: %v: %s, %v; left: %v", asked, got.Status, got.Failure, p.sounds())
		}
	}
}
