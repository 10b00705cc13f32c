package moonshine

import (
	"time"

	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/speech/onnx"

	ort "github.com/yalue/onnxruntime_go"
)

// width is the number of values in a frame of the encoder.
const width = 288

// shortest is the length to which a shorter sound is filled up with silence;
// below 895 samples the encoder has no frame at all.
const shortest = speech.SampleRate / 2

// encoder turns a sound into frames, about 41 a second. Its memory is made for
// the longest sound, once: what grew with each longer sound would leave the
// shorter ones' as garbage.
type encoder struct {
	session *onnx.Session
	sound   []float32
	frames  []float32
}

// hidden is the encoder's view of a sound. It is good until the next encode.
type hidden struct {
	values  []float32 // frames × width
	frames  int
	samples int
}

// at returns when a frame begins.
func (h hidden) at(frame int) time.Duration {
	return speech.Duration(h.samples) * time.Duration(frame) / time.Duration(h.frames)
}

// loadEncoder loads the model for sounds of up to longest samples.
func loadEncoder(path string, longest int) (*encoder, error) {
	session, err := onnx.Open(path, []string{"input_values"}, []string{"last_hidden_state"})
	if err != nil {
		return nil, err
	}
	return &encoder{
		session: session,
		sound:   make([]float32, longest),
		frames:  make([]float32, encoderFrames(longest)*width),
	}, nil
}

// encoderFrames is the length of the encoder's result, as the model declares
// it: three convolutions of stride 64, 3 and 2.
func encoderFrames(samples int) int { return (samples-127)/64/3/2 - 1 }

// encode hears pcm, which is at most as long as loadEncoder was told.
func (e *encoder) encode(pcm []int16) (hidden, error) {
	h := hidden{samples: max(len(pcm), shortest)}
	h.frames = encoderFrames(h.samples)
	clear(e.sound[speech.Floats(e.sound, pcm):h.samples])
	h.values = e.frames[:h.frames*width]

	var tensors onnx.Tensors
	defer tensors.Destroy()
	sound, err := onnx.New(&tensors, e.sound, 1, int64(h.samples))
	if err != nil {
		return hidden{}, err
	}
	frames, err := onnx.New(&tensors, h.values, 1, int64(h.frames), width)
	if err != nil {
		return hidden{}, err
	}
	if err := e.session.Run([]ort.Value{sound}, []ort.Value{frames}); err != nil {
		return hidden{}, err
	}
	return h, nil
}
