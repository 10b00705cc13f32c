// Package sherpa recognises speech with any model that sherpa-onnx can run,
// in a child process (cmd/sherpa): sherpa-onnx ends its process on a damaged
// model, and that must be the end of a sound, not of the function.
//
// The sound is cut into chunks at pauses by this package's parent, as for
// every engine; the child hears them one after the other.
package sherpa

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"

	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/speech/sherpa/model"
	"github.com/cuepipe/cuepipe/internal/speech/sherpa/wire"
)

const sampleRate = speech.SampleRate

const (
	// patience bounds the time of one chunk; the slowest models that are of use
	// take a few seconds for one.
	patience = 2 * time.Minute
	// patienceToLoad bounds the time to load a model of gigabytes.
	patienceToLoad = 4 * time.Minute
	// shortest is the length to which chunks are filled up with silence: some
	// models end their process on less than a window of sound.
	shortest = sampleRate
)

// A Detector says where somebody speaks. It need not be safe for concurrent
// use.
type Detector interface {
	Activity(ctx context.Context, pcm []int16) (speech.Activity, error)
}

// Options are what an engine is made of.
type Options struct {
	// Program is the path of cmd/sherpa.
	Program string
	// Folder has the model; see package model for what may be in it.
	Folder string
	// Detector is the voice activity, and DetectorName its name and version.
	Detector     Detector
	DetectorName string
}

var _ speech.Engine = (*Engine)(nil)

// An Engine holds a child process with a loaded model. It is safe for
// concurrent use, and hears one sound at a time.
type Engine struct {
	turn     speech.Turn // guards what is below
	child    *child      // nil where there is none; it may have ended
	model    model.Model
	program  string
	detector Detector
	rules    speech.Rules
	name     string

	patience, patienceToLoad time.Duration
}

// Load looks at the model's folder, compares its files with its SHA256SUMS
// where it has one, and starts the child, which loads the model. Every fault
// of the folder is an error that names it. Close ends the child.
func Load(ctx context.Context, o Options) (*Engine, error) {
	e, err := prepare(o)
	if err != nil {
		return nil, err
	}
	fingerprint, err := e.model.Verify()
	if err != nil {
		return nil, err
	}
	if err := e.ensure(ctx); err != nil {
		return nil, err
	}
	e.name = fmt.Sprintf("sherpa-onnx %s %s %s %s, %s, chunks of %.3g s",
		e.child.version, e.model.Family, e.model.Name(), fingerprint, o.DetectorName, e.rules.Longest.Seconds())
	return e, nil
}

func prepare(o Options) (*Engine, error) {
	m, err := model.Find(o.Folder)
	if err != nil {
		return nil, err
	}
	e := &Engine{
		turn: speech.NewTurn(), model: m, program: o.Program, detector: o.Detector, rules: speech.DefaultRules,
		patience: patience, patienceToLoad: patienceToLoad,
	}
	e.rules.Longest = m.Longest
	return e, nil
}

// Name is the Engine of every transcript: sherpa-onnx's version, the family, the
// name of the model's folder, the fingerprint of its files, and the settings
// that words depend on.
func (e *Engine) Name() string { return e.name }

// Close ends the child after the sound that is being heard. The engine must not
// be used afterwards.
func (e *Engine) Close() error {
	e.turn <- struct{}{}
	defer e.turn.Release()
	if e.child != nil {
		e.child.kill()
		e.child = nil
	}
	return nil
}

// Activity says where in pcm somebody speaks.
func (e *Engine) Activity(ctx context.Context, pcm []int16) (speech.Activity, error) {
	if err := e.turn.Take(ctx); err != nil {
		return speech.Activity{}, err
	}
	defer e.turn.Release()
	return e.detector.Activity(ctx, pcm)
}

