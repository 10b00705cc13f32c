package recogniser

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path"
	"path/filepath"
	"testing"

	"github.com/cuepipe/cuepipe/integration/recogniser/recording"
	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/speech/onnx"
	"github.com/cuepipe/cuepipe/internal/speech/silero"

	ort "github.com/yalue/onnxruntime_go"
)

// What tools/models makes of the published models computes what they compute.

// published takes a file out of an npm package in the cache.
func published(t *testing.T, archive, name string) string {
	t.Helper()
	folder, err := recording.Cache("downloads")
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(filepath.Join(folder, archive))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	for in := tar.NewReader(unzipped); ; {
		header, err := in.Next()
		if errors.Is(err, io.EOF) {
			t.Fatalf("%s has no %s", archive, name)
		}
		if err != nil {
			t.Fatal(err)
		}
		if path.Base(header.Name) != name {
			continue
		}
		out, err := os.Create(filepath.Join(t.TempDir(), name))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(out, in); err != nil {
			t.Fatal(err)
		}
		if err := out.Close(); err != nil {
			t.Fatal(err)
		}
		return out.Name()
	}
}

// model is a session whose values are named.
type model struct {
	t       *testing.T
	session *onnx.Session
	tensors onnx.Tensors
	inputs  []ort.Value
	outputs []ort.Value
	results map[string][]float32
}

func open(t *testing.T, path string, inputs, outputs []string) *model {
	t.Helper()
	engine(t) // which starts the runtime
	session, err := onnx.Open(path, inputs, outputs)
	if err != nil {
		t.Fatal(err)
	}
	m := &model{t: t, session: session, results: map[string][]float32{}}
	t.Cleanup(func() {
		m.tensors.Destroy()
		if err := session.Close(); err != nil {
			t.Error(err)
		}
	})
	return m
}

func give[T ort.TensorData](m *model, data []T, shape ...int64) {
	m.t.Helper()
	v, err := onnx.New(&m.tensors, data, shape...)
	if err != nil {
		m.t.Fatal(err)
	}
	m.inputs = append(m.inputs, v)
}

// want adds an output of a name, and returns its numbers.
func (m *model) want(name string, shape ...int64) {
	m.t.Helper()
	size := int64(1)
	for _, d := range shape {
		size *= d
	}
	m.results[name] = make([]float32, size)
	v, err := onnx.New(&m.tensors, m.results[name], shape...)
	if err != nil {
		m.t.Fatal(err)
	}
	m.outputs = append(m.outputs, v)
}

func (m *model) run() map[string][]float32 {
	m.t.Helper()
	if err := m.session.Run(m.inputs, m.outputs); err != nil {
		m.t.Fatal(err)
	}
	return m.results
}

func TestVoiceActivityIsThePublishedModels(t *testing.T) {
	const window, overlap = 512, 64
	pcm := append(samples(t, "beckett.wav"), samples(t, "jfk.wav")[:5*speech.SampleRate+100]...)

	m := open(t, published(t, "ricky0123-vad-web-0.0.31.tgz", "silero_vad_v5.onnx"), []string{"input", "state", "sr"}, []string{"output", "stateN"})
	sound, state := make([]float32, overlap+window), make([]float32, 2*128)
	give(m, sound, 1, overlap+window)
	give(m, state, 2, 1, 128)
	give(m, []int64{speech.SampleRate}, 1)
	m.want("output", 1, 1)
	m.want("stateN", 2, 1, 128)
	var want []float32
	for at := 0; at < len(pcm); at += window {
		copy(sound, sound[window:])
		clear(sound[overlap+speech.Floats(sound[overlap:], pcm[at:min(at+window, len(pcm))]):])
		want = append(want, m.run()["output"][0])
		copy(state, m.results["stateN"])
	}

	folder, err := recording.Cache("recogniser")
	if err != nil {
		t.Fatal(err)
	}
	detector, err := silero.Load(filepath.Join(folder, "silero", "silero_vad.onnx"))
	if err != nil {
		t.Fatal(err)
	}
	defer detector.Close()
	for range 2 { // the second sound knows nothing of the first
		got, err := detector.Activity(t.Context(), pcm)
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Probabilities) != len(want) {
			t.Fatalf("%d windows, want %d", len(got.Probabilities), len(want))
		}
		far := 0.0
		for i, p := range got.Probabilities {
			far = max(far, math.Abs(float64(p-want[i])))
		}
		t.Logf("%d windows, at most %.1e apart", len(want), far)
		if far > 1e-4 {
			t.Errorf("voice activity is %.1e off the published model's", far)
		}
	}
}

