package simulation

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/cuepipe/cuepipe/internal/captioning"
	"github.com/cuepipe/cuepipe/internal/sqsjobs"
	"github.com/cuepipe/cuepipe/internal/sweep"
	"github.com/cuepipe/cuepipe/internal/video"
)

// A simulation that finds nothing proves nothing. Each of these is a fault that
// somebody could make in the product, and each is found.
func TestPlantedFaultsAreFound(t *testing.T) {
	for name, plant := range map[string]func(*steps){
		"an assembler without the generation": func(s *steps) {
			s.transcriber = transcriberWith(func(p *ports, t *captioning.Transcriber) {
				t.Videos = changed{p.videos(), func(_ context.Context, c video.Change) (video.Change, error) {
					if c.To == video.Ready {
						c.Generation = 0
					}
					return c, nil
				}}
			})
		},
		"a segment is done in whatever generation": func(s *steps) {
			s.transcriber = transcriberWith(func(p *ports, t *captioning.Transcriber) {
				t.Videos = changed{p.videos(), func(_ context.Context, c video.Change) (video.Change, error) {
					if c.SegmentDone != nil {
						c.Generation = 0
					}
					return c, nil
				}}
			})
		},
		"words that are named without the generation": func(s *steps) {
			s.transcriber = transcriberWith(func(p *ports, t *captioning.Transcriber) {
				t.Captions = renamed{p.captions()}
			})
		},
		"a segment is done before its words are stored": func(s *steps) {
			s.transcriber = transcriberWith(func(p *ports, t *captioning.Transcriber) {
				t.Captions = doneFirst{p.captions(), p.videos()}
			})
		},
		"a counter in place of the set": func(s *steps) {
			counted := map[counted]int{}
			s.transcriber = transcriberWith(func(p *ports, t *captioning.Transcriber) {
				t.Videos = counter{p.videos(), counted}
			})
		},
		"a message is acknowledged whatever became of its work": func(s *steps) {
			s.transcriber = func(p *ports) func(context.Context, events.SQSMessage) error {
				return func(ctx context.Context, m events.SQSMessage) error {
					_ = product.transcriber(p)(ctx, m)
					return nil
				}
			}
		},
		"a video is dispatched before its jobs are sent": func(s *steps) {
			s.captioner = plannerWith(func(p *ports, c *captioning.Planner) {
				c.Segments = dispatchedFirst{c.Segments, p.videos()}
			})
		},
		"a planner that leaves its object to whoever was faster": func(s *steps) {
			s.captioner = plannerWith(func(p *ports, c *captioning.Planner) {
				c.Videos = trusting{p.videos()}
			})
		},
		"of two late uploads only the newer is removed, and no second look": func(s *steps) {
			s.sweep = sweepWith(func(p *ports, s *sweep.Sweeper) { s.Remover = unlooking{p.remover()} })
			s.captioner = plannerWith(func(p *ports, c *captioning.Planner) {
				c.Uploads = &newestOnly{uploads: p.uploads()}
			})
		},
		"a retry that announces only after its change, and no sweeper": func(s *steps) {
			s.retry = func(p *ports) func(context.Context, string, string) (video.Video, error) {
				u := p.uploader()
				u.Queue = secondOnly{p.arrivals()}
				return func(ctx context.Context, owner, id string) (video.Video, error) { return u.Retry(ctx, owner, id, nil) }
			}
			s.sweep = sweepWith(func(p *ports, s *sweep.Sweeper) { s.Videos = deletedOnly{p.videos()} })
		},
		"a longer film that is announced before its change only": func(s *steps) {
			s.transcriber = transcriberWith(func(p *ports, t *captioning.Transcriber) {
				t.Arrivals = firstOnly{p.arrivals()}
			})
		},
		"a delete that is done without looking what is left": func(s *steps) {
			s.remove = func(p *ports) func(context.Context, video.Video) error {
				r := p.remover()
				r.Captions, r.Uploads = unlisted{p.captions()}, unlisted{p.uploads()}
				return r.Remove
			}
		},
		"a late worker of a deleted video that removes nothing, and no second look": func(s *steps) {
			s.sweep = sweepWith(func(p *ports, s *sweep.Sweeper) { s.Remover = unlooking{p.remover()} })
			s.transcriber = transcriberWith(func(p *ports, t *captioning.Transcriber) {
				t.Captions = keeping{p.captions()}
			})
		},
		"a dead letter that is thrown away": func(s *steps) {
			s.deadletter = func(*ports) func(context.Context, events.SQSMessage) error {
				return func(context.Context, events.SQSMessage) error { return nil }
			}
		},
	} {
		t.Run(name, func(t *testing.T) { isFound(t, plant) })
	}
}

