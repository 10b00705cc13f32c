package sherpa

import (
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/speech/sherpa"
	"github.com/cuepipe/cuepipe/internal/speech/speechtest"
)

// No model of CTC can be fetched here, so one is made: it has the form of
// NeMo's, and writes "beep" where the sound is louder than it is on average.
// That its family is found by its metadata, its library runs it, and its tokens
// come with their times does not depend on how much a model knows.
func TestACTCModelHasTimes(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "nemo-ctc-en-loudness")
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"model.onnx": loudness(), "tokens.txt": []byte("▁beep 0\n<blk> 1\n")} {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	e, err := sherpa.Load(t.Context(), sherpa.Options{Program: shared(t).program, Folder: folder, Detector: always{}, DetectorName: "always"})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if !strings.Contains(e.Name(), " nemo_ctc nemo-ctc-en-loudness ") {
		t.Errorf("the engine is %q", e.Name())
	}
	begin := []float64{1, 2.5, 6}
	pcm := make([]int16, 8*speech.SampleRate)
	for _, s := range begin {
		for i := range speech.SampleRate / 2 {
			pcm[int(s*speech.SampleRate)+i] = int16(8000 * math.Sin(float64(i)*0.2) * math.Sin(float64(i)*0.013))
		}
	}
	heard, err := e.Recognise(t.Context(), pcm, nil)
	if err != nil {
		t.Fatal(err)
	}
	speechtest.Transcript(t, heard, speech.Duration(len(pcm)))
	if text(heard.Words) != "beep beep beep" || heard.Language != "en" {
		t.Fatalf("heard %+v in %q", heard.Words, heard.Language)
	}
	for i, w := range heard.Words {
		if late := w.Start.Seconds() - begin[i]; math.Abs(late) > 0.1 {
			t.Errorf("beep %d sounds at %v s, and begins %.3f s later", i+1, begin[i], late)
		}
	}
}

// A message is one of protobuf, as far as ONNX files need it.
type message []byte

func (m message) number(field int, n int64) message {
	return binary.AppendUvarint(binary.AppendUvarint(m, uint64(field)<<3), uint64(n))
}

func (m message) bytes(field int, b []byte) message {
	m = binary.AppendUvarint(m, uint64(field)<<3|2)
	return append(binary.AppendUvarint(m, uint64(len(b))), b...)
}

func (m message) text(field int, s string) message { return m.bytes(field, []byte(s)) }

// loudness writes the model. The numbers of fields are those of onnx.proto3.
func loudness() []byte {
	node := func(op string, inputs []string, output string, attributes ...message) message {
		var m message
		for _, in := range inputs {
			m = m.text(1, in)
		}
		m = m.text(2, output).text(4, op)
		for _, a := range attributes {
			m = m.bytes(5, a)
		}
		return m
	}
	number := func(name string, n int64) message { return message{}.text(1, name).number(3, n).number(20, 2) }
	numbers := func(name string, list ...int64) message {
		m := message{}.text(1, name).number(20, 7)
		for _, n := range list {
			m = m.number(8, n)
		}
		return m
	}
	tensor := func(name string, values []float32, shape ...int64) message {
		var m, raw message
		for _, n := range shape {
			m = m.number(1, n)
		}
		for _, v := range values {
			raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
		}
		return m.number(2, 1).text(8, name).bytes(9, raw)
	}
	const float, whole = 1, 7
	value := func(name string, kind int64, shape ...string) message {
		var dims message
		for _, d := range shape {
			dims = dims.bytes(1, message{}.text(2, d))
		}
		return message{}.text(1, name).bytes(2, message{}.bytes(1, message{}.number(1, kind).bytes(2, dims)))
	}

	// features (N, 80, T) → their mean → (N, T, 1) → beep and blank, the one the other's opposite.
	graph := message{}.
		bytes(1, node("ReduceMean", []string{"audio_signal"}, "mean", numbers("axes", 1), number("keepdims", 1))).
		bytes(1, node("Transpose", []string{"mean"}, "turned", numbers("perm", 0, 2, 1))).
		bytes(1, node("MatMul", []string{"turned", "weights"}, "logits")).
		bytes(1, node("LogSoftmax", []string{"logits"}, "logprobs", number("axis", -1))).
		text(2, "loudness").
		bytes(5, tensor("weights", []float32{5, -5}, 1, 2)).
		bytes(11, value("audio_signal", float, "N", "C", "T")).
		bytes(11, value("length", whole, "N")).
		bytes(12, value("logprobs", float, "N", "T", "V"))
	file := message{}.number(1, 8).bytes(7, graph).bytes(8, message{}.number(2, 17))
	for key, v := range map[string]string{"model_type": "EncDecCTCModelBPE", "vocab_size": "1", "subsampling_factor": "1", "normalize_type": "per_feature"} {
		file = file.bytes(14, message{}.text(1, key).text(2, v))
	}
	return file
}
