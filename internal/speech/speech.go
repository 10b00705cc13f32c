// Package speech says what recognised speech is: words with times and
// probabilities, the stretches in which somebody speaks, and the one small
// interface behind which every recogniser stands.
//
// The package itself is pure. Engines live in packages below it.
package speech

import (
	"context"
	"time"
)

// SampleRate is the number of samples a second that every engine expects.
const SampleRate = 16000

// A Word is one word as it is written, punctuation included, with its time
// from the start of the samples and the recogniser's probability (0 to 1).
type Word struct {
	Text        string
	Start, End  time.Duration
	Probability float64
	// Speaker is who says it, a name that is the same for all words of a voice
	// in one recording; empty where nobody tells voices apart.
	Speaker string
}

// A Region is a stretch of the sound in which somebody speaks.
type Region struct {
	Start, End time.Duration
}

// A Transcript is what an engine heard.
type Transcript struct {
	// Words in the order of their times; none is empty, none overlaps the next.
	Words []Word
	// Speech has the stretches that voice activity found, in order, apart.
	Speech []Region
	// Unheard are the stretches of speech without words, and Unspoken the words
	// around which nobody speaks, as Checked found them.
	Unheard, Unspoken []Region
	// Confidence is the mean probability of the recogniser's tokens, 0 where
	// there are no words. Speech in a language that the model does not know
	// lies below LeastConfidence, clear speech above 0.8.
	Confidence float64
	// Language is a BCP 47 tag, Engine a name with the model and its version.
	Language, Engine string
}

// LeastConfidence is the Confidence below which words are guesses of a
// recogniser that does not know the language, or lost the line: German and
// Spanish speech gives it 0.22 to 0.53, quiet or telephone English 0.63 and more.
const LeastConfidence = 0.55

// An Engine turns samples into words.
type Engine interface {
	// Recognise hears pcm: one channel, signed 16 bit, SampleRate a second.
	// It does not keep pcm. Silence, noise or no samples at all give a
	// transcript without words and no error. progress, which may be nil, is
	// told how far into the samples recognition has come, in rising order.
	// It returns ctx's error soon after ctx ends; any other error is the
	// engine's own failure, and the same samples may be tried again.
	// It is safe for concurrent use.
	Recognise(ctx context.Context, pcm []int16, progress func(time.Duration)) (Transcript, error)
}
