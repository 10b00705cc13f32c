package captioning

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/caption"
	"github.com/cuepipe/cuepipe/internal/speech"
)

// A film of a whole day, in which somebody talks without a pause.
func TestTheCaptionsOfADayCanBeAnsweredInEveryFormat(t *testing.T) {
	r := talk(24 * time.Hour)
	for _, f := range formats {
		var b bytes.Buffer
		if err := f.write(&b, r); err != nil {
			t.Fatalf("%s: %v", f.name, err)
		}
		if n := caption.Answered(b.Bytes()); n > caption.MostAnswered {
			t.Errorf("%s: %d bytes in an answer, and %d are the most", f.name, n, caption.MostAnswered)
		}
		if f.name != "json" {
			continue
		}
		if cues, words := inJSON(t, b.Bytes()); cues != len(r.track.Cues) || words != 0 {
			t.Errorf("%d of %d cues, and %d words", cues, len(r.track.Cues), words)
		}
	}
}

func TestJSONHasEveryWordWhereThatCanBeAnswered(t *testing.T) {
	r := talk(6 * time.Hour)
	var b bytes.Buffer
	if err := writeWithWords(&b, r); err != nil {
		t.Fatal(err)
	}
	if cues, words := inJSON(t, b.Bytes()); cues != len(r.track.Cues) || words != len(r.words) {
		t.Errorf("%d of %d cues, %d of %d words", cues, len(r.track.Cues), words, len(r.words))
	}
}

// talk is 150 words a minute in cues of two lines, each of which is shown too
// shortly for the profile.
func talk(length time.Duration) result {
	const each = 400 * time.Millisecond
	said := []string{"the", "speech", "of", "somebody", "who", "talks", "about", "things", "and", "never", "ends", "it,"}
	r := result{track: caption.Track{Language: "en"}, profile: caption.Default()}
	for at := time.Duration(0); at < length; at += each * time.Duration(len(said)) {
		for i, text := range said {
			start := at + time.Duration(i)*each
			r.words = append(r.words, speech.Word{Text: text, Start: start, End: start + each, Probability: 0.987})
		}
		r.track.Cues = append(r.track.Cues, caption.Cue{Start: at, End: at + 100*time.Millisecond,
			Lines: []string{"the speech of somebody who talks about", "things and never ends it,"}})
	}
	return r
}

func inJSON(t *testing.T, b []byte) (cues, words int) {
	t.Helper()
	var read struct {
		Cues []struct {
			Words []json.RawMessage `json:"words"`
		} `json:"cues"`
	}
	if err := json.Unmarshal(b, &read); err != nil {
		t.Fatal(err)
	}
	for _, c := range read.Cues {
		words += len(c.Words)
	}
	return len(read.Cues), words
}
