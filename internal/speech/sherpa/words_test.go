package sherpa

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/speech/sherpa/wire"

	"pgregory.net/rapid"
)

const ms = time.Millisecond

// speaking is an activity of 10 s with speech in its regions, given in ms.
func speaking(regions ...int) speech.Activity {
	a := speech.Activity{Frame: 512, Samples: 10 * sampleRate, Probabilities: make([]float32, 313)}
	for i := 0; i < len(regions); i += 2 {
		for f := range a.Probabilities {
			if at := f * 32; at >= regions[i] && at < regions[i+1] {
				a.Probabilities[f] = 0.95
			}
		}
	}
	return a
}

var whole = speech.Span{Start: 0, End: 10 * sampleRate}

func TestATextWithoutTimesIsSpreadOverTheSpeech(t *testing.T) {
	// Four words of four letters in two stretches of a second each.
	words := wordsOf(wire.Answer{Text: "abcd efgh ijkl mnop."}, speech.DefaultRules, speaking(1024, 2048, 4096, 5120), whole)
	want := []struct {
		text       string
		start, end time.Duration
	}{{"abcd", 1024, 1536}, {"efgh", 1536, 2048}, {"ijkl", 4096, 4608}, {"mnop.", 4608, 5120}}
	if len(words) != len(want) {
		t.Fatalf("words %+v", words)
	}
	for i, w := range words {
		if w.Text != want[i].text || (w.Start-want[i].start*ms).Abs() > 130*ms || (w.End-want[i].end*ms).Abs() > 130*ms || w.Probability != 1 {
			t.Errorf("word %+v, want %+v", w, want[i])
		}
	}
}

func TestTimesAreTheModelsOwn(t *testing.T) {
	tokens := []wire.Token{
		{Text: []byte(" Gr\xc3"), Start: 1.1, Probability: 0.5}, {Text: []byte("\xbc\xc3\x9fe"), Start: 1.3, Length: 0.2, Probability: 0.7}, {Text: []byte(" da"), Start: 4.2},
	}
	words := wordsOf(wire.Answer{Text: "something else", Tokens: tokens}, speech.DefaultRules, speaking(1024, 2048, 4096, 5120), whole)
	if len(words) != 2 || words[0].Text != "Grüße" || words[0].Start != 1100*ms || words[0].End != 1500*ms || words[0].Probability != 0.6 ||
		words[1].Text != "da" || words[1].Start != 4200*ms || words[1].End != 5*time.Second || words[1].Probability != 1 {
		t.Errorf("words %+v", words)
	}
}

func TestAScriptWithoutSpacesBecomesPhrases(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"今天天气很好，我们去公园。", "今天天气很好，|我们去公园。"},
		{"我用 Lambda 工作", "我用|Lambda|工作"},
		{"ไปไหน", "ไปไหน"},
		{"안녕하세요 여러분", "안녕하세요|여러분"},
		{"one two", "one|two"},
		{strings.Repeat("字", 30), strings.Repeat("字", 12) + "|" + strings.Repeat("字", 12) + "|" + strings.Repeat("字", 6)},
	} {
		var texts []string
		for _, w := range speech.Words(phrases(spread(split(test.text), []speech.Region{{Start: 0, End: 10 * time.Second}}))) {
			texts = append(texts, w.Text)
		}
		if got := strings.Join(texts, "|"); got != test.want {
			t.Errorf("%s became %s, want %s", test.text, got, test.want)
		}
	}
	// With times, at a pause.
	var tokens []wire.Token
	for i, c := range []string{"你", "好", "世", "界"} {
		tokens = append(tokens, wire.Token{Text: []byte(c), Start: 1 + 0.2*float64(i) + float64(i/2), Length: 0.2})
	}
	words := wordsOf(wire.Answer{Tokens: tokens}, speech.DefaultRules, speaking(900, 4000), whole)
	if len(words) != 2 || words[0].Text != "你好" || words[1].Text != "世界" {
		t.Errorf("words %+v", words)
	}
}

func TestALoopIsCutShort(t *testing.T) {
	said := "thank you for " + strings.Repeat("watching this film ", 40)
	words := wordsOf(wire.Answer{Text: said}, speech.DefaultRules, speaking(0, 10000), whole)
	if len(words) != 6 {
		t.Errorf("%d words: %+v", len(words), words)
	}
	var tokens []wire.Token
	for i := range 50 {
		tokens = append(tokens, wire.Token{Text: []byte(" no"), Start: float64(i) / 10})
	}
	if words := wordsOf(wire.Answer{Tokens: tokens}, speech.DefaultRules, speaking(0, 10000), whole); len(words) != 1 {
		t.Errorf("%d words of one that is repeated", len(words))
	}
}

func TestWordsOfAnyAnswerKeepTheContract(t *testing.T) {
	text := rapid.SampledFrom([]string{" a", "b", " c.", " ", ",", "\xc3", "\xa9", " naïve", "字", "。", "", "ー"})
	rapid.Check(t, func(t *rapid.T) {
		borders := rapid.SliceOfN(rapid.IntRange(0, 10000), 0, 6).Draw(t, "speech")
		slices.Sort(borders)
		activity := speaking(borders[:len(borders)/2*2]...)
		from := rapid.IntRange(0, 9*sampleRate).Draw(t, "from")
		span := speech.Span{Start: from, End: rapid.IntRange(from+sampleRate/2, 10*sampleRate).Draw(t, "to")}
		var a wire.Answer
		for _, part := range rapid.SliceOfN(text, 0, 30).Draw(t, "text") {
			a.Text += part
			if rapid.Bool().Draw(t, "timed") || len(a.Tokens) > 0 {
				a.Tokens = append(a.Tokens, wire.Token{
					Text: []byte(part), Start: rapid.Float64Range(0, 11).Draw(t, "start"), Length: rapid.Float64Range(0, 2).Draw(t, "length"),
					Probability: rapid.Float64Range(0, 1).Draw(t, "probability"),
				})
			}
		}
		slices.SortStableFunc(a.Tokens, func(x, y wire.Token) int {
			if x.Start < y.Start {
				return -1
			}
			return 1
		})
		before := speech.Duration(span.Start)
		for i, w := range wordsOf(a, speech.DefaultRules, activity, span) {
			if w.Text == "" || w.Start < before || w.End <= w.Start || w.End > speech.Duration(span.End) || w.Probability <= 0 || w.Probability > 1 {
				t.Fatalf("word %d, %+v, of %+v breaks the contract in %v", i, w, a, span)
			}
			before = w.End
		}
	})
}

func TestTheLanguageIsTheOneThatIsSpokenLongest(t *testing.T) {
	second := func(n int) []speech.Word { return []speech.Word{{Text: "a", End: time.Duration(n) * time.Second}} }
	for _, test := range []struct {
		fixed string
		heard map[string]int // seconds
		want  string
	}{
		{"", nil, "und"}, {"fr", nil, "fr"}, {"fr", map[string]int{"de": 3}, "fr"}, {"", map[string]int{"": 9}, "und"},
		{"", map[string]int{"": 9, "de": 1}, "de"}, {"", map[string]int{"de": 2, "en": 3}, "en"}, {"", map[string]int{"en": 2, "de": 2}, "de"},
	} {
		l := languages{}
		for language, n := range test.heard {
			l.add(language, second(n))
		}
		if got := l.most(test.fixed); got != test.want {
			t.Errorf("%q and %v give %q, want %q", test.fixed, test.heard, got, test.want)
		}
	}
}
