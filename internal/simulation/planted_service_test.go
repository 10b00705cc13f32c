package simulation

import (
	"context"
	"errors"
	"testing"

	"github.com/cuepipe/cuepipe/internal/captioning"
	"github.com/cuepipe/cuepipe/internal/media"
	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/sweep"
	"github.com/cuepipe/cuepipe/internal/video"
)

func TestPlantedFaultsAroundTheServiceAreFound(t *testing.T) {
	for name, plant := range plantedInService {
		t.Run(name, func(t *testing.T) { isFound(t, plant) })
	}
}

var plantedInService = map[string]func(*steps){
	"a service at work that the sweeper does not hear of": func(s *steps) {
		s.transcriber = transcriberWith(func(p *ports, t *captioning.Transcriber) {
			t.Videos = changed{p.videos(), func(_ context.Context, c video.Change) (video.Change, error) {
				if c.Awaited {
					return video.Change{}, errAwaited
				}
				return c, nil
			}}
			t.Service = unmarked{t.Service}
		})
	},
	"the words of whichever object was there": func(s *steps) {
		s.transcriber = transcriberWith(func(p *ports, t *captioning.Transcriber) {
			t.Uploads = newest{p.uploads()}
		})
	},
	"a job that is started anew once it is forgotten": func(s *steps) {
		s.transcriber = transcriberWith(func(p *ports, t *captioning.Transcriber) {
			t.Service = forgetful{t.Service}
		})
	},
	"a sound that nobody removes": func(s *steps) {
		s.transcriber = transcriberWith(func(p *ports, t *captioning.Transcriber) {
			t.Captions = keptSounds{p.captions()}
		})
	},
	"a sound that is removed once its job is started": func(s *steps) {
		s.transcriber = transcriberWith(func(p *ports, t *captioning.Transcriber) {
			t.Service = hasty{t.Service, p.captions()}
		})
	},
	"a deleted video that is buried while the service is at work": func(s *steps) {
		s.sweep = sweepWith(func(p *ports, s *sweep.Sweeper) {
			r := p.remover()
			r.Service = nil
			s.Remover = r
		})
		s.transcriber = transcriberWith(func(p *ports, t *captioning.Transcriber) {
			t.Service = keptJobs{t.Service}
		})
	},
}

var errAwaited = errors.New("it is not marked")

// unmarked starts jobs although the mark was not written.
type unmarked struct{ captioning.Service }

func (s unmarked) Result(ctx context.Context, v video.Video) (speech.Transcript, error) {
	t, err := s.Service.Result(ctx, v)
	switch {
	case errors.Is(err, captioning.ErrNotAsked):
		if err := s.Start(ctx, v); err != nil {
			return t, err
		}
		return t, video.ErrStale // acknowledges
	case errors.Is(err, video.ErrAtWork):
		return t, video.ErrStale
	}
	return t, err
}

// newest uploads have the object that is there now in the place of the planned
// one, where it is read for the service.
type newest struct{ uploads }

func (u newest) Source(s video.Source, size int64) media.Source {
	id, _ := video.IDOfSource(s.Key)
	v, err := u.w.run.videos.Get(context.Background(), id)
	if now, its, err2 := u.w.run.uploads.Stat(context.Background(), s.Key); err == nil && err2 == nil && v.Options.NeedService() {
		s, size = now, its
	}
	return u.uploads.Source(s, size)
}

// keptSounds are removed with their videos only.
type keptSounds struct{ captions }

func (keptSounds) Remove(context.Context, string) error { return nil }

// hasty services do not wait until the job has read its sound.
type hasty struct {
	captioning.Service
	captions captions
}

func (s hasty) Start(ctx context.Context, v video.Video) error {
	if err := s.Service.Start(ctx, v); err != nil {
		return err
	}
	return s.captions.Remove(ctx, video.ServiceSound(v.ID, v.Generation))
}

// forgetful lets the service forget a job before its words are noted.
type forgetful struct{ captioning.Service }

func (s forgetful) Result(ctx context.Context, v video.Video) (speech.Transcript, error) {
	t, err := s.Service.Result(ctx, v)
	if err == nil {
		err = s.Forget(ctx, v.ID, v.Generation)
	}
	return t, err
}

// keptJobs are never forgotten.
type keptJobs struct{ captioning.Service }

func (keptJobs) Forget(context.Context, string, int) error { return nil }
