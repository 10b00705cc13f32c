// Package captioningtest has films that are cheap to make and to hear, and the
// prober, decoder, detector and engine for them. What is said in a film passes
// through all of them as data: from its bytes to samples, from samples to words.
package captioningtest

import (
	"context"
	"encoding/binary"
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
	// Words is what is said, one word after the other: a word takes WordTime, and
	// a short gap follows. A "|" is a Pause.
	Words string
	// Breathless: there is no gap between words.
	Breathless bool
	// Unsure makes the engine as uncertain as by a language that it does not
	// know.
	Unsure bool
	// Noisy: what is decoded from the film's start has noise in every pause that
	// the rest has not, so that neighbours do not find the same pauses.
	Noisy bool
}

// How long things take in a film.
const (
	WordTime = 300 * time.Millisecond
	WordGap  = 100 * time.Millisecond // no pause at which anybody would cut
	Pause    = 700 * time.Millisecond
)

// Bytes is the film as a file.
func (f Film) Bytes() []byte {
	b, err := json.Marshal(f)
	if err != nil {
		panic(err) // a struct of plain fields
	}
	return b
}

// Length is how long the film's sound is.
func (f Film) Length() time.Duration {
	if f.Sound > 0 {
		return f.Sound
	}
	var at time.Duration
	f.each(func(string, time.Duration) {}, &at)
	return at
}

// each visits the words with their starts, and leaves in end where the last
// thing ends.
func (f Film) each(word func(text string, start time.Duration), end *time.Duration) {
	for text := range strings.FieldsSeq(f.Words) {
		if text == "|" {
			*end += Pause
			continue
		}
		word(text, *end)
		*end += WordTime
		if !f.Breathless {
			*end += WordGap
		}
	}
}

// Media is the Prober and the Decoder of films.
type Media struct{}

var (
	_ captioning.Prober   = Media{}
	_ captioning.Decoder  = Media{}
	_ captioning.Detector = Detector{}
	_ speech.Engine       = Engine{}
)

// Probe implements captioning.Prober.
func (Media) Probe(ctx context.Context, src media.Source) (media.Info, error) {
	f, err := read(ctx, src)
	if err != nil {
		return media.Info{}, fmt.Errorf("probe: %w", err)
	}
	return media.Info{Format: "film", Duration: f.Header, HasAudio: !f.NoAudio, AudioCodec: "text", Channels: 1, SampleRate: speech.SampleRate}, nil
}

// Measure implements captioning.Decoder.
func (Media) Measure(ctx context.Context, src media.Source, limit time.Duration) (time.Duration, error) {
	f, err := read(ctx, src)
	if err == nil && f.Length() > limit {
		err = media.ErrTooLong
	}
	if err != nil {
		return 0, fmt.Errorf("measure: %w", err)
	}
	return f.Length(), nil
}

// Copy implements captioning.Decoder.
func (m Media) Copy(ctx context.Context, src media.Source, limit time.Duration, w io.Writer) error {
	length, err := m.Measure(ctx, src, limit)
	if err != nil {
		return fmt.Errorf("copy: %w", err)
	}
	pcm, err := m.Decode(ctx, src, media.Window{To: length, Limit: limit})
	if err != nil {
		return fmt.Errorf("copy: %w", err)
	}
	return binary.Write(w, binary.LittleEndian, pcm)
}

// Decode implements captioning.Decoder. Each sample of a word says which of its
// characters is spoken: the character's place, counted from 1, in the upper
// byte, the character in the lower one; below zero where the speaker is not
// understood. Silence is 0 and noise 1.
func (Media) Decode(ctx context.Context, src media.Source, w media.Window) ([]int16, error) {
	f, err := read(ctx, src)
	if err != nil {
		return nil, fmt.Errorf("decode: %w", err)
	}
	to := min(w.To, f.Length())
	if to <= w.From {
		return nil, nil
	}
	if to-w.From > w.Limit {
		return nil, fmt.Errorf("decode: %w", media.ErrTooLong)
	}
	pcm := make([]int16, speech.Samples(to-w.From))
	if f.Noisy && w.From == 0 {
		for i := range pcm {
			pcm[i] = noise
		}
	}
	var end time.Duration
	f.each(func(text string, start time.Duration) {
		if start+WordTime <= w.From || start >= to {
			return
		}
		first, length := speech.Samples(start)-speech.Samples(w.From), speech.Samples(WordTime)
		for i := max(0, first); i < min(len(pcm), first+length); i++ {
			at := (i - first) * len(text) / length
			pcm[i] = int16(at+1)<<8 | int16(text[at])
			if f.Unsure {
				pcm[i] = -pcm[i]
			}
		}
		for i := max(0, first+length); f.Noisy && i < min(len(pcm), first+length+speech.Samples(WordGap)); i++ {
			pcm[i] = 0
		}
	}, &end)
	return pcm, nil
}

const noise = 1

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
