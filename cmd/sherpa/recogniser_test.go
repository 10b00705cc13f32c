package main

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/cuepipe/cuepipe/internal/speech/sherpa/model"
	"github.com/cuepipe/cuepipe/internal/speech/sherpa/wire"

	sherpa "github.com/k2-fsa/sherpa-onnx-go-linux"
)

func TestAnAnswerHasWhatTheModelGives(t *testing.T) {
	half := float32(math.Log(0.5))
	for name, test := range map[string]struct {
		result sherpa.OfflineRecognizerResult
		want   wire.Answer
	}{
		"text only": {
			sherpa.OfflineRecognizerResult{Text: "a b", Tokens: []string{" a", " b"}},
			wire.Answer{Text: "a b"}},
		"starts": {
			sherpa.OfflineRecognizerResult{Text: "a b", Tokens: []string{"▁a", "▁b"}, Timestamps: []float32{0.5, 1}, Lang: "<|yue|>"},
			wire.Answer{Text: "a b", Language: "yue", Tokens: []wire.Token{{Text: []byte(" a"), Start: 0.5}, {Text: []byte(" b"), Start: 1}}}},
		"everything": {
			sherpa.OfflineRecognizerResult{Text: "a", Tokens: []string{" a"}, Timestamps: []float32{0.5}, Durations: []float32{0.25}, YsLogProbs: []float32{half}, Lang: "en"},
			wire.Answer{Text: "a", Language: "en", Tokens: []wire.Token{{Text: []byte(" a"), Start: 0.5, Length: 0.25, Probability: math.Exp(float64(half))}}}},
		"times that cannot be": {
			sherpa.OfflineRecognizerResult{Tokens: []string{"a", "b", "c"}, Timestamps: []float32{3, 1, 99}, Durations: []float32{-1, 99, float32(math.NaN())}, YsLogProbs: []float32{1, -1000, float32(math.NaN())}},
			wire.Answer{Tokens: []wire.Token{{Text: []byte("a"), Start: 3, Probability: 1}, {Text: []byte("b"), Start: 3, Length: 4, Probability: 1e-6}, {Text: []byte("c"), Start: 4}}}},
		"half a character": {
			sherpa.OfflineRecognizerResult{Text: "\xc3", Tokens: []string{"\xc3"}, Timestamps: []float32{1}},
			wire.Answer{Tokens: []wire.Token{{Text: []byte("\xc3"), Start: 1}}}},
	} {
		got := answer(model.Transducer, &test.result, 4)
		if !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: %+v, want %+v", name, got, test.want)
		}
		if err := got.Check(4); err != nil {
			t.Errorf("%s: the engine would refuse it: %v", name, err)
		}
	}
}

func TestParaformersPartsOfWords(t *testing.T) {
	tokens := []string{"我", "说", "hel@@", "lo", "wor@@", "l@@", "d", "了"}
	if got := spelled(model.Paraformer, tokens); strings.Join(got, "") != "我说 hello world了" {
		t.Errorf("%q became %q", tokens, got)
	}
	if got := spelled(model.SenseVoice, tokens); !slices.Equal(got, tokens) {
		t.Errorf("of another family %q became %q", tokens, got)
	}
}

// Every family's files are given to sherpa-onnx: what model.Find found is in the
// configuration, once.
func TestConfigNamesEveryFile(t *testing.T) {
	for family, roles := range map[model.Family][]string{
		model.Whisper: {"encoder", "decoder"}, model.Transducer: {"encoder", "decoder", "joiner"}, model.NeMo: {"encoder", "decoder", "joiner"},
		model.SenseVoice: {"model"}, model.Paraformer: {"model"}, model.NeMoCTC: {"model"}, model.ZipformerCTC: {"model"}, model.WenetCTC: {"model"},
		model.TeleSpeech: {"model"}, model.Dolphin: {"model"}, model.MoonshineV2: {"encoder", "merged_decoder"},
		model.Moonshine: {"preprocessor", "encoder", "uncached_decoder", "cached_decoder"},
	} {
		m := model.Model{Family: family, Language: "pt-BR", Threads: 3, Files: map[string]string{}}
		for _, role := range append(roles, "tokens") {
			m.Files[role] = "the " + role
		}
		c := config(m)
		given := texts(reflect.ValueOf(c.ModelConfig))
		for _, path := range m.Files {
			if n := len(slices.DeleteFunc(slices.Clone(given), func(s string) bool { return s != path })); n != 1 {
				t.Errorf("%s: %q is given %d times", family, path, n)
			}
		}
		if c.ModelConfig.NumThreads != 3 || c.FeatConfig.SampleRate != sampleRate {
			t.Errorf("%s: %+v", family, c)
		}
		if family == model.Whisper && c.ModelConfig.Whisper.Language != "pt" {
			t.Errorf("Whisper is held to %q", c.ModelConfig.Whisper.Language)
		}
	}
}

// texts are all strings in a value.
func texts(v reflect.Value) (found []string) {
	switch v.Kind() {
	case reflect.String:
		return []string{v.String()}
	case reflect.Struct:
		for i := range v.NumField() {
			found = append(found, texts(v.Field(i))...)
		}
	}
	return found
}

func TestAFolderThatIsNoModelIsSaidInTheHello(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "films")
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	var line bytes.Buffer
	if err := run(folder, nil, &line); err != nil {
		t.Fatal(err)
	}
	if hello, err := wire.Read[wire.Hello](&line); err != nil || !strings.Contains(hello.Problem, folder) {
		t.Errorf("%+v, %v", hello, err)
	}
}
