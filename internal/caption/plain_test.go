package caption

import (
	"bytes"
	"testing"
	"time"
)

func TestWritePlain(t *testing.T) {
	cue := func(start, end time.Duration, lines ...string) Cue {
		return Cue{Start: start * ms, End: end * ms, Lines: lines}
	}
	for _, c := range []struct {
		name string
		cues []Cue
		want string
	}{
		{"lines run on", []Cue{cue(0, 1000, "one", "two")}, "one two\n"},
		{"sentences run on", []Cue{cue(0, 1000, "One."), cue(1083, 2000, "Two.")}, "One. Two.\n"},
		{"a sentence and 999 ms", []Cue{cue(0, 1000, "One."), cue(1999, 3000, "Two.")}, "One. Two.\n"},
		{"a sentence and 1000 ms", []Cue{cue(0, 1000, "One."), cue(2000, 3000, "Two.")}, "One.\n\nTwo.\n"},
		{"a question in quotes", []Cue{cue(0, 1000, "“One?”"), cue(2000, 3000, "Two.")}, "“One?”\n\nTwo.\n"},
		{"a title is no end", []Cue{cue(0, 1000, "Mr."), cue(2000, 3000, "Two.")}, "Mr. Two.\n"},
		{"1999 ms inside a sentence", []Cue{cue(0, 1000, "One"), cue(2999, 4000, "two.")}, "One two.\n"},
		{"2000 ms", []Cue{cue(0, 1000, "One"), cue(3000, 4000, "two.")}, "One\n\ntwo.\n"},
		{"a late first cue", []Cue{cue(9000, 9500, "One")}, "One\n"},
		{"a cue without text", []Cue{cue(0, 1000, "One."), cue(1500, 2000, "", "\x00"), cue(2500, 3000, "Two.")}, "One.\n\nTwo.\n"},
		{"cues that overlap", []Cue{cue(0, 9000, "One."), cue(1000, 2000, "Two."), cue(5000, 6000, "Three.")}, "One. Two. Three.\n"},
		{"hostile text", []Cue{cue(0, 1000, "a\n\nb\x1b[2J <i>")}, "a  b[2J <i>\n"},
	} {
		var out bytes.Buffer
		if err := WritePlain(&out, Track{Cues: c.cues}); err != nil || out.String() != c.want {
			t.Errorf("%s: %q, %v, want %q", c.name, out.String(), err, c.want)
		}
	}
}