// Recognise implements speech.Engine. An error that is ErrChild is one of the
// child process; the engine itself goes on.
//
// The transcript's Confidence is 1 wherever there are words: below what
// probability words are guesses has been measured for one model only, which is
// not run by this engine, and most of these give no probabilities at all. A
// word's probability is the model's own, or 1 where it gives none.
func (e *Engine) Recognise(ctx context.Context, pcm []int16, progress func(time.Duration)) (speech.Transcript, error) {
	if err := e.turn.Take(ctx); err != nil {
		return speech.Transcript{}, err
	}
	defer e.turn.Release()
	if progress == nil {
		progress = func(time.Duration) {}
	}
	if err := ctx.Err(); err != nil { // before the child would be killed for it
		return speech.Transcript{}, err
	}
	activity, err := e.detector.Activity(ctx, pcm)
	if err != nil {
		return speech.Transcript{}, err
	}
	t := speech.Transcript{Speech: e.rules.Regions(activity), Engine: e.name}
	heard := languages{}
	for _, span := range e.rules.Chunks(activity) {
		answer, err := e.hear(ctx, pcm[span.Start:span.End])
		if err != nil {
			return speech.Transcript{}, fmt.Errorf("hear the sound from %v to %v: %w", speech.Duration(span.Start), speech.Duration(span.End), err)
		}
		words := wordsOf(answer, e.rules, activity, span)
		heard.add(answer.Language, words)
		t.Words = append(t.Words, words...)
		progress(speech.Duration(span.End))
		if err := ctx.Err(); err != nil {
			return speech.Transcript{}, err
		}
	}
	if len(t.Words) > 0 {
		t.Confidence = 1
	}
	t.Language = heard.most(e.model.Language)
	progress(speech.Duration(len(pcm)))
	return t, nil
}

// hear has the child hear one chunk. A child that has ended is replaced first,
// and so is, once, one that turns out to have ended before it had the chunk: it
// was not the chunk that it died of.
func (e *Engine) hear(ctx context.Context, pcm []int16) (wire.Answer, error) {
	if len(pcm) < shortest {
		filled := make([]int16, shortest)
		copy(filled, pcm)
		pcm = filled
	}
	answer, err := e.ask(ctx, pcm)
	if errors.Is(err, syscall.EPIPE) {
		answer, err = e.ask(ctx, pcm)
	}
	return answer, err
}

func (e *Engine) ask(ctx context.Context, pcm []int16) (wire.Answer, error) {
	if err := e.ensure(ctx); err != nil {
		return wire.Answer{}, err
	}
	answer, err := bounded(ctx, e.patience, func(ctx context.Context) (wire.Answer, error) { return e.child.ask(ctx, pcm) })
	if err != nil && !e.child.alive() {
		e.child = nil
	}
	return answer, err
}

// ensure starts a child where there is none that lives.
func (e *Engine) ensure(ctx context.Context) error {
	if e.child != nil && e.child.alive() {
		return nil
	}
	if e.child != nil { // it ended between two sounds
		e.child.kill()
		e.child = nil
	}
	c, err := bounded(ctx, e.patienceToLoad, func(ctx context.Context) (*child, error) { return start(ctx, e.program, e.model.Dir) })
	if err != nil {
		return err
	}
	e.child = c
	return nil
}

// bounded does something for which there is so much time. That it ran out is
// ErrChild; that the caller's ctx ended is that ctx's error.
func bounded[T any](ctx context.Context, most time.Duration, do func(context.Context) (T, error)) (T, error) {
	slow := fmt.Errorf("%w: it gave no answer within %v", ErrChild, most)
	limited, cancel := context.WithTimeoutCause(ctx, most, slow)
	defer cancel()
	result, err := do(limited)
	if ended := ctx.Err(); ended != nil && err != nil && !errors.Is(err, ended) {
		err = ended
	}
	return result, err
}

// languages counts for how long each was spoken.
type languages map[string]time.Duration

func (l languages) add(language string, words []speech.Word) {
	for _, w := range words {
		l[language] += w.End - w.Start
	}
}

// most is the model's language where that is fixed, else the one that was
// spoken for longest, else und: nobody knows.
func (l languages) most(fixed string) string {
	if fixed != "" {
		return fixed
	}
	best := "und"
	for language, d := range l {
		if language != "" && (d > l[best] || d == l[best] && language < best) {
			best = language
		}
	}
	return best
}
