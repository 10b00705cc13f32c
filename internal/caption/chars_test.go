package caption

import (
	"strings"
	"testing"
)

func TestChars(t *testing.T) {
	for s, want := range map[string]int{
		"":                    0,
		"abc":                 3,
		"naïve":               5,
		"nai\u0308ve":         5,
		"\u0301":              1, // alone, a mark takes a place
		"שלום":                4,
		"\u200fשלום\u200e":    4,
		"👍🏽":                  1,
		"❤\ufe0f":             1,
		"👨‍👩‍👧‍👦":             1,
		"👨‍👩‍👧‍👦👍🏽!":          3,
		"🇩🇪":                  1,
		"🇩🇪🇫🇷":                2,
		"🇩🇪🇫":                 2,
		"soft\u00adhyphen":    10,
		"नमस्ते":              4,
		"日本語":                 3,
		"3\u202f000":          5,
		"\xff":                1,
		"a\u200db":            2, // a joiner ties emoji, not letters
		"e\u0301\u0302\u0303": 1,
	} {
		if got := Chars(s); got != want {
			t.Errorf("Chars(%q) = %d, want %d", s, got, want)
		}
	}
}

func TestClean(t *testing.T) {
	for s, want := range map[string]string{
		"  a b  ":               "a b",
		"a\nb\r\nc\td":          "a b  c d",
		"a\u2028b\u2029c\u0085": "a b c",
		"\ufeffa\x00b\x1b[0m":   "ab[0m",
		"a\xffb":                "a\ufffdb",
		"\u00a0":                "",
		"3\u00a0000":            "3\u00a0000",
	} {
		if got := clean(s); got != want {
			t.Errorf("clean(%q) = %q, want %q", s, got, want)
		}
	}
}

func TestPieces(t *testing.T) {
	for _, c := range []struct {
		word string
		max  int
		want string
	}{
		{"", 5, ""},
		{"abcd", 5, "abcd"},
		{"abcde", 5, "abcde"},
		{"abcdef", 5, "abc|def"},
		{"abcdefghijk", 5, "abcd|efgh|ijk"},
		{"abc-defg", 5, "abc-|defg"},
		{"a-bcdefg", 5, "a-bc|defg"}, // too early: the line would be nearly empty
		{"ab–cdefg", 5, "ab–|cdefg"},
		{"e\u0301e\u0301e\u0301", 2, "e\u0301e\u0301|e\u0301"},
		{"🇩🇪🇫🇷🇪🇸", 1, "🇩🇪|🇫🇷|🇪🇸"},
		{"abc\u200d\u200d", 2, "ab|c\u200d\u200d"},
	} {
		if got := strings.Join(pieces(c.word, c.max), "|"); got != c.want {
			t.Errorf("pieces(%q, %d) = %q, want %q", c.word, c.max, got, c.want)
		}
	}
}

func TestWords(t *testing.T) {
	for text, want := range map[string]int{
		"": 0, " ": 0, "one": 1, "one two": 2, "  one\ttwo ": 2, "one-two": 1, "AT&T": 1, "- Yes. – No.": 2, "♪": 0, "♪ la la ♪": 2,
		"3\u00a0000 people": 2, "3 000 people": 3, "你好世界": 1, "\u200d": 0, "?!": 0, "e\u0301": 1,
	} {
		if got := Words(text); got != want {
			t.Errorf("Words(%q) = %d, want %d", text, got, want)
		}
	}
}
