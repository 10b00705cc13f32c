package sherpa

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/speech/sherpa"
	"github.com/cuepipe/cuepipe/internal/speech/speechtest"
)

// The tokens of a Whisper that was made for the test, and after which each of
// them comes.
const (
	hallo = iota
	welt
	eot
	sot
	english
	german
	translate
	transcribe
	noSpeech
	noTimestamps
	vocabulary
)

var next = map[int]int{sot: german, noTimestamps: hallo, hallo: welt, welt: eot}

// A Whisper that says the same of every sound: its family is told by its names,
// it hears itself which language it is, and its words, which have no times, are
// where somebody speaks.
func TestAWhisperHearsItsLanguage(t *testing.T) {
	for settings, language := range map[string]string{"{}": "de", `{"language": "en-GB"}`: "en-GB"} {
		folder := filepath.Join(t.TempDir(), "whisper-made")
		if err := os.Mkdir(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		table := ""
		for token, text := range []string{" Hallo", " Welt."} {
			table += fmt.Sprintf("%s %d\n", base64.StdEncoding.EncodeToString([]byte(text)), token)
		}
		for name, content := range map[string][]byte{
			"made-encoder.int8.onnx": whisperEncoder(), "made-decoder.int8.onnx": whisperDecoder(), "made-tokens.txt": []byte(table), "engine.json": []byte(settings),
		} {
			if err := os.WriteFile(filepath.Join(folder, name), content, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		e, err := sherpa.Load(t.Context(), sherpa.Options{Program: shared(t).program, Folder: folder, Detector: shared(t).detector, DetectorName: "silero-vad 5"})
		if err != nil {
			t.Fatal(err)
		}
		defer e.Close()
		pcm := samples(t, "jfk.wav")
		heard, err := e.Recognise(t.Context(), pcm, nil)
		if err != nil {
			t.Fatal(err)
		}
		speechtest.Transcript(t, heard, speech.Duration(len(pcm)))
		if speechtest.Text(heard.Words) != "Hallo Welt." || heard.Language != language || !strings.Contains(heard.Engine, " whisper whisper-made ") {
			t.Errorf("%s: %q in %q by %s", settings, speechtest.Text(heard.Words), heard.Language, heard.Engine)
		}
		silence := make([]int16, 3*speech.SampleRate)
		if heard, err = e.Recognise(t.Context(), silence, nil); err != nil || len(heard.Words) > 0 {
			t.Errorf("silence: %+v, %v", heard, err)
		}
	}
}

func whisperEncoder() []byte {
	return onnxFile([]message{
		node("ReduceMean", []string{"mel"}, []string{"mean"}, list("axes", 1), attribute("keepdims", 1)),
		node("Reshape", []string{"mean", "shape"}, []string{"n_layer_cross_k"}),
		node("Identity", []string{"n_layer_cross_k"}, []string{"n_layer_cross_v"}),
	}, []message{whole("shape", 1, 1, -1, 1)},
		[]message{value("mel", float, "N", 80, "T")},
		[]message{value("n_layer_cross_k", float, 1, "N", "T", 1), value("n_layer_cross_v", float, 1, "N", "T", 1)},
		map[string]string{
			"model_type": "whisper-made", "n_mels": "80", "n_text_layer": "1", "n_text_ctx": "64", "n_text_state": "1", "n_vocab": fmt.Sprint(vocabulary),
			"sot": fmt.Sprint(sot), "eot": fmt.Sprint(eot), "blank_id": fmt.Sprint(eot), "translate": fmt.Sprint(translate), "transcribe": fmt.Sprint(transcribe),
			"no_speech": fmt.Sprint(noSpeech), "no_timestamps": fmt.Sprint(noTimestamps), "is_multilingual": "1",
			"sot_sequence": fmt.Sprintf("%d,%d,%d", sot, english, transcribe), "sot_index": "0",
			"all_language_tokens": fmt.Sprintf("%d,%d", english, german), "all_language_codes": "en,de",
		})
}

// whisperDecoder says after each token the one that comes next.
func whisperDecoder() []byte {
	table := make([]float32, vocabulary*vocabulary)
	for token, then := range next {
		table[token*vocabulary+then] = 9
	}
	return onnxFile([]message{
		node("Reshape", []string{"flat", "shape"}, []string{"table"}),
		node("Gather", []string{"table", "tokens"}, []string{"logits"}),
		node("Identity", []string{"in_n_layer_self_k_cache"}, []string{"out_n_layer_self_k_cache"}),
		node("Identity", []string{"in_n_layer_self_v_cache"}, []string{"out_n_layer_self_v_cache"}),
	}, []message{weights("flat", table...), whole("shape", vocabulary, vocabulary)},
		[]message{
			value("tokens", int64s, "N", "U"), value("in_n_layer_self_k_cache", float, 1, "N", 64, 1), value("in_n_layer_self_v_cache", float, 1, "N", 64, 1),
			value("n_layer_cross_k", float, 1, "N", "T", 1), value("n_layer_cross_v", float, 1, "N", "T", 1), value("offset", int64s, 1),
		},
		[]message{value("logits", float, "N", "U", vocabulary), value("out_n_layer_self_k_cache", float, 1, "N", 64, 1), value("out_n_layer_self_v_cache", float, 1, "N", 64, 1)},
		nil)
}
