package simulation

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/cuepipe/cuepipe/internal/captioning/captioningtest"
	"github.com/cuepipe/cuepipe/internal/media"
	"github.com/cuepipe/cuepipe/internal/memobjects"
	"github.com/cuepipe/cuepipe/internal/speech"
)

// sounds are the prober, the decoder, the detector and the engine. What they
// answer depends on nothing but what they are given, so that it is found once
// for all runs.
type sounds struct{ w *worker }

func (p sounds) Probe(ctx context.Context, src media.Source) (media.Info, error) {
	return heard(ctx, p.w, "probe", src, media.Window{}, func(b memobjects.Bytes) (media.Info, error) {
		return captioningtest.Media{}.Probe(ctx, b)
	})
}

func (p sounds) Measure(ctx context.Context, src media.Source, limit time.Duration) (time.Duration, error) {
	return heard(ctx, p.w, "measure", src, media.Window{Limit: limit}, func(b memobjects.Bytes) (time.Duration, error) {
		return captioningtest.Media{}.Measure(ctx, b, limit)
	})
}

func (p sounds) Copy(ctx context.Context, src media.Source, limit time.Duration, w io.Writer) error {
	sound, err := heard(ctx, p.w, "copy", src, media.Window{Limit: limit}, func(b memobjects.Bytes) ([]byte, error) {
		var sound bytes.Buffer
		err := captioningtest.Media{}.Copy(ctx, b, limit, &sound)
		return sound.Bytes(), err
	})
	if err != nil {
		return err
	}
	_, err = w.Write(sound)
	return err
}

func (p sounds) Decode(ctx context.Context, src media.Source, w media.Window) ([]int16, error) {
	return heard(ctx, p.w, "decode", src, w, func(b memobjects.Bytes) ([]int16, error) {
		return captioningtest.Media{}.Decode(ctx, b, w)
	})
}

func (p sounds) Activity(ctx context.Context, pcm []int16) (speech.Activity, error) {
	if err := p.w.do(call{name: "find pauses"}, nothing); err != nil {
		return speech.Activity{}, err
	}
	return once(&p.w.run.sim.known, ofSamples("find pauses", pcm), func() (speech.Activity, error) {
		return captioningtest.Detector{}.Activity(ctx, pcm)
	})
}

func (p sounds) Recognise(ctx context.Context, pcm []int16, progress func(time.Duration)) (speech.Transcript, error) {
	if err := p.w.do(call{name: "recognise"}, nothing); err != nil {
		return speech.Transcript{}, err
	}
	t, err := once(&p.w.run.sim.known, ofSamples("recognise", pcm), func() (speech.Transcript, error) {
		return captioningtest.Engine{Name: "simulated 1"}.Recognise(ctx, pcm, func(time.Duration) {})
	})
	r := p.w.run
	for _, w := range t.Words {
		if r.mood.recognise > 0 {
			r.clock = r.clock.Add(time.Duration(r.random.IntN(r.mood.recognise)) * time.Millisecond)
		}
		progress(w.End)
	}
	return t, err
}

// heard makes a call to a program on the worker's own machine, which reads a
// source.
func heard[T any](ctx context.Context, w *worker, name string, src media.Source, window media.Window, find func(memobjects.Bytes) (T, error)) (T, error) {
	var none T
	if err := w.do(call{name: name}, nothing); err != nil {
		return none, err
	}
	in, err := src.Open(ctx, 0, src.Size())
	if err != nil {
		return none, fmt.Errorf("%s: %w", name, err)
	}
	defer in.Close()
	b, err := io.ReadAll(in)
	if err != nil {
		return none, fmt.Errorf("%s: %w", name, err)
	}
	return once(&w.run.sim.known, question{name: name, film: string(b), window: window}, func() (T, error) { return find(b) })
}

func nothing(Fault) error { return nil }

// A question is what an answer depends on. Samples are never changed and never
// forgotten, so that their place in memory stands for them.
type question struct {
	name   string
	film   string
	window media.Window
	first  *int16
	length int
}

func ofSamples(name string, pcm []int16) question {
	q := question{name: name, length: len(pcm)}
	if len(pcm) > 0 {
		q.first = &pcm[0]
	}
	return q
}

type answer[T any] struct {
	value T
	err   error
}

// once finds the answer to a question, or returns what was found before.
func once[T any](known *sync.Map, q question, find func() (T, error)) (T, error) {
	if a, ok := known.Load(q); ok {
		return a.(answer[T]).value, a.(answer[T]).err
	}
	value, err := find()
	a, _ := known.LoadOrStore(q, answer[T]{value, err}) // the same for all who ask at once
	return a.(answer[T]).value, a.(answer[T]).err
}
