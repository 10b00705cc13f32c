package caption

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"sort"
	"strconv"
	"time"

	"github.com/cuepipe/cuepipe/internal/speech"
)

// What a JSON file of captions looks like. Times are in seconds from the start
// of the video, with milliseconds.
//
//	{"language":"en","cues":[
//	{"start":0.400,"end":1.500,"lines":["Nobody knows why."],
//	 "words":[{"text":"Nobody","start":0.400,"end":0.800,"probability":0.98}]}
//	]}
//
// Where voices were told apart, cues and words have a "speaker", too. What a
// track has from WebVTT beside its text has the names that [Track] and [Cue] give
// it: "header", "styles", "regions" and "notes", and a cue's "id", "settings" and
// "markup".
type (
	jsonCue struct {
		Start    jsonTime   `json:"start"`
		End      jsonTime   `json:"end"`
		ID       string     `json:"id,omitempty"`
		Settings string     `json:"settings,omitempty"`
		Speaker  string     `json:"speaker,omitempty"`
		Lines    []string   `json:"lines"`
		Markup   string     `json:"markup,omitempty"`
		Words    []jsonWord `json:"words,omitempty"`
	}
	jsonWord struct {
		Text        string   `json:"text"`
		Start       jsonTime `json:"start"`
		End         jsonTime `json:"end"`
		Probability float64  `json:"probability"`
		Speaker     string   `json:"speaker,omitempty"`
	}
	jsonTime time.Duration
)

func (t jsonTime) MarshalJSON() ([]byte, error) {
	milli := time.Duration(t).Milliseconds()
	return fmt.Appendf(nil, "%d.%03d", milli/1000, milli%1000), nil
}

// WriteJSON writes a track as one JSON object, a line a cue, under the same
// terms as [WriteVTT]. Every word goes with the cue in whose time it starts, or
// else with the nearest; words may be nil. <, > and & are escaped, so that the
// file may stand inside a page.
func WriteJSON(w io.Writer, t Track, words []speech.Word) error {
	out := bufio.NewWriter(w) // it keeps its error until Flush
	language, err := json.Marshal(clean(t.Language))
	if err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	beside, err := besideJSON(t)
	if err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	fmt.Fprintf(out, `{"language":%s,%s"cues":[`, language, beside)
	of := assign(words, t.Cues)
	separator := "\n"
	for i, cue := range t.Cues {
		lines := cleanLines(cue.Lines)
		if len(lines) == 0 {
			continue
		}
		if err := writable(cue); err != nil {
			return fmt.Errorf("write JSON: cue %d: %w", i+1, err)
		}
		line, err := json.Marshal(jsonCue{jsonTime(cue.Start), jsonTime(cue.End), safeID(cue.ID), safeSettings(cue.Settings), clean(cue.Speaker), lines, keptMarkup(cue, lines), of[i]})
		if err != nil {
			return fmt.Errorf("write JSON: cue %d: %w", i+1, err)
		}
		fmt.Fprintf(out, "%s%s", separator, line)
		separator = ",\n"
	}
	fmt.Fprint(out, "\n]}\n")
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	return nil
}

// assign gives every word to a cue that has text. The key is the cue's place in
// cues, which are in the order of their starts. Without such cues the words are
// left out.
func assign(words []speech.Word, cues []Cue) map[int][]jsonWord {
	var shown []int
	for i, c := range cues {
		if len(cleanLines(c.Lines)) > 0 {
			shown = append(shown, i)
		}
	}
	of := map[int][]jsonWord{}
	for _, w := range words {
		text := clean(w.Text)
		if text == "" || len(shown) == 0 {
			continue
		}
		after := sort.Search(len(shown), func(i int) bool { return cues[shown[i]].Start > w.Start })
		at := max(0, after-1)
		// Between two cues the nearer one has it; the earlier one if both are as near.
		if after > 0 && after < len(shown) && cues[shown[after]].Start-w.Start < w.Start-cues[shown[at]].End {
			at = after
		}
		start := max(0, w.Start)
		of[shown[at]] = append(of[shown[at]], jsonWord{text, jsonTime(start), jsonTime(max(start, w.End)), probability(w.Probability), clean(w.Speaker)})
	}
	return of
}

// probability is a probability that JSON can hold, with three digits.
func probability(p float64) float64 {
	if math.IsNaN(p) {
		return 0
	}
	return math.Round(min(1, max(0, p))*1000) / 1000
}

// parseJSONTime reads a JSON number of seconds, to the nearest millisecond.
func parseJSONTime(s string) (time.Duration, error) {
	f, err := strconv.ParseFloat(s, 64)
	milli := math.Round(f * 1000)
	if err != nil || f < 0 || milli >= float64(maxWritten.Milliseconds()) {
		return 0, fmt.Errorf("%.40q is not a time in seconds, from 0 to 9999 hours", s)
	}
	return time.Duration(milli) * time.Millisecond, nil
}
