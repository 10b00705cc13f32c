package search

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// read lists a text's words, each with its place: "dont@0-5", and with what
// stands after an apostrophe: "lhomme/homme@0-7".
func read(text string) (words []string) {
	eachWord(text, func(w word) {
		s := string(w.text)
		if w.tail > 0 {
			s += "/" + s[w.tail:]
		}
		words = append(words, fmt.Sprintf("%s@%d-%d", s, w.from, w.to))
	})
	return words
}

func TestWords(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", ""},
		{"  — … !? 🎬 ", ""},
		{"Hello, World", "hello@0-5 world@7-12"},
		{"don't DON’T dont donʼt", "dont@0-5 dont@6-11 dont@12-16 dont@17-22"},
		{"'quoted' rock'n'roll dogs' o''clock", "quoted@1-7 rocknroll/roll@9-20 dogs@21-25 o@27-28 clock@30-35"},
		{"we're l'homme O'Brien", "were@0-5 lhomme/homme@6-13 obrien/brien@14-21"},
		{"Café cafe\u0301s", "cafe@0-4 cafes@5-11"},
		{"Straße STRASSE ẞ", "strasse@0-6 strasse@7-14 ss@15-16"},
		{"ΟΔΥΣΣΕΎΣ Ὀδυσσεύς", "οδυσσευσ@0-8 οδυσσευσ@9-17"},
		{"Łódź Ærø İstanbul ılık", "lodz@0-4 aero@5-8 istanbul@9-17 ilik@18-22"},
		{"ﬁnd Ｆｕｌｌ x² ½", "find@0-3 full@4-8 x2@9-11 1@12-13 2@12-13"},
		{"e-mail v1.2 10:30", "e@0-1 mail@2-6 v1@7-9 2@10-11 10@12-14 30@15-17"},
		{"soft\u00adhyphen z\u200dj", "softhyphen@0-11 zj@12-15"},
		{"字幕,です", "字@0-1 幕@1-2 て@3-4 す@4-5"},
		{"コーヒー ｺｰﾋｰ", "コ@0-1 ー@1-2 ヒ@2-3 ー@3-4 コ@5-6 ー@6-7 ヒ@7-8 ー@8-9"},
		{"ガｶﾞか\u3099", "カ@0-1 カ@1-3 か@3-5"},
		{"日本語test中", "日@0-1 本@1-2 語@2-3 test@3-7 中@7-8"},
		{"한국어 \u1112\u1161\u11ab", "한국어@0-3 한@4-7"},
		{"กิน ๑๒", "กิ@0-2 น@2-3 ๑๒@4-6"},
		{"हिन्दी", "हिनदी@0-6"},
		{"مُحَمَّد محمد", "محمد@0-8 محمد@9-13"},
		{"\u0301a", "a@1-2"},
		{"a\xffb", "a@0-1 b@2-3"},
	} {
		if got := strings.Join(read(c.text), " "); got != c.want {
			t.Errorf("%q: %s, want %s", c.text, got, c.want)
		}
	}
}

// Every letter that Unicode folds to another is found by it, by its upper and
// its lower case, and however it is composed.
func TestEveryLetterIsFoundInEveryForm(t *testing.T) {
	fold := cases.Fold()
	forms := func(s string) string { return strings.Join(wordsOf(s), " ") }
	tried := 0
	for r := range rune(utf8.MaxRune + 1) {
		if !unicode.In(r, unicode.L, unicode.N) || r == 'ʼ' { // which is an apostrophe
			continue
		}
		s := string(r)
		if strings.ContainsRune(norm.NFD.String(s), '\u0345') {
			continue // a small iota below is an accent here, and a letter to Unicode's folding
		}
		tried++
		want := forms(s)
		if !strings.ContainsFunc(norm.NFKD.String(s), func(r rune) bool { return unicode.In(r, unicode.L, unicode.N) }) {
			continue // an accent that stands by itself
		}
		if want == "" {
			t.Errorf("%U is no word", r)
		}
		for name, other := range map[string]string{"folded": fold.String(s), "upper": string(unicode.ToUpper(r)), "lower": string(unicode.ToLower(r)),
			"NFC": norm.NFC.String(s), "NFD": norm.NFD.String(s)} {
			if got := forms(other); got != want {
				t.Errorf("%U %s is %q, and %s, %s, is %q", r, s, want, name, other, got)
			}
		}
	}
	if tried < 100_000 {
		t.Errorf("only %d letters were tried", tried)
	}
}

func wordsOf(s string) (words []string) {
	eachWord(s, func(w word) { words = append(words, string(w.text)) })
	return words
}

// Folding what is folded changes nothing; places are within the text, in order,
// and begin and end with a letter's own code points.
func FuzzWords(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		length, last, from := utf8.RuneCountInString(text), 0, 0
		var folded []string
		eachWord(text, func(w word) {
			if len(w.text) == 0 || w.from >= w.to || w.from < from || w.to < last || w.to > length {
				t.Fatalf("%q: %q at %d to %d after %d", text, w.text, w.from, w.to, last)
			}
			if w.tail < 0 || w.tail >= len(w.text) || strings.ContainsAny(string(w.text), " \n'") {
				t.Fatalf("%q: %q, tail at %d", text, w.text, w.tail)
			}
			last, from = w.to, w.from
			folded = append(folded, string(w.text))
		})
		if again := wordsOf(strings.Join(folded, " ")); !slices.Equal(again, folded) {
			t.Errorf("%q: %q, and again %q", text, folded, again)
		}
	})
}

var seeds = []string{
	"Hello, World", "don't DON’T dont", "l'homme qu'il aujourd'hui", "Café cafe\u0301 ﬁ ½ ß ẞ İ ı ς", "字幕です 字 幕 コーヒー ｶﾞ", "กิน น้ำ ๑๒",
	"한국어 \u1112\u1161\u11ab ㄱ", "हिन्दी مُحَمَّد", "a\u0301\u0300' b''c '' \u0301", "\xff\xfe a\xffb", "x\u200dy so\u00adft ❤️ 👩‍👩‍👧", "ﷺ ㌀ ŉ Ǆ", "the the other then",
	"\u0e33 ก\u0e33 \u0345 ᾳ", "1,000.5 e-mail C++ v1",
}