func TestTheFirstTokenIsThePublishedModels(t *testing.T) {
	const layers, heads, width, vocabulary = 6, 8, 36, 32768
	pcm := samples(t, "jfk.wav")
	sound := make([]float32, len(pcm))
	speech.Floats(sound, pcm)
	frames := int64((len(pcm)-127)/64/3/2 - 1)

	const archive = "moonshine-ai-moonshine-js-0.1.29.tgz"
	encoder := open(t, published(t, archive, "encoder_model.onnx"), []string{"input_values"}, []string{"last_hidden_state"})
	give(encoder, sound, 1, int64(len(sound)))
	encoder.want("hidden", 1, frames, heads*width)

	inputs, outputs := []string{"input_ids", "encoder_hidden_states", "use_cache_branch"}, []string{"logits"}
	for layer := range layers {
		for _, part := range []string{"decoder.key", "decoder.value", "encoder.key", "encoder.value"} {
			inputs = append(inputs, fmt.Sprintf("past_key_values.%d.%s", layer, part))
			outputs = append(outputs, fmt.Sprintf("present.%d.%s", layer, part))
		}
	}
	decoder := open(t, published(t, archive, "decoder_model_merged.onnx"), inputs, outputs)
	give(decoder, []int64{1}, 1, 1)
	give(decoder, encoder.run()["hidden"], 1, frames, heads*width)
	first, err := onnx.NewBool(&decoder.tensors, []uint8{0}, 1)
	if err != nil {
		t.Fatal(err)
	}
	decoder.inputs = append(decoder.inputs, first)
	decoder.want("logits", 1, 1, vocabulary)
	for _, name := range outputs[1:] {
		give(decoder, make([]float32, heads*width), 1, heads, 1, width)
		n := int64(1)
		if name[len("present.0."):len("present.0.encoder")] == "encoder" {
			n = frames
		}
		decoder.want(name, 1, heads, n, width)
	}
	want := decoder.run()

	folder, err := recording.Cache("recogniser")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for layer := range layers {
		names = append(names, fmt.Sprintf("cross.%d.key", layer), fmt.Sprintf("cross.%d.value", layer))
	}
	ours := open(t, filepath.Join(folder, "moonshine", "encoder.onnx"), []string{"input_values"}, names)
	give(ours, sound, 1, int64(len(sound)))
	for layer := range layers {
		ours.want(names[2*layer], 1, heads, width, frames)
		ours.want(names[2*layer+1], 1, heads, frames, width)
	}
	cross := ours.run()
	scale := math.Sqrt(1 / math.Sqrt(width))
	for layer := range layers {
		// Every product quantises the sound anew, so that a difference of rounding
		// grows: noise of 1e-5 in the sound makes 0.1 of this.
		off, all := 0.0, 0.0
		add := func(want, got float64) {
			off += (want - got) * (want - got)
			all += want * want
		}
		keys, values := want[fmt.Sprintf("present.%d.encoder.key", layer)], want[fmt.Sprintf("present.%d.encoder.value", layer)]
		for h := range heads {
			for f := range int(frames) {
				for w := range width {
					i, turned := (h*int(frames)+f)*width+w, (h*width+w)*int(frames)+f
					add(float64(keys[i])*scale, float64(cross[names[2*layer]][turned]))
					add(float64(values[i]), float64(cross[names[2*layer+1]][i]))
				}
			}
		}
		if off = math.Sqrt(off / all); off > 0.2 {
			t.Errorf("layer %d attends to what is %.2f of its size off the published model's", layer, off)
		}
	}

	// Two sounds in a batch, the other one half as long.
	inputs, outputs = []string{"input_ids", "position", "mask"}, []string{"logits"}
	for layer := range layers {
		for _, part := range []string{"key", "value"} {
			inputs = append(inputs, fmt.Sprintf("past_key_values.%d.decoder.%s", layer, part), fmt.Sprintf("cross.%d.%s", layer, part))
			outputs = append(outputs, fmt.Sprintf("present.%d.decoder.%s", layer, part))
		}
		outputs = append(outputs, fmt.Sprintf("cross_attentions.%d", layer))
	}
	batch := open(t, filepath.Join(folder, "moonshine", "decoder.onnx"), inputs, outputs)
	mask := make([]float32, 2*frames)
	for i := frames + frames/2; i < 2*frames; i++ {
		mask[i] = -1e9
	}
	give(batch, []int64{1, 1}, 2, 1)
	give(batch, []int64{0}, 1)
	give(batch, mask, 2, 1, 1, frames)
	batch.want("logits", 2, 1, vocabulary)
	for layer := range layers {
		for i, name := range names[2*layer : 2*layer+2] {
			give(batch, []float32{}, 2, heads, 0, width)
			shape := [][]int64{{2, heads, width, frames}, {2, heads, frames, width}}[i]
			give(batch, append(append([]float32{}, cross[name]...), cross[name]...), shape...)
			batch.want(outputs[len(batch.outputs)], 2, heads, 1, width)
		}
		batch.want(outputs[len(batch.outputs)], 2, heads, 1, frames)
	}
	got := batch.run()
	best, ourBest, far := 0, 0, 0.0
	for i, v := range want["logits"] {
		if v > want["logits"][best] {
			best = i
		}
		if got["logits"][i] > got["logits"][ourBest] {
			ourBest = i
		}
		far = max(far, math.Abs(float64(v-got["logits"][i])))
	}
	t.Logf("token %d, logits at most %.2f apart of %.1f", ourBest, far, want["logits"][best])
	if best != ourBest || far > 1.5 { // the projection is quantised, and all rows' by one scale
		t.Errorf("token %d, logits %.2f apart; the published model has token %d", ourBest, far, best)
	}
	for layer := range layers {
		attention := got[fmt.Sprintf("cross_attentions.%d", layer)]
		for row, until := range []int64{frames, frames / 2} {
			for h := range int64(heads) {
				sum := 0.0
				for _, v := range attention[(int64(row)*heads+h)*frames:][:until] {
					sum += float64(v)
				}
				if math.Abs(sum-1) > 1e-4 {
					t.Errorf("layer %d, row %d, head %d: %.4f of the attention is to the sound", layer, row, h, sum)
				}
			}
		}
	}
}
