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
	"time"

	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/speech/onnx"
	"github.com/cuepipe/cuepipe/internal/speech/silero"
)

// Name is the Engine of every transcript: the model, its version, which is
// that of the package it was published in, and that of voice activity.
const Name = "moonshine-tiny-en-int8 0.1.29, silero-vad 5"

const language = "en"

var _ speech.Engine = (*Engine)(nil)

// An Engine holds the loaded models. It is safe for concurrent use, and hears
// one sound at a time: the memory of its tensors belongs to whose turn it is.
// Who wants two workers loads two engines.
type Engine struct {
	turn       chan struct{}
	detector   *silero.Detector
	encoder    *encoder
	decoder    *decoder
	vocabulary speech.Vocabulary
	rules      speech.Rules

	alignment speech.Alignment
}

// Load reads the folder that tools/fetch/recogniser.sh makes, after it has
// compared every file with the folder's SHA256SUMS. A file that is missing,
// damaged or no model is an error that names it. Close frees the engine.
func Load(dir string) (*Engine, error) {
	if err := verify(dir); err != nil {
		return nil, err
	}
	if err := onnx.Start(filepath.Join(dir, runtimeFile)); err != nil {
		return nil, err
	}
	e := &Engine{turn: make(chan struct{}, 1), rules: speech.DefaultRules}
	if err := e.load(dir); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
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
	defer e.release()
	var failures []error
	if e.detector != nil {
		failures = append(failures, e.detector.Close())
	}
	if e.encoder != nil {
		failures = append(failures, e.encoder.session.Close())
	}
	if e.decoder != nil {
		failures = append(failures, e.decoder.close())
	}
	return errors.Join(failures...)
}

// Activity says where in pcm somebody speaks. Like Recognise it begins anew with
// every sound: the same samples give the same answer.
func (e *Engine) Activity(ctx context.Context, pcm []int16) (speech.Activity, error) {
	if err := e.take(ctx); err != nil {
		return speech.Activity{}, err
	}
	defer e.release()
	return e.detector.Activity(ctx, pcm)
}

func (e *Engine) take(ctx context.Context) error {
	select {
	case e.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (e *Engine) release() { <-e.turn }

// Recognise implements speech.Engine.
func (e *Engine) Recognise(ctx context.Context, pcm []int16, progress func(time.Duration)) (speech.Transcript, error) {
	if err := e.take(ctx); err != nil {
		return speech.Transcript{}, err
	}
	defer e.release()
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
	var probability float64
	tokens := 0
	for _, chunk := range e.rules.Chunks(activity) {
		heard, err := e.hear(ctx, pcm[chunk.Start:chunk.End], speech.Duration(chunk.Start))
		if err != nil {
			return speech.Transcript{}, err
		}
		words := speech.Words(heard)
		if len(words) > 0 {
			e.rules.Snap(words, activity)
			speech.Settle(words, speech.Duration(chunk.Start), speech.Duration(chunk.End))
			transcript.Words = append(transcript.Words, words...)
			for _, t := range heard {
				probability += t.Probability
			}
			tokens += len(heard)
		}
		progress(speech.Duration(chunk.End))
	}
	if tokens > 0 {
		transcript.Confidence = probability / float64(tokens)
	}
	progress(speech.Duration(len(pcm)))
	return transcript, nil
}

// hear recognises one chunk, which begins at offset from the start of the
// sound, and returns its tokens with their times in the sound.
func (e *Engine) hear(ctx context.Context, pcm []int16, offset time.Duration) ([]speech.Token, error) {
	hidden, err := e.encoder.encode(pcm)
	if err != nil {
		return nil, err
	}
	ids, probabilities, err := e.decoder.decode(ctx, hidden, &e.alignment)
	if err != nil {
		return nil, err
	}
	tokens := make([]speech.Token, len(ids))
	for i, span := range e.alignment.Times(len(ids)) {
		tokens[i] = speech.Token{
			Text:        e.vocabulary.Text(ids[i]),
			Start:       offset + hidden.at(span.Start),
			End:         offset + hidden.at(span.End),
			Probability: probabilities[i],
		}
	}
	return tokens, nil
}
