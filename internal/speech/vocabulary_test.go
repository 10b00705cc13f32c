package speech

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
)

func table(tokens ...string) string {
	var b strings.Builder
	for i, t := range tokens {
		fmt.Fprintf(&b, "%s %d\n", base64.StdEncoding.EncodeToString([]byte(t)), i)
	}
	return b.String()
}

func TestVocabulary(t *testing.T) {
	v, err := ReadVocabulary(strings.NewReader(table("<unk>", "", "▁Hello", "\xc3", "ö")))
	if err != nil {
		t.Fatal(err)
	}
	for token, want := range map[int64]string{0: "<unk>", 1: "", 2: " Hello", 3: "\xc3", 4: "ö", 5: "", -1: "", 32767: ""} {
		if got := v.Text(token); got != want {
			t.Errorf("token %d is %q, want %q", token, got, want)
		}
	}
}

func TestVocabularyRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"nothing":          "",
		"no number":        "YQ==\n",
		"a wrong number":   "YQ== 1\n",
		"a lost line":      "YQ== 0\nYg== 2\n",
		"not Base64":       "!! 0\n",
		"an endless line":  strings.Repeat("A", 1<<17) + " 0\n",
		"an empty line":    "YQ== 0\n\nYg== 1\n",
		"a number too far": "YQ== 99999999999999999999\n",
	} {
		if _, err := ReadVocabulary(strings.NewReader(text)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
