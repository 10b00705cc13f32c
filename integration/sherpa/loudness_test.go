package sherpa

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/speech/sherpa"
	"github.com/cuepipe/cuepipe/internal/speech/speechtest"
)

// No model of these families can be fetched here, so three are made, in the form of
// NeMo's and of SenseVoice: they write "beep" where the sound is louder than it is on average. That
// their family is found by its metadata, that the library runs them, and that
// their tokens come with times does not depend on how much a model knows.
func TestModelsOfOtherFamiliesHaveTimes(t *testing.T) {
	begin := []float64{1, 2.5, 6} // seconds
	pcm := make([]int16, 8*speech.SampleRate)
	for _, s := range begin {
		for i := range speech.SampleRate / 2 {
			pcm[int(s*speech.SampleRate)+i] = int16(8000 * math.Sin(float64(i)*0.2) * math.Sin(float64(i)*0.013))
		}
	}
	for family, files := range map[string]map[string][]byte{
		"sense_voice":     {"model.int8.onnx": senseVoice(), "tokens.txt": []byte("<blk> 0\n▁beep 1\n<|ja|> 2\n<|NEUTRAL|> 3\n<|Speech|> 4\n<|woitn|> 5\n")},
		"nemo_ctc":        {"model.onnx": ctc()},
		"nemo_transducer": {"encoder.onnx": encoder(), "decoder.onnx": decoder(), "joiner.onnx": joiner()}, // as Parakeet TDT
	} {
		t.Run(family, func(t *testing.T) {
			name, language := "loudness-en", "en" // as the folder says
			if family == "sense_voice" {
				name, language = "loudness", "ja" // as it hears
			}
			folder := filepath.Join(t.TempDir(), name)
			if err := os.Mkdir(folder, 0o755); err != nil {
				t.Fatal(err)
			}
			if files["tokens.txt"] == nil {
				files["tokens.txt"] = []byte("▁beep 0\n<blk> 1\n")
			}
			for name, content := range files {
				if err := os.WriteFile(filepath.Join(folder, name), content, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			e, err := sherpa.Load(t.Context(), sherpa.Options{Program: shared(t).program, Folder: folder, Detector: always{}, DetectorName: "always"})
			if err != nil {
				t.Fatal(err)
			}
			defer e.Close()
			if !strings.Contains(e.Name(), " "+family+" "+name+" ") {
				t.Errorf("the engine is %q", e.Name())
			}
			heard, err := e.Recognise(t.Context(), pcm, nil)
			if err != nil {
				t.Fatal(err)
			}
			speechtest.Transcript(t, heard, speech.Duration(len(pcm)))
			if speechtest.Text(heard.Words) != "beep beep beep" || heard.Language != language {
				t.Fatalf("heard %+v in %q", heard.Words, heard.Language)
			}
			for i, w := range heard.Words {
				if late := w.Start.Seconds() - begin[i]; math.Abs(late) > 0.1 {
					t.Errorf("beep %d sounds at %v s, and begins %.3f s later", i+1, begin[i], late)
				}
				if family != "nemo_transducer" {
					continue
				}
				// It also says how long each is, and how probable.
				if long := w.End - w.Start; (long-640*time.Millisecond).Abs() > time.Millisecond || w.Probability <= 0.5 || w.Probability == 1 {
					t.Errorf("beep %d lasts %v with the probability %v", i+1, long, w.Probability)
				}
			}
		})
	}
}

// ctc is features (N, 80, T) → their mean → (N, T, 1) → beep and blank, the one
// the other's opposite.
func ctc() []byte {
	return onnxFile([]message{
		node("ReduceMean", []string{"audio_signal"}, []string{"mean"}, list("axes", 1), attribute("keepdims", 1)),
		node("Transpose", []string{"mean"}, []string{"turned"}, list("perm", 0, 2, 1)),
		node("MatMul", []string{"turned", "weights"}, []string{"logits"}),
		node("LogSoftmax", []string{"logits"}, []string{"logprobs"}, attribute("axis", -1)),
	}, []message{weights("weights", 5, -5)},
		[]message{value("audio_signal", float, "N", "C", "T"), value("length", int64s, "N")},
		[]message{value("logprobs", float, "N", "T", 2)},
		map[string]string{"model_type": "EncDecCTCModelBPE", "vocab_size": "1", "subsampling_factor": "1", "normalize_type": "per_feature"})
}

// encoder is features (N, 80, T) → their mean, of every eighth frame.
func encoder() []byte {
	return onnxFile([]message{
		node("ReduceMean", []string{"audio_signal"}, []string{"mean"}, list("axes", 1), attribute("keepdims", 1)),
		node("Slice", []string{"mean", "start", "end", "axis", "step"}, []string{"outputs"}),
		node("Add", []string{"length", "seven"}, []string{"more"}),
		node("Div", []string{"more", "eight"}, []string{"encoded_lengths"}),
	}, []message{whole("start", 0), whole("end", math.MaxInt32), whole("axis", 2), whole("step", 8), whole("seven", 7), whole("eight", 8)},
		[]message{value("audio_signal", float, "N", "C", "T"), value("length", int64s, "N")},
		[]message{value("outputs", float, "N", 1, "S"), value("encoded_lengths", int64s, "N")},
		map[string]string{"model_type": "EncDecRNNTBPEModel", "vocab_size": "1", "subsampling_factor": "8", "normalize_type": "per_feature",
			"pred_rnn_layers": "1", "pred_hidden": "1", "url": "https://example.org/parakeet-tdt"})
}

// decoder has the last token as its output, and keeps its states.
func decoder() []byte {
	return onnxFile([]message{
		node("Cast", []string{"targets"}, []string{"number"}, attribute("to", float)),
		node("Reshape", []string{"number", "shape"}, []string{"outputs"}),
		node("Identity", []string{"target_length"}, []string{"prednet_lengths"}),
		node("Identity", []string{"states"}, []string{"states.after"}),
		node("Identity", []string{"cells"}, []string{"cells.after"}),
	}, []message{whole("shape", 1, 1, 1)},
		[]message{value("targets", int32s, "N", "U"), value("target_length", int32s, "N"), value("states", float, 1, "N", 1), value("cells", float, 1, "N", 1)},
		[]message{value("outputs", float, "N", 1, "U"), value("prednet_lengths", int32s, "N"), value("states.after", float, 1, "N", 1), value("cells.after", float, 1, "N", 1)},
		nil)
}

// joiner says beep or blank, and then for how many frames: loud sound is a beep
// that lasts eight, quiet sound a blank of one. The last token is of no weight.
func joiner() []byte {
	return onnxFile([]message{
		node("MatMul", []string{"encoder_outputs", "weights"}, []string{"heard"}),
		node("Mul", []string{"decoder_outputs", "nothing"}, []string{"forgotten"}),
		node("Add", []string{"heard", "forgotten"}, []string{"outputs"}),
	}, []message{weights("weights", 5, -5, 0, -5, 0, 0, 0, 0, 0, 0, 5), weights("nothing", 0)},
		[]message{value("encoder_outputs", float, "N", 1, 1), value("decoder_outputs", float, "N", 1, 1)},
		[]message{value("outputs", float, "N", 1, 11)}, nil)
}

// senseVoice is stacked features (N, T, 560) → their mean, which is below 0 in
// silence → beep and blank, after four tokens for what kind of sound it is.
func senseVoice() []byte {
	kind := make([]float32, 4*6)
	for i := range 4 {
		kind[i*6+2+i] = 50
	}
	zeros, ones := strings.Repeat("0,", 559)+"0", strings.Repeat("1,", 559)+"1"
	return onnxFile([]message{
		node("ReduceMean", []string{"x"}, []string{"mean"}, list("axes", 2), attribute("keepdims", 1)),
		node("MatMul", []string{"mean", "weights"}, []string{"heard"}),
		node("Reshape", []string{"kind", "shape"}, []string{"before"}),
		node("Concat", []string{"before", "heard"}, []string{"logits"}, attribute("axis", 1)),
	}, []message{weights("weights", -5, 5, 0, 0, 0, 0), weights("kind", kind...), whole("shape", 1, 4, 6)},
		[]message{value("x", float, "N", "T", 560), value("x_length", int32s, "N"), value("language", int32s, "N"), value("text_norm", int32s, "N")},
		[]message{value("logits", float, "N", "S", 6)},
		map[string]string{"model_type": "sense_voice_ctc", "vocab_size": "6", "lfr_window_size": "7", "lfr_window_shift": "6", "normalize_samples": "0",
			"with_itn": "14", "without_itn": "15", "lang_auto": "0", "lang_zh": "3", "lang_en": "4", "lang_ja": "11", "lang_ko": "12", "lang_yue": "7",
			"neg_mean": zeros, "inv_stddev": ones})
}
