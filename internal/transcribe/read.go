package transcribe

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/cuepipe/cuepipe/internal/speech"
)

// Engine is the name under which the service's words are kept. It does not say
// which version of its model heard them.
const Engine = "amazon-transcribe"

const (
	// maxResult bounds what is read. A word takes some 500 bytes with its
	// speaker: four hours, the service's limit, are 40 MB of the fastest speech.
	maxResult = 96 << 20
	// maxTime is longer than any film that is admitted.
	maxTime = 48 * time.Hour
)

// A result is the part of the service's JSON that says what was heard. Numbers
// are strings in it (developer guide, "Data input and output").
type result struct {
	Status  string `json:"status"`
	Results *struct {
		Language string `json:"language_code"`
		// Languages stand instead of it where several were to be found.
		Languages []struct {
			Code    string `json:"language_code"`
			Seconds number `json:"duration_in_seconds"`
		} `json:"language_codes"`
		Speakers struct {
			Segments []struct {
				timed
				Items []timed `json:"items"`
			} `json:"segments"`
		} `json:"speaker_labels"`
		Items []struct {
			timed
			Type         string `json:"type"`
			Alternatives []struct {
				Confidence number `json:"confidence"`
				Content    string `json:"content"`
			} `json:"alternatives"`
		} `json:"items"`
	} `json:"results"`
}

// timed is what words, and stretches of one speaker, have in common.
type timed struct {
	Start   number `json:"start_time"`
	End     number `json:"end_time"`
	Speaker string `json:"speaker_label"`
}

// A number may be missing: punctuation has no times.
type number struct {
	value float64
	there bool
}

// UnmarshalJSON reads "1.5", which is how the service writes a number, or 1.5.
func (n *number) UnmarshalJSON(b []byte) error {
	s := strings.Trim(string(b), `"`)
	if s == "null" || s == "" {
		return nil
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return fmt.Errorf("%.40q is no number", s)
	}
	n.value, n.there = f, true
	return nil
}

// Read returns the words of a result, in the order of their times. Punctuation
// belongs to the word before it; one that opens, to the word after it. Voices
// are "Speaker 1", "Speaker 2" in the order in which they are first heard. The
// language is the code that the service says, empty where it says none.
// It reads whatever it is given: damage is an error.
func Read(b []byte) (speech.Transcript, error) {
	t := speech.Transcript{Engine: Engine}
	if len(b) > maxResult {
		return t, fmt.Errorf("the result has %d bytes, more than %d", len(b), maxResult)
	}
	var r result
	if err := json.Unmarshal(b, &r); err != nil {
		return t, fmt.Errorf("the result is no JSON of the service's: %w", err)
	}
	if r.Status != "" && r.Status != "COMPLETED" || r.Results == nil || r.Results.Items == nil {
		return t, errors.New("the result has no list of what was heard")
	}
	voices := r.voices()
	opening, sum := "", 0.0
	for i, item := range r.Results.Items {
		text, sure := "", 0.0
		for _, a := range item.Alternatives { // the likeliest; of one that is as likely, the first
			content := strings.Join(strings.Fields(strings.ToValidUTF8(a.Content, "")), " ")
			if confidence := min(max(a.Confidence.value, 0), 1); content != "" && (text == "" || confidence > sure) {
				text, sure = content, confidence
			}
		}
		switch {
		case text == "":
		case item.Type == "punctuation":
			if opens(text) || len(t.Words) == 0 {
				opening += text
				continue
			}
			t.Words[len(t.Words)-1].Text += text
		case item.Type == "pronunciation":
			start, end, err := item.times()
			if err != nil {
				return t, fmt.Errorf("item %d: %w", i, err)
			}
			t.Words = append(t.Words, speech.Word{Text: opening + text, Start: start, End: end, Probability: sure, Speaker: voices.of(item.timed, start)})
			opening, sum = "", sum+sure
		default:
			return t, fmt.Errorf("item %d is neither spoken nor punctuation: %.40q", i, item.Type)
		}
	}
	if n := len(t.Words); n > 0 {
		t.Confidence = sum / float64(n)
		t.Words[n-1].Text += opening
	}
	slices.SortStableFunc(t.Words, func(a, b speech.Word) int { return int(a.Start - b.Start) })
	voices.name(t.Words)
	speech.Settle(t.Words, 0, maxTime)
	t.Language = r.language()
	return t, nil
}

// opens reports whether punctuation belongs to the word after it.
func opens(text string) bool {
	for _, c := range text {
		if !unicode.In(c, unicode.Ps, unicode.Pi) && c != '¿' && c != '¡' {
			return false
		}
	}
	return true
}

// times returns when something was said. A time that cannot be is an error.
func (t timed) times() (start, end time.Duration, err error) {
	last := maxTime.Seconds()
	if !t.Start.there || !t.End.there || t.Start.value < 0 || t.End.value > last || t.End.value < t.Start.value {
		return 0, 0, fmt.Errorf("it is said from %v to %v seconds", t.Start.value, t.End.value)
	}
	return milliseconds(t.Start), milliseconds(t.End), nil
}

func milliseconds(n number) time.Duration {
	return time.Duration(math.Round(n.value*1000)) * time.Millisecond
}

// language is what was found; of several languages, the one that is spoken most.
func (r result) language() string {
	if r.Results.Language != "" {
		return r.Results.Language
	}
	code, most := "", -1.0
	for _, l := range r.Results.Languages {
		if l.Seconds.value > most {
			code, most = l.Code, l.Seconds.value
		}
	}
	return code
}
