package moonshine

import (
	"github.com/cuepipe/cuepipe/internal/speech/onnx"

	ort "github.com/yalue/onnxruntime_go"
)

// step computes the logits, the attention and the longer past of all rows from
// their last tokens and the past, which is as long as the number of the step.
func (d *decoder) step(step int) error {
	defer d.tensors.Destroy()
	rows, frames := len(d.rows), d.frames
	inputs, outputs := make(values, 0, 3+4*layers), make(values, 0, 1+3*layers)
	before, after := d.past[(step+1)%2], d.past[step%2]
	err := inputs.add(onnx.New(&d.tensors, d.tokens, int64(rows), 1))
	d.position[0] = int64(step)
	if err == nil {
		err = inputs.add(onnx.New(&d.tensors, d.position, 1))
	}
	if err == nil {
		err = inputs.add(onnx.New(&d.tensors, d.mask, int64(rows), 1, 1, int64(frames)))
	}
	if err == nil {
		err = outputs.add(onnx.New(&d.tensors, d.logits, int64(rows), 1, vocabulary))
	}
	for i := 0; i < len(d.cross) && err == nil; i++ {
		if err = inputs.add(onnx.New(&d.tensors, before[i], int64(rows), heads, int64(step), headWidth)); err == nil {
			err = inputs.add(onnx.New(&d.tensors, d.cross[i], crossShape(i, rows, frames)...))
		}
		if err == nil {
			err = outputs.add(onnx.New(&d.tensors, after[i], int64(rows), heads, int64(step+1), headWidth))
		}
	}
	for i := 0; i < layers && err == nil; i++ {
		err = outputs.add(onnx.New(&d.tensors, d.attention[i], int64(rows), heads, 1, int64(frames)))
	}
	if err != nil {
		return err
	}
	return d.session.Run(inputs, outputs)
}

// values are what a model takes or gives, in order.
type values []ort.Value

func (v *values) add(value ort.Value, err error) error {
	*v = append(*v, value)
	return err
}
