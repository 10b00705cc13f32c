// Package silero finds speech with Silero VAD, version 5 of the model, as
// tools/models makes it: the windows of a piece of sound are heard at once.
package silero

import (
	"context"

	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/speech/onnx"

	ort "github.com/yalue/onnxruntime_go"
)

// What the model hears at 16 kHz, in samples: a window with the end of the one
// before it, whose end is then mirrored; and of that the spectra of four
// stretches that overlap.
const (
	window   = 512
	overlap  = 64
	mirrored = 64
	stretch  = 256
	hop      = 128
	spectra  = 4

	memory = 128
	// atOnce bounds the windows of a piece: 8 s of sound, and 1 MB.
	atOnce = 256
)

// A Detector hears sounds one after the other; it is not safe for concurrent
// use.
type Detector struct {
	session *onnx.Session

	sound       []float32 // a piece, with the overlap before it
	stretches   []float32
	probability []float32
	// The memory goes from one half to the other with each piece.
	h, c [2][]float32
}

// Load opens the model at path. onnx.Start must have preceded it.
func Load(path string) (*Detector, error) {
	session, err := onnx.Open(path, []string{"spectra", "h", "c"}, []string{"probability", "h.after", "c.after"})
	if err != nil {
		return nil, err
	}
	d := &Detector{
		session:     session,
		sound:       make([]float32, overlap+atOnce*window),
		stretches:   make([]float32, atOnce*spectra*stretch),
		probability: make([]float32, atOnce),
	}
	for half := range d.h {
		d.h[half], d.c[half] = make([]float32, memory), make([]float32, memory)
	}
	return d, nil
}

// Close frees the model.
func (d *Detector) Close() error { return d.session.Close() }

// Activity returns the probability of speech for every 512 samples of pcm,
// the last of which are filled up with silence. It returns ctx's error soon
// after ctx ends.
func (d *Detector) Activity(ctx context.Context, pcm []int16) (speech.Activity, error) {
	clear(d.sound)
	clear(d.h[0])
	clear(d.c[0])
	found := make([]float32, 0, (len(pcm)+window-1)/window)
	for at, piece := 0, 0; at < len(pcm); at, piece = at+atOnce*window, piece+1 {
		if err := ctx.Err(); err != nil {
			return speech.Activity{}, err
		}
		n := d.cut(pcm[at:min(at+atOnce*window, len(pcm))])
		if err := d.hear(n, piece%2); err != nil {
			return speech.Activity{}, err
		}
		found = append(found, d.probability[:n]...)
	}
	return speech.Activity{Probabilities: found, Frame: window, Samples: len(pcm)}, nil
}

// cut lays the stretches of a piece side by side, and returns its number of
// windows.
func (d *Detector) cut(pcm []int16) int {
	n := (len(pcm) + window - 1) / window
	copy(d.sound, d.sound[atOnce*window:]) // the end of the piece before, which was full
	heard := speech.Floats(d.sound[overlap:], pcm)
	clear(d.sound[overlap+heard:])
	for w := range n {
		sound := d.sound[w*window : w*window+overlap+window]
		rows := d.stretches[w*spectra*stretch : (w+1)*spectra*stretch]
		for i := range spectra {
			got := copy(rows[i*stretch:(i+1)*stretch], sound[i*hop:])
			for j := got; j < stretch; j++ { // only in the last one
				rows[i*stretch+j] = sound[len(sound)-2-(j-got)]
			}
		}
	}
	return n
}

// hear fills in the probabilities of n windows, with the memory in one half.
func (d *Detector) hear(n, half int) error {
	var tensors onnx.Tensors
	defer tensors.Destroy()
	var inputs, outputs []ort.Value
	for _, b := range []struct {
		to    *[]ort.Value
		data  []float32
		shape []int64
	}{
		{&inputs, d.stretches, []int64{int64(spectra * n), stretch}},
		{&inputs, d.h[half], []int64{1, 1, memory}},
		{&inputs, d.c[half], []int64{1, 1, memory}},
		{&outputs, d.probability, []int64{int64(n), 1}},
		{&outputs, d.h[1-half], []int64{1, 1, memory}},
		{&outputs, d.c[1-half], []int64{1, 1, memory}},
	} {
		value, err := onnx.New(&tensors, b.data, b.shape...)
		if err != nil {
			return err
		}
		*b.to = append(*b.to, value)
	}
	return d.session.Run(inputs, outputs)
}
