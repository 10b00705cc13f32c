package main

import (
	"fmt"
	"math"
	"strings"

	"github.com/cuepipe/cuepipe/internal/speech/sherpa/model"
	"github.com/cuepipe/cuepipe/internal/speech/sherpa/wire"

	sherpa "github.com/k2-fsa/sherpa-onnx-go-linux"
)

const sampleRate = 16000

func version() string { return sherpa.GetVersion() }

// A recogniser is one loaded model.
type recogniser struct {
	family model.Family
	inner  *sherpa.OfflineRecognizer
}

// newRecogniser loads a model. Sherpa-onnx may end the process instead of
// returning.
func newRecogniser(m model.Model) (*recogniser, error) {
	c := config(m)
	inner := sherpa.NewOfflineRecognizer(&c)
	if inner == nil {
		return nil, fmt.Errorf("sherpa-onnx cannot load the model in %s as one of the family %s", m.Dir, m.Family)
	}
	return &recogniser{m.Family, inner}, nil
}

// config puts a model's files where sherpa-onnx looks for its family.
func config(m model.Model) sherpa.OfflineRecognizerConfig {
	c := sherpa.OfflineRecognizerConfig{
		FeatConfig:     sherpa.FeatureConfig{SampleRate: sampleRate, FeatureDim: 80},
		DecodingMethod: "greedy_search",
	}
	f, to := m.Files, &c.ModelConfig
	to.Tokens, to.NumThreads, to.Provider = f["tokens"], m.Threads, "cpu"
	// Sherpa-onnx knows languages without their regions.
	language, _, _ := strings.Cut(m.Language, "-")
	switch m.Family {
	case model.Whisper:
		to.Whisper = sherpa.OfflineWhisperModelConfig{
			Encoder: f["encoder"], Decoder: f["decoder"], Language: language, Task: "transcribe", TailPaddings: -1,
			EnableTokenTimestamps: 1, // a model without them says so on standard error
		}
	case model.Transducer, model.NeMo:
		to.Transducer = sherpa.OfflineTransducerModelConfig{Encoder: f["encoder"], Decoder: f["decoder"], Joiner: f["joiner"]}
		to.ModelType = string(m.Family) // the only families that are not told apart by where their files are put
	case model.SenseVoice:
		if language == "" {
			language = "auto"
		}
		to.SenseVoice = sherpa.OfflineSenseVoiceModelConfig{Model: f["model"], Language: language, UseInverseTextNormalization: 1}
	case model.Paraformer:
		to.Paraformer.Model = f["model"]
	case model.NeMoCTC:
		to.NemoCTC.Model = f["model"]
	case model.ZipformerCTC:
		to.ZipformerCtc.Model = f["model"]
	case model.WenetCTC:
		to.WenetCtc.Model = f["model"]
	case model.TeleSpeech:
		to.TeleSpeechCtc, to.ModelType = f["model"], "telespeech_ctc"
	case model.Dolphin:
		to.Dolphin.Model = f["model"]
	case model.Moonshine:
		to.Moonshine = sherpa.OfflineMoonshineModelConfig{
			Preprocessor: f["preprocessor"], Encoder: f["encoder"], UncachedDecoder: f["uncached_decoder"], CachedDecoder: f["cached_decoder"],
		}
	case model.MoonshineV2:
		to.Moonshine = sherpa.OfflineMoonshineModelConfig{Encoder: f["encoder"], MergedDecoder: f["merged_decoder"]}
	}
	return c
}

// hear recognises one sound.
func (r *recogniser) hear(pcm []int16) wire.Answer {
	if len(pcm) == 0 {
		return wire.Answer{}
	}
	sound := make([]float32, len(pcm))
	for i, v := range pcm {
		sound[i] = float32(v) / 32768
	}
	stream := sherpa.NewOfflineStream(r.inner)
	if stream == nil {
		return wire.Answer{Problem: "sherpa-onnx makes no stream"}
	}
	defer sherpa.DeleteOfflineStream(stream)
	stream.AcceptWaveform(sampleRate, sound)
	r.inner.Decode(stream)
	return answer(r.family, stream.GetResult(), float64(len(pcm))/sampleRate)
}

// answer turns a result of a sound of so many seconds into what the engine
// expects: times in order and inside of the sound, which some models, whose
// times come from where they looked, do not always have.
func answer(family model.Family, result *sherpa.OfflineRecognizerResult, seconds float64) wire.Answer {
	// SenseVoice writes its languages as tokens: <|en|>.
	a := wire.Answer{Text: strings.ToValidUTF8(result.Text, ""), Language: strings.Trim(result.Lang, "<|>")}
	n := len(result.Tokens)
	if n == 0 || len(result.Timestamps) != n {
		return a
	}
	before := 0.0
	for i, text := range spelled(family, result.Tokens) {
		t := wire.Token{Text: []byte(text), Start: within(before, float64(result.Timestamps[i]), seconds)}
		if len(result.Durations) == n {
			t.Length = within(0, float64(result.Durations[i]), seconds)
		}
		if len(result.YsLogProbs) == n {
			t.Probability = probability(float64(result.YsLogProbs[i]))
		}
		before = t.Start
		a.Tokens = append(a.Tokens, t)
	}
	return a
}

// probability is of a logarithm what an answer may have; 0, which says nothing,
// only where that is no number.
func probability(log float64) float64 {
	if math.IsNaN(log) {
		return 0
	}
	return within(1e-6, math.Exp(log), 1)
}

// within is v between low and high; low where v is no number.
func within(low, v, high float64) float64 {
	if !(v > low) {
		return low
	}
	return min(v, high)
}

// spelled gives tokens the spaces that sherpa-onnx leaves to the reader.
func spelled(family model.Family, tokens []string) []string {
	out := make([]string, len(tokens))
	within := false // a word that goes on
	for i, t := range tokens {
		t = strings.ReplaceAll(t, "▁", " ")
		// Paraformer marks the parts of a Latin word but its last: "hel@@", "lo".
		if family == model.Paraformer {
			whole, more := strings.CutSuffix(t, "@@")
			if !within && whole != "" && whole[0] < 0x80 {
				whole = " " + whole
			}
			t, within = whole, more
		}
		out[i] = t
	}
	return out
}
