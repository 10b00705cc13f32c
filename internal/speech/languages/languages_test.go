package languages

import (
	"os"
	"regexp"
	"slices"
	"testing"
)

func TestTagsAndCodes(t *testing.T) {
	for tag, want := range map[string]string{
		"de": "de-DE", "DE": "de-DE", "de-CH": "de-CH", "de-at": "de-DE", "en": "en-US", "en-GB": "en-GB", "en-CA": "en-US",
		"es": "es-ES", "es-MX": "es-US", "es-419": "es-US", "pt": "pt-BR", "pt-PT": "pt-PT", "zh": "zh-CN", "zh-Hant": "zh-TW", "zh-Hant-TW": "zh-TW",
		"zh-Hant-HK": "zh-HK", "zh-SG": "zh-CN", "yue": "zh-HK", "nb": "no-NO", "nn-NO": "no-NO", "fil": "tl-PH", "ja": "ja-JP", "ja-Latn-JP": "ja-JP",
		"ckb": "ckb-IQ", "he": "he-IL", "ar": "ar-SA", "ar-EG": "ar-SA",
	} {
		if got, ok := Code(tag); got != want || !ok {
			t.Errorf("%s is %q, %v; want %s", tag, got, ok, want)
		}
	}
	for _, tag := range []string{"", Unknown, "tlh", "d", "deu", "-", "-de", "mul"} {
		if got, ok := Code(tag); ok {
			t.Errorf("%q is %s", tag, got)
		}
	}
	for _, code := range All() {
		if got, ok := Code(code); got != code || !ok {
			t.Errorf("%s is %q", code, got)
		}
	}
}

func TestTidyTags(t *testing.T) {
	for tag, want := range map[string]string{"DE": "de", "de-ch": "de-CH", "ZH-HANT-tw": "zh-Hant-TW", "es-419": "es-419", "de-CH-1996": "de-CH-1996", "": ""} {
		if got := Tidy(tag); got != want {
			t.Errorf("%s is %s, want %s", tag, got, want)
		}
	}
}

// People choose by the list in the documentation.
func TestTheDocumentationListsEveryCode(t *testing.T) {
	b, err := os.ReadFile("../../../docs/languages.md")
	if err != nil {
		t.Fatal(err)
	}
	list := regexp.MustCompile(`(?s)\nAbkhaz .*?\.\n\n`).FindString(string(b))
	listed := regexp.MustCompile("[a-z]{2,3}-[A-Z]{2}").FindAllString(list, -1)
	want := All()
	slices.Sort(want)
	slices.Sort(listed)
	if !slices.Equal(listed, want) {
		t.Errorf("docs/languages.md lists %d of %d codes: %v", len(listed), len(want), listed)
	}
}
