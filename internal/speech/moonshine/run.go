package moonshine

import (
	"github.com/cuepipe/cuepipe/internal/speech/onnx"

	ort "github.com/yalue/onnxruntime_go"
)

// A run is the decoding of one sound: the tensors that live as long as that.
type run struct {
	decoder *decoder
	tensors onnx.Tensors    // of the sound
	steps   [2]onnx.Tensors // of this step and of the one before, in turn

	inputs, outputs []ort.Value
	sound           [2 * layers]ort.Value
}

// The places of the keys and values of one layer among inputs and outputs.
const (
	firstPastInput  = 2
	firstPastOutput = 1
	pastPerLayer    = 4
	attentionOutput = firstPastOutput + pastPerLayer*layers
)

// begin makes the tensors for a sound.
func (d *decoder) begin(sound hidden) (*run, error) {
	r := &run{
		decoder: d,
		inputs:  make([]ort.Value, firstPastInput+pastPerLayer*layers+1),
		outputs: make([]ort.Value, attentionOutput+layers),
	}
	if err := r.bind(sound); err != nil {
		r.close()
		return nil, err
	}
	return r, nil
}

func (r *run) bind(sound hidden) (err error) {
	d, frames := r.decoder, sound.frames
	r.inputs[0], r.inputs[len(r.inputs)-1], r.outputs[0] = d.tokenValue, d.cachedValue, d.logitsValue
	if r.inputs[1], err = onnx.New(&r.tensors, sound.values, 1, int64(frames), width); err != nil {
		return err
	}
	for i := range d.sound {
		if r.sound[i], err = onnx.New(&r.tensors, d.sound[i], 1, heads, int64(frames), headWidth); err != nil {
			return err
		}
	}
	for i := range d.attention {
		d.views[i] = d.attention[i][:heads*frames]
		if r.outputs[attentionOutput+i], err = onnx.New(&r.tensors, d.views[i], 1, heads, 1, int64(frames)); err != nil {
			return err
		}
	}
	// The first step ignores the past, which yet must be there; its results
	// for the sound are then the past of all later steps.
	for layer := range layers {
		for part := range pastPerLayer {
			in := firstPastInput + pastPerLayer*layer + part
			if r.inputs[in], err = onnx.New(&r.tensors, d.past[1][0], 1, heads, 1, headWidth); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *run) close() {
	r.steps[0].Destroy()
	r.steps[1].Destroy()
	r.tensors.Destroy()
}

// step runs the decoder for the token in decoder.token, the step-th of its
// sound from 0, and leaves decoder.logits and the attention.
func (r *run) step(step int) error {
	d, half := r.decoder, step%2
	d.cached[0] = 0
	if step > 0 {
		d.cached[0] = 1
	}
	for layer := range layers {
		for part := range 2 {
			out := firstPastOutput + pastPerLayer*layer + part
			value, err := onnx.New(&r.steps[half], d.past[half][2*layer+part], 1, heads, int64(step+1), headWidth)
			if err != nil {
				return err
			}
			r.outputs[out] = value
			r.outputs[out+2] = d.nothing[2*layer+part]
			if step == 0 {
				r.outputs[out+2] = r.sound[2*layer+part]
			}
		}
	}
	if err := d.session.Run(r.inputs, r.outputs); err != nil {
		return err
	}
	for layer := range layers {
		for part := range 2 {
			in, out := firstPastInput+pastPerLayer*layer+part, firstPastOutput+pastPerLayer*layer+part
			r.inputs[in] = r.outputs[out]
			r.inputs[in+2] = r.sound[2*layer+part]
		}
	}
	r.steps[1-half].Destroy()
	return nil
}
