package captioning_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/caption"
	"github.com/cuepipe/cuepipe/internal/captioning"
	"github.com/cuepipe/cuepipe/internal/captioning/captioningtest"
	"github.com/cuepipe/cuepipe/internal/media"
	"github.com/cuepipe/cuepipe/internal/video"
)

// short segments are long enough for neighbours to share a whole word where
// nobody pauses.
const short = 2400 * time.Millisecond

// words makes a text of numbered words, with pauses here and there.
func words(random *rand.Rand, n int, pauses float64) string {
	var b strings.Builder
	for i := range n {
		if random.Float64() < pauses {
			b.WriteString("| ")
		}
		fmt.Fprintf(&b, "w%d ", i)
	}
	return b.String()
}

// said is what a ready video's track says.
func (p *pipeline) said(v video.Video) []string {
	p.t.Helper()
	got := p.now(v)
	if got.Status != video.Ready {
		p.t.Fatalf("the video is %s: %+v", got.Status, got.Failure)
	}
	track, err := caption.ReadVTT(strings.NewReader(p.written()[got.Tracks[0].Formats["vtt"]]))
	if err != nil {
		p.t.Fatal(err)
	}
	return spokenIn(track)
}

func spokenIn(track caption.Track) (said []string) {
	for _, c := range track.Cues {
		said = append(said, strings.Fields(c.Text())...)
	}
	return said
}

// spokenWords are the words of a film without its pauses.
func spokenWords(f captioningtest.Film) []string {
	return slices.DeleteFunc(strings.Fields(f.Words), func(s string) bool { return s == "|" })
}

// shuffled does every job in an order by chance.
func (p *pipeline) shuffled(random *rand.Rand) {
	p.t.Helper()
	for {
		var jobs []captioning.Job
		for job, ok := p.segments.Next(); ok; job, ok = p.segments.Next() {
			jobs = append(jobs, job)
		}
		for a, ok := p.arrivals.Next(); ok; a, ok = p.arrivals.Next() {
			if err := p.planner().Arrived(p.t.Context(), a); err != nil {
				p.t.Fatal(err)
			}
		}
		if len(jobs) == 0 {
			if len(p.work()) == 0 {
				return
			}
			continue
		}
		random.Shuffle(len(jobs), func(i, j int) { jobs[i], jobs[j] = jobs[j], jobs[i] })
		for _, job := range jobs {
			if err := p.transcriber().Segment(p.t.Context(), job); err != nil {
				p.t.Fatal(err)
			}
		}
	}
}

// However a film is cut, every word is there once, in order, and its cues are
// those of one that was not cut.
func TestSeamsCostNothing(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 2))
	for i := range 100 {
		film := captioningtest.Film{
			Words:      words(random, 1+random.IntN(60), []float64{0, 0.05, 0.3, 0.6}[random.IntN(4)]),
			Breathless: random.IntN(3) == 0,
			Noisy:      random.IntN(3) == 0,
			Header:     time.Duration(random.IntN(40)) * time.Second,
		}
		whole := newPipeline(t)
		v := whole.upload(film.Bytes())
		whole.arrive(v)
		whole.work()
		uncut := whole.written()[whole.now(v).Tracks[0].Formats["vtt"]]

		cut := newPipeline(t)
		cut.length = short + time.Duration(random.IntN(40))*50*time.Millisecond
		w := cut.upload(film.Bytes())
		cut.arrive(w)
		cut.shuffled(random)
		if got := cut.said(w); !slices.Equal(got, spokenWords(film)) {
			t.Fatalf("film %d, %+v, cut every %v:\nsaid %v", i, film, cut.length, got)
		}
		// Neighbours who share little more than a word may see only a part of its
		// time.
		if got := cut.written()[cut.now(w).Tracks[0].Formats["vtt"]]; got != uncut && cut.length >= 4*time.Second {
			t.Fatalf("film %d, %+v, cut every %v:\n%s\nuncut:\n%s", i, film, cut.length, got, uncut)
		}
	}
}