func isFound(t *testing.T, plant func(*steps)) {
	t.Parallel()
	s := product
	plant(&s)
	sim, counts := of(s), NewCounts()
	for seed := range uint64(10_000) {
		if err := sim.Run(seed, counts, nil); err != nil {
			t.Logf("found in run %d: %v", seed+1, err)
			return
		}
	}
	t.Errorf("it was not found in %d runs", counts.Runs)
}

func transcriberWith(plant func(*ports, *captioning.Transcriber)) func(*ports) func(context.Context, events.SQSMessage) error {
	return func(p *ports) func(context.Context, events.SQSMessage) error {
		t := p.transcriber()
		plant(p, t)
		return sqsjobs.Jobs(t.Segment)
	}
}

func sweepWith(plant func(*ports, *sweep.Sweeper)) func(*ports) func(context.Context, sweep.Request) (sweep.Report, error) {
	return func(p *ports) func(context.Context, sweep.Request) (sweep.Report, error) {
		s := p.sweeper()
		plant(p, &s)
		return s.Handle
	}
}

func plannerWith(plant func(*ports, *captioning.Planner)) func(*ports) func(context.Context, events.SQSMessage) error {
	return func(p *ports) func(context.Context, events.SQSMessage) error {
		c := p.planner()
		plant(p, c)
		return sqsjobs.Arrivals(c.Arrived)
	}
}

// changed videos make other changes than they are asked for.
type changed struct {
	videos
	change func(context.Context, video.Change) (video.Change, error)
}

func (v changed) Change(ctx context.Context, id string, c video.Change) (video.Video, error) {
	c, err := v.change(ctx, c)
	if err != nil {
		return video.Video{}, err
	}
	return v.videos.Change(ctx, id, c)
}

// renamed captions keep all parts of a video under its first generation.
type renamed struct{ captions }

func first(key string) string {
	parts := strings.Split(key, "/")
	if len(parts) > 3 && parts[3] == "segments" {
		parts[2] = "1"
	}
	return strings.Join(parts, "/")
}

func (c renamed) PutOnce(ctx context.Context, key, contentType string, body []byte) error {
	return c.captions.PutOnce(ctx, first(key), contentType, body)
}

func (c renamed) Get(ctx context.Context, key string) ([]byte, error) {
	return c.captions.Get(ctx, first(key))
}

// doneFirst captions note that a segment is done, and store it then.
type doneFirst struct {
	captions
	videos videos
}

func (c doneFirst) PutOnce(ctx context.Context, key, contentType string, body []byte) error {
	var g, n int
	if _, err := fmt.Sscanf(strings.SplitN(key, "/", 3)[2], "%d/segments/%d.json", &g, &n); err == nil {
		if _, err := c.videos.Change(ctx, strings.Split(key, "/")[1], video.FinishSegment(g, n)); err != nil {
			return err
		}
	}
	return c.captions.PutOnce(ctx, key, contentType, body)
}

// counter videos count how often a segment was finished, whichever it was.
type counter struct {
	videos
	finished map[counted]int
}

type counted struct {
	run *run
	generation
}

