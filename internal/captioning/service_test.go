package captioning_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/captioning"
	"github.com/cuepipe/cuepipe/internal/captioning/captioningtest"
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

// end has every job end: it hears the newest object, puts its result, and
// tells of it so many times.
func (s *service) end(times int) {
	s.p.t.Helper()
	for job, j := range s.jobs {
		if j.ended {
			continue
		}
		j.ended = true
		if j.err == nil {
			j.transcript, j.err = captioningtest.Told(s.p.newest(j.video), j.video.Options.Speakers)
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

// newest is the object that is under the video's key now.
func (p *pipeline) newest(v video.Video) []byte {
	p.t.Helper()
	source, size, err := p.uploads.Stat(p.t.Context(), v.Source.Key)
	if err != nil {
		return nil
	}
	r, err := p.uploads.Source(source, size).Open(p.t.Context(), 0, size)
	if err != nil {
		p.t.Fatal(err)
	}
	defer r.Close()
	b := make([]byte, size)
	if _, err := r.Read(b); err != nil {
		p.t.Fatal(err)
	}
	return b
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
	} {
		t.Run(name, func(t *testing.T) {
			p := newPipeline(t)
			p.length = short
			s := p.withService()
			v := p.ask(c.film.Bytes(), c.options)
			p.arrive(v)
			p.work()
			if got := p.now(v); got.InWork() && (got.Segments != 1 || !got.Awaited || len(got.Done) != 0) {
				t.Errorf("at work: %+v", got)
			}
			s.end(1)
			p.work()
			got := p.now(v)
			if e := endOf(got); e != c.want {
				t.Errorf("%+v, want %+v", e, c.want)
			}
			if len(s.jobs) != 0 {
				t.Errorf("the service keeps %v", s.jobs)
			}
			if c.want.status == video.Ready && got.SoundHeard() == 0 {
				t.Error("nothing of its sound was heard")
			}
		})
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
		if got := p.now(v); got.Status != video.Failed || *got.Failure != c.want || len(s.jobs) != 0 {
			t.Errorf("%s: %s, %v; it keeps %v", name, got.Status, got.Failure, s.jobs)
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
	p := newPipeline(t)
	v := p.ask(talk.Bytes(), german)
	p.arrive(v)
	p.work()
	if got := p.now(v); got.Status != video.Failed || *got.Failure != video.ServiceOff {
		t.Errorf("%s, %v", got.Status, got.Failure)
	}
}
