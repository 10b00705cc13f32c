// Package moonshine recognises English with Moonshine Tiny, a sequence to
// sequence model of 27 million parameters with int8 weights, and Silero voice
// activity, both through ONNX Runtime in this process.
//
// The sound is cut into chunks at pauses; each chunk is encoded as a whole and
// decoded token by token. Word times come from where the decoder looked.
package moonshine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/speech/onnx"
	"github.com/cuepipe/cuepipe/internal/speech/silero"
)

// Name is the Engine of every transcript: the model, its version, which is
// that of the package it was published in, that of voice activity, and the
// settings that words depend on.
const Name = "moonshine-tiny-en-int8 0.1.29, " + DetectorName + ", chunks of 15 s, 8 at once"

const language = "en"

var _ speech.Engine = (*Engine)(nil)

// An Engine holds the loaded models. It is safe for concurrent use, and hears
// one sound at a time: the memory of its tensors belongs to whose turn it is.
// Who wants two workers loads two engines.
type Engine struct {
	turn       speech.Turn
	detector   *silero.Detector
	encoder    *encoder
	decoder    *decoder
	vocabulary speech.Vocabulary
	rules      speech.Rules
}

// Load reads the folder that tools/fetch/recogniser.sh makes, after it has
// compared every file with the folder's SHA256SUMS. A file that is missing,
// damaged or no model is an error that names it. Close frees the engine.
func Load(dir string) (*Engine, error) {
	if err := begin(dir); err != nil {
		return nil, err
	}
	e := &Engine{turn: speech.NewTurn(), rules: speech.DefaultRules}
	if err := e.load(dir); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
}

// begin starts the runtime of a folder whose files are as they should be.
func begin(dir string) error {
	if err := verify(dir); err != nil {
		return err
	}
	return onnx.Start(filepath.Join(dir, runtimeFile))
}

func (e *Engine) load(dir string) (err error) {
	if e.vocabulary, err = loadVocabulary(filepath.Join(dir, tokensFile)); err != nil {
		return err
	}
	if e.detector, err = silero.Load(filepath.Join(dir, sileroFile)); err != nil {
		return err
	}
	longest := speech.Samples(e.rules.Longest)
	if e.encoder, err = loadEncoder(filepath.Join(dir, encoderFile), longest); err != nil {
		return err
	}
	e.decoder, err = loadDecoder(filepath.Join(dir, decoderFile), longest)
	return err
}

func loadVocabulary(path string) (speech.Vocabulary, error) {
	file, err := os.Open(path)
	if err != nil {
		return speech.Vocabulary{}, fmt.Errorf("open the token table: %w", err)
	}
	defer file.Close()
	vocabulary, err := speech.ReadVocabulary(file)
	if err != nil {
		return speech.Vocabulary{}, fmt.Errorf("read %s: %w", path, err)
	}
	return vocabulary, nil
}

// Close frees the models after the sound that is being heard. The engine must
// not be used afterwards.
func (e *Engine) Close() error {
	e.turn <- struct{}{}
	defer e.turn.Release()
	var failures []error
	if e.detector != nil {
		failures = append(failures, e.detector.Close())
	}
	if e.encoder != nil {
		failures = append(failures, e.encoder.session.Close())
	}
	if e.decoder != nil {
		failures = append(failures, e.decoder.session.Close())
	}
	return errors.Join(failures...)
}

// Activity says where in pcm somebody speaks. Like Recognise it begins anew with
// every sound: the same samples give the same answer.
func (e *Engine) Activity(ctx context.Context, pcm []int16) (speech.Activity, error) {
	if err := e.turn.Take(ctx); err != nil {
		return speech.Activity{}, err
	}
	defer e.turn.Release()
	return e.detector.Activity(ctx, pcm)
}

