// Package silero finds speech with Silero VAD, version 5 of the model.
package silero

import (
	"context"

	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/speech/onnx"

	ort "github.com/yalue/onnxruntime_go"
)

// What the model takes at 16 kHz: a window, and the end of the one before.
const (
	window  = 512
	overlap = 64
	state   = 2 * 1 * 128
)

// A Detector hears sounds one after the other; it is not safe for concurrent
// use.
type Detector struct {
	session         *onnx.Session
	tensors         onnx.Tensors
	inputs, outputs []ort.Value

	sound, probability []float32
	before, after      []float32
}

// Load opens the model at path. onnx.Start must have preceded it.
func Load(path string) (*Detector, error) {
	session, err := onnx.Open(path, []string{"input", "state", "sr"}, []string{"output", "stateN"})
	if err != nil {
		return nil, err
	}
	d := &Detector{
		session:     session,
		sound:       make([]float32, overlap+window),
		probability: make([]float32, 1),
		before:      make([]float32, state),
		after:       make([]float32, state),
	}
	if err := d.bind(); err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

func (d *Detector) bind() error {
	rate := []int64{speech.SampleRate}
	for _, b := range []struct {
		to    *[]ort.Value
		data  []float32
		shape []int64
	}{
		{&d.inputs, d.sound, []int64{1, overlap + window}},
		{&d.inputs, d.before, []int64{2, 1, 128}},
		{&d.outputs, d.probability, []int64{1, 1}},
		{&d.outputs, d.after, []int64{2, 1, 128}},
	} {
		value, err := onnx.New(&d.tensors, b.data, b.shape...)
		if err != nil {
			return err
		}
		*b.to = append(*b.to, value)
	}
	value, err := onnx.New(&d.tensors, rate, 1)
	d.inputs = append(d.inputs, value)
	return err
}

// Close frees the model.
func (d *Detector) Close() error {
	d.tensors.Destroy()
	return d.session.Close()
}

// Activity returns the probability of speech for every 512 samples of pcm,
// the last of which are filled up with silence. It returns ctx's error soon
// after ctx ends.
func (d *Detector) Activity(ctx context.Context, pcm []int16) (speech.Activity, error) {
	clear(d.sound)
	clear(d.before)
	found := make([]float32, 0, (len(pcm)+window-1)/window)
	for at := 0; at < len(pcm); at += window {
		if err := ctx.Err(); err != nil {
			return speech.Activity{}, err
		}
		copy(d.sound, d.sound[window:])
		heard := speech.Floats(d.sound[overlap:], pcm[at:min(at+window, len(pcm))])
		clear(d.sound[overlap+heard:])
		if err := d.session.Run(d.inputs, d.outputs); err != nil {
			return speech.Activity{}, err
		}
		copy(d.before, d.after)
		found = append(found, d.probability[0])
	}
	return speech.Activity{Probabilities: found, Frame: window, Samples: len(pcm)}, nil
}
