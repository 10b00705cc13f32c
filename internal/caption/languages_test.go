package caption

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/speech"
)

func said(texts ...string) []speech.Word {
	words := make([]speech.Word, len(texts))
	for i, text := range texts {
		at := time.Duration(i) * 300 * ms
		words[i] = speech.Word{Text: text, Start: at, End: at + 280*ms}
	}
	return words
}

// In a language without spaces lines break between words, and nothing stands
// between them; words of other scripts keep their spaces.
func TestLanguagesWithoutSpaces(t *testing.T) {
	for name, c := range map[string]struct {
		language string
		words    []string
		want     string // all lines, without breaks
	}{
		"Japanese":             {"ja", []string{"すべて", "の", "人間", "は、", "生まれ", "ながら", "に", "して", "自由", "で", "あり、", "かつ、", "尊厳", "と", "権利", "と", "に", "ついて", "平等", "で", "ある。"}, "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。"},
		"Chinese with English": {"zh-CN", []string{"他", "用", "New", "York", "的", "iPhone", "15", "打", "电话。"}, "他用New York的iPhone 15打电话。"},
		"Thai":                 {"th-TH", []string{"มนุษย์", "ทั้งหลาย", "เกิด", "มา"}, "มนุษย์ทั้งหลายเกิดมา"},
		"Korean":               {"ko", []string{"모든", "인간은", "태어날", "때부터"}, "모든 인간은 태어날 때부터"},
		"German":               {"de", []string{"Alle", "Menschen", "sind", "frei."}, "Alle Menschen sind frei."},
	} {
		p := Default().In(c.language)
		cues := Layout(said(c.words...), p)
		var lines []string
		for _, cue := range cues {
			lines = append(lines, cue.Lines...)
		}
		glue := ""
		if !p.spaceless() {
			glue = " "
		}
		if got := strings.Join(lines, glue); got != c.want {
			t.Errorf("%s: %q", name, lines)
		}
		// Every line ends where a word does.
		rest := slices.Clone(c.words)
		for _, line := range lines {
			for line = strings.ReplaceAll(line, " ", ""); line != ""; rest = rest[1:] {
				after, whole := strings.CutPrefix(line, rest[0])
				if !whole {
					t.Fatalf("%s: a line breaks inside of %q: %q", name, rest[0], lines)
				}
				line = after
			}
		}
		for _, f := range Check(cues, p) {
			if always[f.Rule] {
				t.Errorf("%s: %v", name, f)
			}
		}
		var plain bytes.Buffer
		if err := WritePlain(&plain, Track{Language: c.language, Cues: cues}); err != nil || strings.TrimSpace(plain.String()) != c.want {
			t.Errorf("%s as plain text is %q, %v", name, plain.String(), err)
		}
	}
}

func TestWideCharactersNeedShorterLines(t *testing.T) {
	for language, want := range map[string]int{"ja-JP": 13, "zh-TW": 16, "ko": 16, "de": 42, "th": 42, "": 42, "en-GB": 42} {
		if p := Default().In(language); p.MaxCharsPerLine != want || p.Language != language {
			t.Errorf("%s has lines of %d", language, p.MaxCharsPerLine)
		}
	}
}

// English grammar costs nothing in German: a break after "in" is as good as any.
func TestOtherLanguagesHaveNoEnglishGrammar(t *testing.T) {
	for _, pair := range [][2]string{{"in", "die"}, {"an", "das"}, {"war", "so"}, {"am", "Ende"}} {
		a, b := newBound(pair[0], false), newBound(pair[1], false)
		if got := breakCost(a, b, false, Default().In("de").english()); got != plainBreak {
			t.Errorf("%v costs %d", pair, got)
		}
	}
}
