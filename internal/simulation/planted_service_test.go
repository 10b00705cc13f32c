package simulation

import (
	"context"
	"errors"
	"testing"

	"github.com/cuepipe/cuepipe/internal/captioning"
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
			t.Uploads = unmoved{p.uploads(), p.videos()}
		})
	},
	"a job that is started anew once it is forgotten": func(s *steps) {
		s.transcriber = transcriberWith(func(p *ports, t *captioning.Transcriber) {
			t.Service = forgetful{t.Service}
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

// unmoved says of every object that it is the planned one.
type unmoved struct {
	uploads
	items videos
}

func (u unmoved) Stat(ctx context.Context, key string) (video.Source, int64, error) {
	id, _ := video.IDOfSource(key)
	v, err := u.items.w.run.videos.Get(ctx, id)
	return v.Source, v.Size, err
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