// mereFrames is a film in a file without an index, whose prober has counted it.
type mereFrames struct {
	captioningtest.Media
	places media.Places
	heard  *[]media.Window
}

func (f mereFrames) Probe(ctx context.Context, src media.Source) (media.Info, error) {
	info, err := f.Media.Probe(ctx, src)
	info.Places = f.places
	return info, err
}

func (f mereFrames) Decode(ctx context.Context, src media.Source, w media.Window) ([]int16, error) {
	*f.heard = append(*f.heard, w)
	return f.Media.Decode(ctx, src, w)
}

// Every segment of such a film knows where to begin to read.
func TestSegmentsKnowTheirPlaces(t *testing.T) {
	film := captioningtest.Film{Words: words(rand.New(rand.NewPCG(1, 1)), 100, 0.1)}
	film.Header = film.Length()
	var all []byte
	for range int(film.Header.Seconds()) {
		all = binary.AppendUvarint(binary.AppendUvarint(all, 1_000_000), 16_000) // as media has them: µs, bytes
	}
	f := mereFrames{places: media.Places(all), heard: &[]media.Window{}}
	p := newPipeline(t)
	p.length, p.Media = short, f
	v := p.upload(film.Bytes())
	p.arrive(v)
	p.work()
	if len(*f.heard) < 10 {
		t.Fatalf("%d windows were decoded", len(*f.heard))
	}
	for _, w := range *f.heard {
		if want := f.places.Before(w.From); w.Places.Before(w.From) != want || want == "" && w.From > 3*time.Second {
			t.Errorf("from %v: %x, want %x", w.From, w.Places.Before(w.From), want)
		}
	}
	if few := p.now(v).Places; len(few) >= len(all) {
		t.Errorf("all %d bytes of places were kept", len(few))
	}
}

// In whatever order segments are done, the same bytes come out.
func TestAnyOrderGivesTheSameBytes(t *testing.T) {
	film := captioningtest.Film{Header: 40 * time.Second, Words: words(rand.New(rand.NewPCG(1, 1)), 100, 0.1)}
	var first map[string]string
	for seed := range uint64(8) {
		p := newPipeline(t)
		p.length = short
		v := p.upload(film.Bytes())
		p.arrive(v)
		p.shuffled(rand.New(rand.NewPCG(seed, 0)))
		got := map[string]string{}
		for key, body := range p.written() {
			got[strings.ReplaceAll(key, v.ID, "ID")] = body
		}
		if first == nil {
			first = got
		}
		if len(got) < 12 || !mapsEqual(got, first) {
			t.Fatalf("order %d: other bytes", seed)
		}
	}
}

func mapsEqual(a, b map[string]string) bool {
	for k, v := range a {
		if b[k] != v {
			return false
		}
	}
	return len(a) == len(b)
}

// A header that says nothing, or too little, or too much, is found out.
func TestHeadersLie(t *testing.T) {
	film := captioningtest.Film{Words: words(rand.New(rand.NewPCG(1, 1)), 80, 0.1)}
	for name, header := range map[string]time.Duration{"nothing": 0, "too little": 5 * time.Second, "a little too little": film.Length() - time.Second,
		"the truth": film.Length(), "too much": 2 * film.Length()} {
		t.Run(name, func(t *testing.T) {
			p := newPipeline(t)
			p.length = short
			film.Header = header
			v := p.upload(film.Bytes())
			p.arrive(v)
			p.work()
			got := p.now(v)
			if want := max(header, film.Length()-2*time.Second); got.Duration < want {
				t.Errorf("the duration is %v, want %v or more", got.Duration, want)
			}
			if !slices.Equal(p.said(v), spokenWords(film)) || len(got.Done) != got.Segments {
				t.Errorf("%d of %d segments done, said %v", len(got.Done), got.Segments, p.said(v))
			}
		})
	}
}

