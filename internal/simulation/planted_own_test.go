package simulation

import (
	"context"
	"strings"
	"testing"

	"github.com/cuepipe/cuepipe/internal/captioning"
	"github.com/cuepipe/cuepipe/internal/tracks"
	"github.com/cuepipe/cuepipe/internal/video"
)

func TestPlantedFaultsAroundPeoplesTracksAreFound(t *testing.T) {
	for name, plant := range plantedInTracks {
		t.Run(name, func(t *testing.T) { isFound(t, plant) })
	}
}

var plantedInTracks = map[string]func(*steps){
	"an assembler that takes people's tracks away": func(s *steps) {
		s.transcriber = transcriberWith(func(p *ports, t *captioning.Transcriber) {
			t.Videos = changed{p.videos(), func(_ context.Context, c video.Change) (video.Change, error) {
				c.DropOwn = c.To == video.Ready
				return c, nil
			}}
		})
	},
	"a retry that begins without people's tracks": func(s *steps) {
		s.retry = func(p *ports) func(context.Context, string, string) (video.Video, error) {
			u := p.uploader()
			u.Videos = changed{p.videos(), func(_ context.Context, c video.Change) (video.Change, error) {
				c.DropOwn = c.NextGeneration
				return c, nil
			}}
			return func(ctx context.Context, owner, id string) (video.Video, error) { return u.Retry(ctx, owner, id, nil) }
		}
	},
	"a save without its condition": func(s *steps) {
		s.tracks = keeperWith(func(p *ports, k *tracks.Keeper) { k.Videos = unconditional{p.videos()} })
	},
	"a save that tries again whatever was saved meanwhile": func(s *steps) {
		s.tracks = func(p *ports) keeper { return careless{p.keeper()} }
	},
	"a track that is named before it is stored": func(s *steps) {
		s.tracks = keeperWith(func(p *ports, k *tracks.Keeper) {
			var later puts
			k.Captions, k.Videos = putOff{p.captions(), &later}, namedFirst{p.videos(), &later}
		})
	},
	"a loser that removes the whole track": func(s *steps) {
		s.tracks = keeperWith(func(p *ports, k *tracks.Keeper) { k.Captions = sweeping{p.captions()} })
	},
	"a loser that removes nothing": func(s *steps) {
		s.tracks = keeperWith(func(p *ports, k *tracks.Keeper) { k.Captions = keeping{p.captions()} })
	},
	"ids of versions that come again": func(s *steps) {
		s.tracks = keeperWith(func(p *ports, k *tracks.Keeper) {
			k.NewID = func() string {
				p.w.run.versions %= 4
				return p.w.run.newVersion(p.w)
			}
		})
	},
	"a delete that leaves people's tracks": func(s *steps) {
		s.remove = func(p *ports) func(context.Context, video.Video) error {
			r := p.remover()
			r.Captions = machineOnly{p.captions()}
			return r.Remove
		}
	},
}

func keeperWith(plant func(*ports, *tracks.Keeper)) func(*ports) keeper {
	return func(p *ports) keeper {
		k := p.keeper()
		plant(p, &k)
		return k
	}
}

// unconditional videos take every edit for one of the edition that is there.
type unconditional struct{ videos }

func (v unconditional) Change(ctx context.Context, id string, c video.Change) (video.Video, error) {
	if now, err := v.w.run.videos.Get(ctx, id); err == nil && c.Own != nil {
		own := *c.Own
		own.Edition = now.OwnEdition
		c.Own = &own
	}
	return v.videos.Change(ctx, id, c)
}

// careless keepers restore upon whatever is there.
type careless struct{ tracks.Keeper }

func (k careless) Restore(ctx context.Context, v video.Video, name, _ string, number int) (video.OwnTrack, error) {
	return k.Keeper.Restore(ctx, v, name, newestOf(v, name), number)
}

// puts are put off until their item is changed.
type (
	puts   []func(context.Context) error
	putOff struct {
		captions
		later *puts
	}
	namedFirst struct {
		videos
		later *puts
	}
)

func (c putOff) PutOnce(_ context.Context, key, contentType string, body []byte) error {
	*c.later = append(*c.later, func(ctx context.Context) error { return c.captions.PutOnce(ctx, key, contentType, body) })
	return nil
}

func (n namedFirst) Change(ctx context.Context, id string, c video.Change) (video.Video, error) {
	v, err := n.videos.Change(ctx, id, c)
	for _, put := range *n.later {
		if err == nil {
			err = put(ctx)
		}
	}
	return v, err
}

// sweeping captions remove all versions of a track where one is meant.
type sweeping struct{ captions }

func (c sweeping) RemoveAll(ctx context.Context, prefix string) error {
	if parts := strings.SplitAfter(prefix, "/"); len(parts) > 4 { // videos/ ID/ own/ TRACK/ VERSION/
		prefix = strings.Join(parts[:4], "")
	}
	return c.captions.RemoveAll(ctx, prefix)
}

// machineOnly captions have no tracks of people's.
type machineOnly struct{ captions }

func (c machineOnly) RemoveAll(ctx context.Context, prefix string) error {
	for name := range c.w.run.objects(prefix) {
		if !strings.HasPrefix(name, video.OwnFolder) {
			if err := c.w.run.captions.Remove(ctx, prefix+name); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c machineOnly) Left(ctx context.Context, prefix string) (bool, error) {
	if _, err := c.captions.Left(ctx, prefix); err != nil {
		return true, err
	}
	for name := range c.w.run.objects(prefix) {
		if !strings.HasPrefix(name, video.OwnFolder) {
			return true, nil
		}
	}
	return false, nil
}
