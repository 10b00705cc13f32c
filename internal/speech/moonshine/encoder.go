package moonshine

import (
	"fmt"
	"time"

	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/speech/onnx"

	ort "github.com/yalue/onnxruntime_go"
)

// Moonshine Tiny.
const (
	layers    = 6
	heads     = 8
	headWidth = 36
)

// shortest is the length to which a shorter sound is filled up with silence;
// below 895 samples the encoder has no frame at all.
const shortest = speech.SampleRate / 2

// encoder turns a sound into frames, about 41 a second, and these into what
// each layer of the decoder attends to. Its memory is made for the longest
// sound, once: what grew with each longer sound would leave the shorter ones'
// as garbage.
type encoder struct {
	session *onnx.Session
	sound   []float32
	cross   cross
}

// cross has for each layer the keys and the values of a sound's frames, one
// head after the other: keys are headWidth × frames, values frames × headWidth.
type cross [2 * layers][]float32

// crossName is the name of part i of cross in the models.
func crossName(i int) string { return fmt.Sprintf("cross.%d.%s", i/2, keyOrValue(i)) }

func keyOrValue(i int) string { return [...]string{"key", "value"}[i%2] }

// crossShape is the shape of part i for so many sounds.
func crossShape(i, rows, frames int) []int64 {
	if i%2 == 0 {
		return []int64{int64(rows), heads, headWidth, int64(frames)}
	}
	return []int64{int64(rows), heads, int64(frames), headWidth}
}

// hidden is the encoder's view of a sound. Its cross is good until the next
// encode.
type hidden struct {
	cross   cross
	frames  int
	samples int
}

// at returns when a frame begins.
func (h hidden) at(frame int) time.Duration {
	return speech.Duration(h.samples) * time.Duration(frame) / time.Duration(h.frames)
}

// loadEncoder loads the model for sounds of up to longest samples.
func loadEncoder(path string, longest int) (*encoder, error) {
	var outputs []string
	for i := range (cross{}) {
		outputs = append(outputs, crossName(i))
	}
	session, err := onnx.Open(path, []string{"input_values"}, outputs)
	if err != nil {
		return nil, err
	}
	e := &encoder{session: session, sound: make([]float32, longest)}
	for i := range e.cross {
		e.cross[i] = make([]float32, encoderFrames(longest)*heads*headWidth)
	}
	return e, nil
}

// encoderFrames is the number of frames of a sound, as the model declares
// it: three convolutions of stride 64, 3 and 2.
func encoderFrames(samples int) int { return (samples-127)/64/3/2 - 1 }

// frames is the number of frames that encode makes of so many samples.
func frames(samples int) int { return encoderFrames(max(samples, shortest)) }

// encode hears pcm, which is at most as long as loadEncoder was told.
func (e *encoder) encode(pcm []int16) (hidden, error) {
	h := hidden{samples: max(len(pcm), shortest), frames: frames(len(pcm))}
	clear(e.sound[speech.Floats(e.sound, pcm):h.samples])

	var tensors onnx.Tensors
	defer tensors.Destroy()
	sound, err := onnx.New(&tensors, e.sound, 1, int64(h.samples))
	if err != nil {
		return hidden{}, err
	}
	outputs := make([]ort.Value, len(e.cross))
	for i := range e.cross {
		h.cross[i] = e.cross[i][:heads*headWidth*h.frames]
		if outputs[i], err = onnx.New(&tensors, h.cross[i], crossShape(i, 1, h.frames)...); err != nil {
			return hidden{}, err
		}
	}
	if err := e.session.Run([]ort.Value{sound}, outputs); err != nil {
		return hidden{}, err
	}
	return h, nil
}