// Where neighbours find different cuts the later one is heard again from the
// earlier one's, once, and only there.
func TestNeighboursWhoDisagree(t *testing.T) {
	p := newPipeline(t)
	p.length = short
	film := captioningtest.Film{Header: 12 * time.Second, Noisy: true,
		Words: "one two three four five | six seven eight nine ten eleven | twelve thirteen fourteen | fifteen sixteen seventeen eighteen"}
	v := p.upload(film.Bytes())
	p.arrive(v)
	p.work()
	var repaired []string
	for key := range p.written() {
		if strings.Contains(key, ".from-") {
			repaired = append(repaired, key)
		}
	}
	if len(repaired) != 1 || !strings.Contains(repaired[0], "/segments/1.from-") {
		t.Errorf("repaired: %v, want the second segment", repaired)
	}
	if got := p.said(v); !slices.Equal(got, spokenWords(film)) {
		t.Errorf("said %v", got)
	}
}

func TestEarlyCaptions(t *testing.T) {
	p := newPipeline(t)
	p.length = short
	film := captioningtest.Film{Header: 16 * time.Second, Words: words(rand.New(rand.NewPCG(3, 3)), 40, 0.2)}
	v := p.upload(film.Bytes())
	p.arrive(v)
	var jobs []captioning.Job
	for job, ok := p.segments.Next(); ok; job, ok = p.segments.Next() {
		jobs = append(jobs, job)
	}
	early := captioning.Early{Captions: p.captions}
	all := spokenWords(film)
	last := -1
	for _, n := range []int{2, 0, 1, 4, 3} { // of seven
		if err := p.transcriber().Segment(t.Context(), jobs[n]); err != nil {
			t.Fatal(err)
		}
		there := map[int]int{2: 0, 0: 1, 1: 3, 4: 3, 3: 5}[n] // segments without a gap
		track, until, err := early.Track(t.Context(), p.now(v))
		if err != nil {
			t.Fatal(err)
		}
		got := spokenIn(track)
		if !slices.Equal(got, all[:len(got)]) {
			t.Errorf("after %d: %v is no beginning of %v", n, got, all)
		}
		nominal := time.Duration(there) * short
		if (until-nominal).Abs() > short/4 || (there == 0) != (track.Language == "") || len(got) < last || there > 0 && len(got) == 0 {
			t.Errorf("after %d: %d words of %q to %v, want to about %v", n, len(got), track.Language, until, nominal)
		}
		last = len(got)
	}
}

// A worker that is overtaken by a delete leaves nothing behind, wherever it was.
func TestALateWorkerOfADeletedVideo(t *testing.T) {
	for at := 1; at <= 5; at++ { // three parts and two formats
		p := newPipeline(t)
		p.length = short
		v := p.upload(talk.Bytes())
		p.arrive(v)
		p.Captions = deletesAt(p, v, at)
		p.work()
		if got := p.now(v); got.Status != video.Deleting || got.Owner != "" || len(p.written()) != 0 {
			t.Errorf("deleted before object %d: %s, left %d objects", at, got.Status, len(p.written()))
		}
	}
}

// deletesAt removes the video right before a worker stores its nth object.
func deletesAt(p *pipeline, v video.Video, n int) captioning.Captions {
	return &deleting{p.captions, func() {
		if n--; n == 0 {
			r := captioning.Remover{Videos: p.videos, Uploads: p.uploads, Captions: p.captions}
			if err := r.Remove(p.t.Context(), p.now(v)); err != nil {
				p.t.Fatal(err)
			}
		}
	}}
}

type deleting struct {
	captioning.Captions
	before func()
}

func (d *deleting) PutOnce(ctx context.Context, key, contentType string, body []byte) error {
	d.before()
	return d.Captions.PutOnce(ctx, key, contentType, body)
}
