package upload

import (
	"errors"
	"testing"

	"github.com/cuepipe/cuepipe/internal/video"
)

func TestWhatNeedsTheServiceIsAdmittedOnlyWithIt(t *testing.T) {
	for name, c := range map[string]struct {
		options       video.Options
		without, with string // the refusal's code; empty: it is admitted
		kept          string // the language
	}{
		"English":                      {video.Options{Language: "en"}, "", "", "en"},
		"English of Great Britain":     {video.Options{Language: "EN-gb"}, "", "", "en-GB"},
		"nothing":                      {video.Options{}, "", "", ""},
		"German":                       {video.Options{Language: "de"}, "language_not_offered", "", "de"},
		"Chinese in its old letters":   {video.Options{Language: "zh-hant-tw"}, "language_not_offered", "", "zh-Hant-TW"},
		"one to be found":              {video.Options{Language: "und"}, "language_not_offered", "", "und"},
		"Klingon":                      {video.Options{Language: "tlh"}, "language_not_offered", "language_not_offered", ""},
		"speakers":                     {video.Options{Speakers: 2}, "speakers_not_offered", "", ""},
		"speakers of English":          {video.Options{Language: "en-GB", Speakers: 30}, "speakers_not_offered", "", "en-GB"},
		"speakers of Klingon":          {video.Options{Language: "tlh", Speakers: 2}, "speakers_not_offered", "language_not_offered", ""},
		"one speaker":                  {video.Options{Speakers: 1}, "invalid_speakers", "invalid_speakers", ""},
		"more than can be told apart":  {video.Options{Speakers: 31}, "invalid_speakers", "invalid_speakers", ""},
		"fewer than none":              {video.Options{Speakers: -2}, "invalid_speakers", "invalid_speakers", ""},
		"a language that is no tag":    {video.Options{Language: "../de"}, "invalid_language", "invalid_language", ""},
		"a language that is too short": {video.Options{Language: "d"}, "invalid_language", "invalid_language", ""},
	} {
		for service, want := range map[bool]string{false: c.without, true: c.with} {
			got, err := AdmitOptions(c.options, service)
			var refusal *Refusal
			switch {
			case want == "" && (err != nil || got.Language != c.kept):
				t.Errorf("%s, with a service %v: %q, %v", name, service, got.Language, err)
			case want != "" && (!errors.As(err, &refusal) || refusal.Code != want || len(refusal.Message) < 40):
				t.Errorf("%s, with a service %v: %v, want %s", name, service, err, want)
			}
		}
	}
}
