package captioning_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/captioning"
	"github.com/cuepipe/cuepipe/internal/captioning/captioningtest"
	"github.com/cuepipe/cuepipe/internal/media"
	"github.com/cuepipe/cuepipe/internal/memobjects"
	"github.com/cuepipe/cuepipe/internal/video"
)

// interrupted media do something before they probe, once.
type interrupted struct {
	captioningtest.Media
	once *func()
}

func (m interrupted) Probe(ctx context.Context, src media.Source) (media.Info, error) {
	if f := *m.once; f != nil {
		*m.once = nil
		f()
	}
	return m.Media.Probe(ctx, src)
}

// Two objects come under a video's key, one after the other, and two planners
// see one each. Whoever is faster, the newer one is captioned, and a generation
// is of one object only.
func TestTwoPlannersOfTwoObjects(t *testing.T) {
	newer := captioningtest.Film{Header: 3 * time.Second, Words: "The newer one."}
	planned := func(t *testing.T, p *pipeline, v video.Video) {
		p.work()
		got := p.now(v)
		if got.Status != video.Ready {
			t.Fatalf("%s, %v", got.Status, got.Failure)
		}
		if vtt := p.written()[got.Tracks[0].Formats["vtt"]]; !strings.Contains(vtt, "The newer one.") {
			t.Errorf("captions of the older object:\n%s", vtt)
		}
	}
	t.Run("the older is planned last", func(t *testing.T) {
		p := newPipeline(t)
		v := p.upload(captioningtest.Film{NoAudio: true}.Bytes())
		faster := *p
		late := func() {
			p.uploads.Put(v.Source.Key, memobjects.Bytes(newer.Bytes()))
			faster.arrive(v)
		}
		p.Media = interrupted{once: &late}
		p.arrive(v)
		planned(t, p, v)
		if got := p.now(v); got.Generation != 1 {
			t.Errorf("it took %d generations", got.Generation)
		}
	})
	for name, before := range map[string]func(p *pipeline, v video.Video){
		"the newer is planned last": func(*pipeline, video.Video) {},
		"the newer is planned last, of three": func(p *pipeline, v video.Video) {
			p.arrive(v)
			p.uploads.Put(v.Source.Key, memobjects.Bytes(captioningtest.Film{Words: "One between."}.Bytes()))
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPipeline(t)
			v := p.upload(talk.Bytes())
			before(p, v)
			// The planner of the newer one has read the item, when that of the older
			// one begins and comes to its end.
			older := *p
			p.Videos = &overtaken{Videos: p.videos, between: func() {
				older.arrive(v)
				p.uploads.Put(v.Source.Key, memobjects.Bytes(newer.Bytes()))
			}}
			p.arrive(v)
			planned(t, p, v)
		})
	}
}

// overtaken videos let somebody else be faster than the first who reads one.
type overtaken struct {
	captioning.Videos
	between func()
}

func (o *overtaken) Get(ctx context.Context, id string) (video.Video, error) {
	v, err := o.Videos.Get(ctx, id)
	if f := o.between; f != nil {
		o.between = nil
		f()
	}
	return v, err
}

// A planner that died after it had begun a generation gets its message again,
// and that is of the generation before.
func TestAPlannerThatBeganAGenerationAndDied(t *testing.T) {
	p := newPipeline(t)
	v := p.upload(talk.Bytes())
	p.arrive(v)
	p.work()
	p.uploads.Put(v.Source.Key, memobjects.Bytes(captioningtest.Film{Words: "Another."}.Bytes()))
	ours := captioning.Arrival{VideoID: v.ID, Generation: 1}
	dying := *p
	dying.Media = refusing{}
	if err := dying.planner().Arrived(t.Context(), ours); err == nil || p.now(v).Generation != 2 {
		t.Fatalf("the planner did not die in the middle: %v, %+v", err, p.now(v))
	}
	if err := p.planner().Arrived(t.Context(), ours); err != nil {
		t.Fatal(err)
	}
	p.work()
	if got := endOf(p.now(v)); got.status != video.Ready || got.generation != 2 {
		t.Errorf("%+v", got)
	}
}

// refusing media cannot be probed now.
type refusing struct{ captioningtest.Media }

func (refusing) Probe(context.Context, media.Source) (media.Info, error) {
	return media.Info{}, errors.New("no answer")
}

// A presigned URL may be used twice. The planners of both may see the newer
// object alone, so that each removes what there is.
func TestTwoLateUploadsOfADeletedVideo(t *testing.T) {
	p := newPipeline(t)
	v := p.upload(talk.Bytes())
	p.change(v, video.Delete())
	p.uploads.Put(v.Source.Key, memobjects.Bytes(talk.Bytes()))
	p.arrive(v)
	if _, _, err := p.uploads.Stat(t.Context(), v.Source.Key); !errors.Is(err, video.ErrNoObject) {
		t.Errorf("an upload is left: %v", err)
	}
}

// What two neighbours do not agree on is heard again at the end. Until then it
// is not shown.
func TestEarlyCaptionsOfNeighboursWhoDisagree(t *testing.T) {
	for seed := range uint64(20) {
		p := newPipeline(t)
		p.length = short
		film := captioningtest.Film{Words: words(rand.New(rand.NewPCG(seed, 4)), 30, 0.2), Noisy: true}
		film.Header = film.Length()
		v := p.upload(film.Bytes())
		p.arrive(v)
		early := captioning.Early{Captions: p.captions}
		for job, ok := p.segments.Next(); ok; job, ok = p.segments.Next() {
			if err := p.transcriber().Segment(t.Context(), job); err != nil {
				t.Fatal(err)
			}
			track, _, err := early.Track(t.Context(), p.now(v))
			if got, all := spokenIn(track), spokenWords(film); err != nil || len(got) > len(all) || !slices.Equal(got, all[:len(got)]) {
				t.Fatalf("film %d, after segment %d: %v is no beginning of %v (%v)", seed, job.Segment, got, all, err)
			}
		}
	}
}

// waiting arrivals note how long the first announcement waits.
type waiting struct {
	captioning.Arrivals
	delays []time.Duration
}

func (w *waiting) Announce(ctx context.Context, id string, generation int, delay time.Duration) error {
	w.delays = append(w.delays, delay)
	return w.Arrivals.Announce(ctx, id, generation, delay)
}

// The planner is told of a longer film before the change, by a message that
// comes when the transcriber is surely gone: as nobody else would tell it.
func TestALongerFilmIsAnnouncedForTheTimeAfterTheTranscriber(t *testing.T) {
	p := newPipeline(t)
	p.length = short
	film := captioningtest.Film{Words: words(rand.New(rand.NewPCG(5, 5)), 30, 0.2)}
	v := p.upload(film.Bytes())
	p.arrive(v)
	noted := &waiting{Arrivals: p.arrivals}
	p.Arrivals = noted
	now := time.Now()
	transcriber := p.transcriber()
	transcriber.Now = func() time.Time { return now }
	ctx, cancel := context.WithDeadline(t.Context(), now.Add(5*time.Minute))
	defer cancel()
	job, _ := p.segments.Next()
	if err := transcriber.Segment(ctx, job); err != nil {
		t.Fatal(err)
	}
	if len(noted.delays) != 2 || noted.delays[0] <= 5*time.Minute || noted.delays[0] > 6*time.Minute || noted.delays[1] != 0 {
		t.Errorf("it was announced with the delays %v", noted.delays)
	}
}
