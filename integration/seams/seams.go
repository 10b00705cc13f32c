// Package seams measures what it costs to cut a film into segments: the same
// film through the same steps, once cut and once in one pass, with the real
// decoder and recogniser.
package seams

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"time"

	"github.com/cuepipe/cuepipe/integration/recogniser/recording"
	"github.com/cuepipe/cuepipe/internal/caption"
	"github.com/cuepipe/cuepipe/internal/captioning"
	"github.com/cuepipe/cuepipe/internal/media"
	"github.com/cuepipe/cuepipe/internal/memobjects"
	"github.com/cuepipe/cuepipe/internal/memvideos"
	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/speech/moonshine"
	"github.com/cuepipe/cuepipe/internal/speech/speechtest"
	"github.com/cuepipe/cuepipe/internal/video"
)

// A Bench has the loaded parts. Close frees them.
type Bench struct {
	engine *moonshine.Engine
	tools  media.Tools
}

// Open loads the fetched decoder and models.
func Open() (*Bench, error) {
	programs, err := recording.Cache("ffmpeg")
	if err != nil {
		return nil, err
	}
	models, err := recording.Cache("recogniser")
	if err != nil {
		return nil, err
	}
	engine, err := moonshine.Load(models)
	if err != nil {
		return nil, err
	}
	return &Bench{engine, media.Tools{FFmpeg: filepath.Join(programs, "ffmpeg"), FFprobe: filepath.Join(programs, "ffprobe")}}, nil
}

// Close frees the models.
func (b *Bench) Close() error { return b.engine.Close() }

// A Track is what came out for a film that was cut every so often.
type Track struct {
	Cues  []caption.Cue
	Seams []Seam
}

// Words are all words of the track.
func (t Track) Words() []string {
	var text []string
	for _, c := range t.Cues {
		text = append(text, c.Text())
	}
	return speechtest.Normalise(strings.Join(text, " "))
}

// Around returns what is said in the cues that touch [at-within, at+within].
func (t Track) Around(at, within time.Duration) string {
	var text []string
	for _, c := range t.Cues {
		if c.End > at-within && c.Start < at+within {
			text = append(text, c.Text())
		}
	}
	return strings.Join(text, " / ")
}

// A Seam is a border between two segments.
type Seam struct {
	Nominal, Cut time.Duration
	Pause        time.Duration // 0: nobody paused there
}

// Caption captions a film through the pipeline's steps, cut into segments of a
// length.
func (b *Bench) Caption(ctx context.Context, pcm []int16, length time.Duration) (Track, error) {
	var (
		videos   memvideos.Store
		uploads  memobjects.Uploads
		captions memobjects.Captions
		jobs     memobjects.Segments
		arrivals memobjects.Arrivals
		log      = slog.New(slog.DiscardHandler)
	)
	v := video.New("bench", "film.wav", "audio/wav", int64(len(pcm)), time.Now(), time.Time{})
	if err := videos.Create(ctx, v); err != nil {
		return Track{}, err
	}
	uploads.Put(v.Source.Key, memobjects.Bytes(wav(pcm)))
	planner := captioning.Planner{Videos: &videos, Uploads: &uploads, Prober: b.tools, Segments: &jobs, SegmentLength: length, Log: log}
	transcriber := captioning.Transcriber{Videos: &videos, Uploads: &uploads, Captions: &captions, Arrivals: &arrivals, Decoder: b.tools,
		Detector: b.engine, Engine: speech.Checked{Engine: b.engine}, Log: log}
	if err := planner.Arrived(ctx, captioning.Arrival{VideoID: v.ID}); err != nil {
		return Track{}, err
	}
	for job, ok := jobs.Next(); ok; job, ok = jobs.Next() {
		if err := transcriber.Segment(ctx, job); err != nil {
			return Track{}, err
		}
	}
	v, err := videos.Get(ctx, v.ID)
	if err != nil || v.Status != video.Ready {
		return Track{}, fmt.Errorf("the film ended as %s: %+v, %w", v.Status, v.Failure, err)
	}
	return read(ctx, &captions, v)
}

func read(ctx context.Context, captions *memobjects.Captions, v video.Video) (Track, error) {
	body, err := captions.Get(ctx, v.Tracks[0].Formats["vtt"])
	if err != nil {
		return Track{}, err
	}
	track, err := caption.ReadVTT(bytes.NewReader(body))
	if err != nil {
		return Track{}, err
	}
	t := Track{Cues: track.Cues}
	for n := 1; n < v.Segments; n++ {
		body, err := captions.Get(ctx, fmt.Sprintf("videos/%s/%d/segments/%d.json", v.ID, v.Generation, n))
		if err != nil {
			return t, err
		}
		var part struct{ Start struct{ At, From, To int64 } }
		if err := json.Unmarshal(body, &part); err != nil {
			return t, err
		}
		t.Seams = append(t.Seams, Seam{time.Duration(n) * v.SegmentLength, time.Duration(part.Start.At) * time.Millisecond,
			time.Duration(part.Start.To-part.Start.From) * time.Millisecond})
	}
	return t, nil
}

// wav is samples as a file.
func wav(pcm []int16) []byte {
	var b bytes.Buffer
	size := uint32(2 * len(pcm))
	io.WriteString(&b, "RIFF")
	binary.Write(&b, binary.LittleEndian, 36+size)
	io.WriteString(&b, "WAVEfmt ")
	binary.Write(&b, binary.LittleEndian, []uint32{16})
	binary.Write(&b, binary.LittleEndian, []uint16{1, 1})
	binary.Write(&b, binary.LittleEndian, []uint32{speech.SampleRate, 2 * speech.SampleRate})
	binary.Write(&b, binary.LittleEndian, []uint16{2, 16})
	io.WriteString(&b, "data")
	binary.Write(&b, binary.LittleEndian, size)
	binary.Write(&b, binary.LittleEndian, pcm)
	return b.Bytes()
}

// Film joins the English clips, gap after each, so many times over, and returns
// the words that are said in it.
func Film(loops int, gap time.Duration) (pcm []int16, said []string, err error) {
	texts, err := recording.Said()
	if err != nil {
		return nil, nil, err
	}
	for range loops {
		for _, name := range recording.English {
			clip, err := recording.Samples(name)
			if err != nil {
				return nil, nil, err
			}
			pcm = append(append(pcm, clip...), make([]int16, speech.Samples(gap))...)
			said = append(said, speechtest.Normalise(texts[name])...)
		}
	}
	return pcm, said, nil
}

// Breathless leaves out of a film whatever is no speech, so that nobody pauses
// in it.
func (b *Bench) Breathless(ctx context.Context, pcm []int16) ([]int16, error) {
	activity, err := b.engine.Activity(ctx, pcm)
	if err != nil {
		return nil, err
	}
	var kept []int16
	for _, r := range speech.DefaultRules.Regions(activity) {
		kept = append(kept, pcm[speech.Samples(r.Start):speech.Samples(r.End)]...)
	}
	return kept, nil
}

// Under puts music under a film: a melody whose power is so many decibels below
// the speech's.
func Under(pcm []int16, decibels float64) []int16 {
	melody := speechtest.Wordless(speech.Duration(len(pcm)))["melody with chords and a beat"]
	gain := level(pcm) / level(melody) * dB(-decibels)
	mixed := make([]int16, len(pcm))
	for i := range mixed {
		mixed[i] = int16(max(-32768, min(32767, float64(pcm[i])+gain*float64(melody[i]))))
	}
	return mixed
}