func (v counter) Get(ctx context.Context, id string) (video.Video, error) {
	got, err := v.videos.Get(ctx, id)
	return v.counted(got), err
}

func (v counter) Change(ctx context.Context, id string, c video.Change) (video.Video, error) {
	got, err := v.videos.Change(ctx, id, c)
	if err == nil && c.SegmentDone != nil {
		v.finished[v.of(got)]++
	}
	return v.counted(got), err
}

func (v counter) of(got video.Video) counted {
	return counted{v.w.run, generation{got.ID, got.Generation}}
}

func (v counter) counted(got video.Video) video.Video {
	for n := len(got.Done); n < v.finished[v.of(got)]; n++ {
		got.Done = append(got.Done[:n:n], n)
	}
	return got
}

// dispatchedFirst segments say that all jobs are sent before they are.
type dispatchedFirst struct {
	captioning.Segments
	videos videos
}

func (s dispatchedFirst) Send(ctx context.Context, jobs []captioning.Job) error {
	if len(jobs) > 0 {
		v, err := s.videos.Get(ctx, jobs[0].VideoID)
		if err == nil {
			_, err = s.videos.Change(ctx, v.ID, video.Dispatch(jobs[0].Generation, v.Segments))
		}
		if err != nil && !errors.Is(err, video.ErrStale) {
			return err
		}
	}
	return s.Segments.Send(ctx, jobs)
}

// trusting videos hide that somebody else was faster.
type trusting struct{ videos }

func (v trusting) Change(ctx context.Context, id string, c video.Change) (video.Video, error) {
	got, err := v.videos.Change(ctx, id, c)
	if errors.Is(err, video.ErrStale) && (c.Plan != nil || c.NextGeneration) {
		err = video.ErrNotFound
	}
	return got, err
}

// newestOnly uploads show nothing below the version that was removed.
type newestOnly struct {
	uploads
	removed bool
}

func (u *newestOnly) Remove(ctx context.Context, s video.Source) error {
	u.removed = true
	return u.uploads.Remove(ctx, s)
}

func (u *newestOnly) Stat(ctx context.Context, key string) (video.Source, int64, error) {
	if u.removed {
		return video.Source{}, 0, video.ErrNoObject
	}
	return u.uploads.Stat(ctx, key)
}

// secondOnly queues leave out announcements that wait, firstOnly all others.
type (
	secondOnly struct{ sqsjobs.Uploads }
	firstOnly  struct{ sqsjobs.Uploads }
)

func (q secondOnly) Announce(ctx context.Context, id string, generation int, delay time.Duration) error {
	if delay > 0 {
		return nil
	}
	return q.Uploads.Announce(ctx, id, generation, delay)
}

func (q firstOnly) Announce(ctx context.Context, id string, generation int, delay time.Duration) error {
	if delay == 0 {
		return nil
	}
	return q.Uploads.Announce(ctx, id, generation, time.Second)
}

// unlisted buckets say that nothing is left.
type unlisted struct{ bucket }

type bucket interface {
	RemoveAll(ctx context.Context, name string) error
}

func (unlisted) Left(context.Context, string) (bool, error) { return false, nil }

// keeping captions remove nothing.
type keeping struct{ captions }

func (keeping) RemoveAll(context.Context, string) error { return nil }

// deletedOnly videos show the sweeper nothing but what is being deleted.
type deletedOnly struct{ videos }

func (v deletedOnly) Unmoved(ctx context.Context, status video.Status, before time.Time, limit int) ([]video.Video, error) {
	if status != video.Deleting {
		return nil, nil
	}
	return v.videos.Unmoved(ctx, status, before, limit)
}

// unlooking removers bury what was removed, without another look.
type unlooking struct{ captioning.Remover }

func (r unlooking) Bury(ctx context.Context, v video.Video) error {
	_, err := r.Videos.Change(ctx, v.ID, video.Bury(r.Now().Add(captioning.TombstoneLife)))
	return err
}
