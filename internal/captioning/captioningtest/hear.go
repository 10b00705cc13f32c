package captioningtest

import (
	"context"
	"time"

	"github.com/cuepipe/cuepipe/internal/speech"
)

// frame is the length of a Detector's frame in samples: 10 ms.
const frame = speech.SampleRate / 100

// A Detector takes everything for speech that is not silence.
type Detector struct{}

// Activity implements captioning.Detector.
func (Detector) Activity(ctx context.Context, pcm []int16) (speech.Activity, error) {
	a := speech.Activity{Frame: frame, Samples: len(pcm), Probabilities: make([]float32, 0, len(pcm)/frame+1)}
	for at := 0; at < len(pcm); at += frame {
		p := float32(0)
		if pcm[min(at+frame/2, len(pcm)-1)] != 0 {
			p = 0.9
		}
		a.Probabilities = append(a.Probabilities, p)
	}
	return a, ctx.Err()
}

// An Engine hears what Media decoded. Of a word that is cut off it hears the
// characters that it got.
type Engine struct {
	Name string
	// Before, if set, is called before each word, and its error returned.
	Before func(ctx context.Context) error
}

const sure, unsure = 0.9, 0.3

// Recognise implements speech.Engine.
func (e Engine) Recognise(ctx context.Context, pcm []int16, progress func(time.Duration)) (speech.Transcript, error) {
	if progress == nil {
		progress = func(time.Duration) {}
	}
	t := speech.Transcript{Language: "en", Engine: e.Name}
	var sum float64
	for at := 0; at < len(pcm); {
		text, end, p := word(pcm, at)
		if text == "" {
			at++
			continue
		}
		if e.Before != nil {
			if err := e.Before(ctx); err != nil {
				return speech.Transcript{}, err
			}
		}
		if err := ctx.Err(); err != nil {
			return speech.Transcript{}, err
		}
		w := speech.Word{Text: text, Start: speech.Duration(at), End: speech.Duration(end), Probability: p}
		t.Words = append(t.Words, w)
		t.Speech = append(t.Speech, speech.Region{Start: w.Start, End: w.End})
		sum += p
		progress(w.End)
		at = end
	}
	if len(t.Words) > 0 {
		t.Confidence = sum / float64(len(t.Words))
	}
	return t, nil
}

// word reads the word that begins at a sample, and says where it ends; none
// begins at silence or noise.
func word(pcm []int16, at int) (text string, end int, probability float64) {
	probability = sure
	place := int16(0)
	var b []byte
	for end = at; end < len(pcm); end++ {
		s := pcm[end]
		if s < 0 {
			s, probability = -s, unsure
		}
		if s>>8 == 0 || s>>8 < place { // over, or the next word begins
			break
		}
		if s>>8 > place {
			place = s >> 8
			b = append(b, byte(s))
		}
	}
	return string(b), end, probability
}
