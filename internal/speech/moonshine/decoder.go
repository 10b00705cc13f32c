package moonshine

import (
	"context"
	"fmt"
	"math"

	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/speech/onnx"

	ort "github.com/yalue/onnxruntime_go"
)

// Moonshine Tiny.
const (
	layers     = 6
	heads      = 8
	headWidth  = 36
	vocabulary = 32768 // logits; the token table is shorter

	startToken = 1
	endToken   = 2

	// Nobody says more: 6.5 tokens a second is what the model's authors allow.
	tokensPerSecond = 8
	tokensMore      = 8
)

// mostTokens is the number of tokens that a sound may have.
func mostTokens(samples int) int {
	return samples*tokensPerSecond/speech.SampleRate + tokensMore
}

// decoder writes tokens, each from the sound and the tokens before it. What it
// needs of those is kept from step to step as keys and values of the layers'
// attention: to the tokens, growing by one a step, and to the sound, computed
// in the first step.
type decoder struct {
	session *onnx.Session

	// Made once.
	always      onnx.Tensors
	token       []int64
	cached      []uint8
	logits      []float32
	tokenValue  ort.Value
	cachedValue ort.Value
	logitsValue ort.Value
	nothing     [2 * layers]ort.Value // what later steps return for the sound's keys and values

	// Memory that each sound uses anew, made for the longest. Steps write tokens' keys and values in
	// turn into one half of past and read the other.
	past      [2][2 * layers][]float32
	sound     [2 * layers][]float32
	attention [layers][]float32
	views     [][]float32
}

// loadDecoder loads the model for sounds of up to longest samples.
func loadDecoder(path string, longest int) (*decoder, error) {
	inputs, outputs := decoderNames()
	session, err := onnx.Open(path, inputs, outputs)
	if err != nil {
		return nil, err
	}
	d := &decoder{
		session: session,
		token:   make([]int64, 1),
		cached:  make([]uint8, 1),
		logits:  make([]float32, vocabulary),
		views:   make([][]float32, layers),
	}
	frames, tokens := encoderFrames(longest), mostTokens(longest)
	for i := range d.sound {
		d.sound[i] = make([]float32, heads*frames*headWidth)
		d.past[0][i] = make([]float32, heads*tokens*headWidth)
		d.past[1][i] = make([]float32, heads*tokens*headWidth)
	}
	for i := range d.attention {
		d.attention[i] = make([]float32, heads*frames)
	}
	if err := d.bind(); err != nil {
		d.close()
		return nil, err
	}
	return d, nil
}

func decoderNames() (inputs, outputs []string) {
	inputs = []string{"input_ids", "encoder_hidden_states"}
	outputs = []string{"logits"}
	for layer := range layers {
		for _, part := range []string{"decoder.key", "decoder.value", "encoder.key", "encoder.value"} {
			inputs = append(inputs, fmt.Sprintf("past_key_values.%d.%s", layer, part))
			outputs = append(outputs, fmt.Sprintf("present.%d.%s", layer, part))
		}
	}
	inputs = append(inputs, "use_cache_branch")
	for layer := range layers {
		outputs = append(outputs, fmt.Sprintf("cross_attentions.%d", layer))
	}
	return inputs, outputs
}

func (d *decoder) bind() (err error) {
	if d.tokenValue, err = onnx.New(&d.always, d.token, 1, 1); err != nil {
		return err
	}
	if d.cachedValue, err = onnx.NewBool(&d.always, d.cached, 1); err != nil {
		return err
	}
	if d.logitsValue, err = onnx.New(&d.always, d.logits, 1, 1, vocabulary); err != nil {
		return err
	}
	for i := range d.nothing {
		if d.nothing[i], err = onnx.New(&d.always, []float32{}, 0, heads, 1, headWidth); err != nil {
			return err
		}
	}
	return nil
}

func (d *decoder) close() error {
	d.always.Destroy()
	return d.session.Close()
}

// decode writes the tokens of a sound with their probabilities, and adds each
// one's attention to alignment. It ends where the model ends, where it begins
// to repeat itself, or where nobody could have said more.
func (d *decoder) decode(ctx context.Context, sound hidden, alignment *speech.Alignment) (ids []int64, probabilities []float64, err error) {
	run, err := d.begin(sound)
	if err != nil {
		return nil, nil, err
	}
	defer run.close()
	alignment.Reset(sound.frames)

	d.token[0] = startToken
	for step := range mostTokens(sound.samples) {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		if err := run.step(step); err != nil {
			return nil, nil, err
		}
		id, probability := likeliest(d.logits)
		if id == endToken {
			break
		}
		ids = append(ids, id)
		probabilities = append(probabilities, probability)
		alignment.Add(d.views)
		if keep, looping := speech.Repetition(ids); looping {
			return ids[:keep], probabilities[:keep], nil
		}
		d.token[0] = id
	}
	return ids, probabilities, nil
}

// likeliest returns the token with the highest logit, and its probability.
func likeliest(logits []float32) (id int64, probability float64) {
	best := 0
	for i, v := range logits {
		if v > logits[best] {
			best = i
		}
	}
	// Below that, all of them together add less than 1e-4 to the sum.
	const negligible = 20
	top := logits[best]
	sum := 0.0
	for _, v := range logits {
		if d := v - top; d > -negligible {
			sum += math.Exp(float64(d))
		}
	}
	return int64(best), 1 / sum
}