// Recognise implements speech.Engine.
func (e *Engine) Recognise(ctx context.Context, pcm []int16, progress func(time.Duration)) (speech.Transcript, error) {
	if err := e.turn.Take(ctx); err != nil {
		return speech.Transcript{}, err
	}
	defer e.turn.Release()
	if progress == nil {
		progress = func(time.Duration) {}
	}

	activity, err := e.detector.Activity(ctx, pcm)
	if err != nil {
		return speech.Transcript{}, err
	}
	transcript := speech.Transcript{
		Speech:   e.rules.Regions(activity),
		Language: language,
		Engine:   Name,
	}
	heard, err := e.hear(ctx, pcm, e.rules.Chunks(activity), progress)
	if err == nil {
		heard, err = e.hearAgain(ctx, pcm, activity, heard)
	}
	if err != nil {
		return speech.Transcript{}, err
	}
	var spoken []chunk
	for _, c := range heard {
		words := speech.Words(c.tokens)
		if len(words) == 0 {
			continue
		}
		e.rules.Snap(words, activity)
		speech.Settle(words, speech.Duration(c.Start), speech.Duration(c.End))
		transcript.Words = append(transcript.Words, words...)
		spoken = append(spoken, c)
	}
	transcript.Confidence = confidence(spoken...)
	progress(speech.Duration(len(pcm)))
	return transcript, nil
}

// A chunk is a part of the sound with what was heard in it.
type chunk struct {
	speech.Span
	tokens []speech.Token // with their times in the whole sound
	lost   bool           // the decoder repeated itself, or found no end
}

// confidence is the mean probability of the chunks' tokens, 0 without any.
func confidence(chunks ...chunk) float64 {
	sum, n := 0.0, 0
	for _, c := range chunks {
		for _, t := range c.tokens {
			sum += t.Probability
		}
		n += len(c.tokens)
	}
	if n == 0 {
		return 0
	}
	return sum / float64(n)
}

// hear recognises spans of the sound, in their order. Those of about one length are decoded together, as many as the
// decoder takes, in batches of about one size: which they are depends on
// the spans alone, so that the same sound gives the same words.
func (e *Engine) hear(ctx context.Context, pcm []int16, spans []speech.Span, progress func(time.Duration)) ([]chunk, error) {
	longestFirst := make([]int, len(spans))
	all := 0
	for i, span := range spans {
		longestFirst[i] = i
		all += span.Len()
	}
	slices.SortStableFunc(longestFirst, func(a, b int) int { return spans[b].Len() - spans[a].Len() })

	heard, done := make([]chunk, len(spans)), 0
	advance := func(samples int) {
		done += samples
		progress(speech.Duration(len(pcm)) * time.Duration(done) / time.Duration(all))
	}
	batches := (len(spans) + mostRows - 1) / mostRows
	for batch := range batches {
		together := longestFirst[batch*len(spans)/batches : (batch+1)*len(spans)/batches]
		e.decoder.begin(frames(spans[together[0]].Len()))
		var rows []*row
		for _, i := range together {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			sound, err := e.encoder.encode(pcm[spans[i].Start:spans[i].End])
			if err != nil {
				return nil, err
			}
			rows = append(rows, e.decoder.add(sound))
			advance(spans[i].Len() / 2) // it is about half of the work
		}
		if err := e.decoder.decode(ctx); err != nil {
			return nil, err
		}
		for n, i := range together {
			heard[i] = chunk{spans[i], e.tokens(rows[n], speech.Duration(spans[i].Start)), rows[n].lost}
			advance(spans[i].Len() - spans[i].Len()/2)
		}
	}
	return heard, nil
}

// tokens returns what was written for a sound that begins at offset.
func (e *Engine) tokens(r *row, offset time.Duration) []speech.Token {
	tokens := make([]speech.Token, len(r.ids))
	for i, span := range r.alignment.Times(len(r.ids)) {
		tokens[i] = speech.Token{
			Text:        e.vocabulary.Text(r.ids[i]),
			Start:       offset + r.at(span.Start),
			End:         offset + r.at(span.End),
			Probability: r.probabilities[i],
		}
	}
	return tokens
}
