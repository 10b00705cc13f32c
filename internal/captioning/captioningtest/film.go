// Package captioningtest has films that are cheap to make and to hear, and the
// prober, decoder and engine for them. What is said in a film passes through
// all three as data: from its bytes to samples, from samples to words.
package captioningtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/cuepipe/cuepipe/internal/captioning"
	"github.com/cuepipe/cuepipe/internal/media"
	"github.com/cuepipe/cuepipe/internal/speech"
)

// A Film is what a test uploads, encoded by Bytes.
type Film struct {
	NoAudio bool
	Header  time.Duration // what the header says; 0: nothing
	Sound   time.Duration // how long it really is; 0: as long as its words take
	Words   string        // what is said, one word after the other
	// Unsure makes the engine as uncertain as by a language that it does not
	// know.
	Unsure bool
}

// Bytes is the film as a file.
func (f Film) Bytes() []byte {
	b, err := json.Marshal(f)
	if err != nil {
		panic(err) // a struct of plain fields
	}
	return b
}

// Media is the Prober and the Decoder of films.
type Media struct{}

var (
	_ captioning.Prober  = Media{}
	_ captioning.Decoder = Media{}
	_ speech.Engine      = Engine{}
)

// Probe implements captioning.Prober.
func (Media) Probe(ctx context.Context, src media.Source) (media.Info, error) {
	f, err := read(ctx, src)
	if err != nil {
		return media.Info{}, fmt.Errorf("probe: %w", err)
	}
	return media.Info{Format: "film", Duration: f.Header, HasAudio: !f.NoAudio, AudioCodec: "text", Channels: 1, SampleRate: speech.SampleRate}, nil
}

// Decode implements captioning.Decoder. A sample is a character of what is
// said; the first says whether the speaker is understood.
func (Media) Decode(ctx context.Context, src media.Source, w media.Window) ([]int16, error) {
	f, err := read(ctx, src)
	if err == nil && f.Sound > w.Limit {
		err = media.ErrTooLong
	}
	if err != nil {
		return nil, fmt.Errorf("decode: %w", err)
	}
	pcm := []int16{sure}
	if f.Unsure {
		pcm[0] = unsure
	}
	for _, b := range []byte(f.Words) {
		pcm = append(pcm, int16(b))
	}
	return pcm, nil
}

const (
	sure, unsure = 90, 30 // percent
	// wordTime is how long a word takes, wordGap the pause after it.
	wordTime, wordGap = 300 * time.Millisecond, 100 * time.Millisecond
)

func read(ctx context.Context, src media.Source) (Film, error) {
	r, err := src.Open(ctx, 0, src.Size())
	if err != nil {
		return Film{}, err
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		return Film{}, err
	}
	var f Film
	if err := json.Unmarshal(b, &f); err != nil {
		return Film{}, errors.Join(media.ErrNotMedia, err)
	}
	return f, nil
}

// An Engine hears what Media decoded.
type Engine struct {
	Name string
	// Before, if set, is called before each word, and its error returned.
	Before func(ctx context.Context) error
}

// Recognise implements speech.Engine.
func (e Engine) Recognise(ctx context.Context, pcm []int16, progress func(time.Duration)) (speech.Transcript, error) {
	t := speech.Transcript{Language: "en", Engine: e.Name}
	var text strings.Builder
	for _, s := range pcm[1:] {
		text.WriteByte(byte(s))
	}
	var at time.Duration
	for word := range strings.FieldsSeq(text.String()) {
		if e.Before != nil {
			if err := e.Before(ctx); err != nil {
				return speech.Transcript{}, err
			}
		}
		if err := ctx.Err(); err != nil {
			return speech.Transcript{}, err
		}
		t.Words = append(t.Words, speech.Word{Text: word, Start: at, End: at + wordTime, Probability: float64(pcm[0]) / 100})
		at += wordTime + wordGap
		progress(at)
	}
	if len(t.Words) > 0 {
		t.Speech, t.Confidence = []speech.Region{{Start: 0, End: at}}, float64(pcm[0])/100
	}
	return t, nil
}
