package moonshine

import (
	"context"
	"fmt"
	"math"

	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/speech/onnx"
)

const (
	vocabulary = 32768 // logits; the token table is shorter

	startToken = 1
	endToken   = 2

	// Nobody says more: 6.5 tokens a second is what the model's authors allow.
	tokensPerSecond = 8
	tokensMore      = 8
)

// mostRows is how many sounds are decoded at once. A token costs 3.7 ms with
// one, 1.9 with four, 1.6 with eight and 1.4 with sixteen; the memory grows with
// each, by some 12 MB.
const mostRows = 8

// mostTokens is the number of tokens that a sound may have.
func mostTokens(samples int) int {
	return samples*tokensPerSecond/speech.SampleRate + tokensMore
}

// decoder writes the tokens of several sounds, each from its sound and the
// tokens before it: in every step one token for each of them. What it
// needs of the tokens before is kept from step to step as keys and values of
// the layers' attention, growing by one a step.
//
// Its memory is made for the most and longest sounds, once. What belongs to one
// sound lies side by side, so that a sound that has ended gives its place to
// the last one.
type decoder struct {
	session *onnx.Session

	rows   []*row // that have not ended, in their places
	frames int    // of the longest

	tokens    []int64
	position  []int64 // of the step's token
	mask      []float32
	cross     cross
	past      [2]cross // read and written in turn; here both are tokens × headWidth
	logits    []float32
	attention [layers][]float32
	packed    [layers][]float32 // one row's attention, without what is beyond its sound

	tensors onnx.Tensors // of the step
}

// A row is a sound in the decoder.
type row struct {
	hidden
	ids           []int64
	probabilities []float64
	alignment     speech.Alignment
	lost          bool // it repeated itself, or found no end
}

// loadDecoder loads the model for sounds of up to longest samples.
func loadDecoder(path string, longest int) (*decoder, error) {
	inputs, outputs := decoderNames()
	session, err := onnx.Open(path, inputs, outputs)
	if err != nil {
		return nil, err
	}
	frames, tokens := encoderFrames(longest), mostTokens(longest)
	d := &decoder{
		session:  session,
		tokens:   make([]int64, mostRows),
		position: make([]int64, 1),
		mask:     make([]float32, mostRows*frames),
		logits:   make([]float32, mostRows*vocabulary),
	}
	for i := range d.cross {
		d.cross[i] = make([]float32, mostRows*heads*headWidth*frames)
		d.past[0][i] = make([]float32, mostRows*heads*headWidth*tokens)
		d.past[1][i] = make([]float32, mostRows*heads*headWidth*tokens)
	}
	for i := range d.attention {
		d.attention[i] = make([]float32, mostRows*heads*frames)
		d.packed[i] = make([]float32, heads*frames)
	}
	return d, nil
}

func decoderNames() (inputs, outputs []string) {
	inputs, outputs = []string{"input_ids", "position", "mask"}, []string{"logits"}
	for i := range (cross{}) {
		inputs = append(inputs, fmt.Sprintf("past_key_values.%d.decoder.%s", i/2, keyOrValue(i)), crossName(i))
		outputs = append(outputs, fmt.Sprintf("present.%d.decoder.%s", i/2, keyOrValue(i)))
	}
	for layer := range layers {
		outputs = append(outputs, fmt.Sprintf("cross_attentions.%d", layer))
	}
	return inputs, outputs
}

// begin makes room for sounds of up to so many frames.
func (d *decoder) begin(frames int) {
	clear(d.rows)
	d.rows, d.frames = d.rows[:0], frames
}

// add gives a sound a place.
func (d *decoder) add(h hidden) *row {
	r := &row{hidden: h}
	r.cross = cross{} // it is copied
	r.alignment.Reset(h.frames)
	place := len(d.rows)
	d.rows = append(d.rows, r)
	d.tokens[place] = startToken

	mask := part(d.mask, place, d.frames)
	clear(mask[:h.frames])
	for i := h.frames; i < len(mask); i++ {
		mask[i] = beyond
	}
	for i := range d.cross {
		to, from := part(d.cross[i], place, heads*headWidth*d.frames), h.cross[i]
		length, room := h.frames, d.frames // of what lies side by side: a key's frames,
		if i%2 != 0 {
			length, room = h.frames*headWidth, d.frames*headWidth // or a head's values
		}
		for ; len(from) > 0; from, to = from[length:], to[room:] {
			clear(to[copy(to, from[:length]):room])
		}
	}
	return r
}

// beyond is what keeps the attention from where a sound has ended.
const beyond = -1e9

// part is the i-th of the parts of a size.
func part[T any](all []T, i, size int) []T { return all[i*size : (i+1)*size] }

// decode writes the tokens of all rows with their probabilities and times. A
// row ends where the model ends it, where it begins to repeat itself, or where
// nobody could have said more.
func (d *decoder) decode(ctx context.Context) error {
	for step := 0; len(d.rows) > 0; step++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := d.step(step); err != nil {
			return err
		}
		for place := len(d.rows) - 1; place >= 0; place-- {
			if d.take(place) {
				d.remove(place, step+1)
			}
		}
	}
	return nil
}

// take gives a row the token that the step wrote for it, and reports whether
// the row has ended.
func (d *decoder) take(place int) (ended bool) {
	r := d.rows[place]
	id, probability := likeliest(part(d.logits, place, vocabulary))
	if id == endToken {
		return true
	}
	d.tokens[place] = id
	r.ids = append(r.ids, id)
	r.probabilities = append(r.probabilities, probability)
	var views [layers][]float32
	for i, all := range d.attention {
		attention := part(all, place, heads*d.frames)
		for head := range heads {
			copy(part(d.packed[i], head, r.frames), part(attention, head, d.frames))
		}
		views[i] = d.packed[i][:heads*r.frames]
	}
	r.alignment.Add(views[:])
	if keep, looping := speech.Repetition(r.ids); looping {
		r.ids, r.probabilities = r.ids[:keep], r.probabilities[:keep]
		r.lost = true
		return true
	}
	r.lost = len(r.ids) == mostTokens(r.samples)
	return r.lost
}

// remove gives a row's place to the last row, after so many steps.
func (d *decoder) remove(place, steps int) {
	last := len(d.rows) - 1
	if place != last {
		d.tokens[place] = d.tokens[last]
		copy(part(d.mask, place, d.frames), part(d.mask, last, d.frames))
		now := &d.past[(steps-1)%2]
		for i := range d.cross {
			size := heads * headWidth * d.frames
			copy(part(d.cross[i], place, size), part(d.cross[i], last, size))
			size = heads * headWidth * steps
			copy(part(now[i], place, size), part(now[i], last, size))
		}
		d.rows[place] = d.rows[last]
	}
	d.rows = d.rows[:last]
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
