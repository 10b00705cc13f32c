package caption

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func rulesOf(findings []Finding) string {
	var rules []string
	for _, f := range findings {
		rules = append(rules, string(f.Rule))
	}
	return strings.Join(rules, " ")
}

// Every rule one below its limit, at it, and one above.
func TestCheckBoundaries(t *testing.T) {
	p := Default()
	cue := func(start, end time.Duration, lines ...string) Cue {
		return Cue{Start: start * ms, End: end * ms, Lines: lines}
	}
	x := func(n int) string { return strings.Repeat("x", n) }
	after := func(start time.Duration) []Cue {
		return []Cue{cue(0, 2000, "one"), cue(2000+start, 4000+start, "two")}
	}
	for _, c := range []struct {
		name string
		cues []Cue
		want string
	}{
		{"line of 41", []Cue{cue(0, 5000, x(41))}, ""},
		{"line of 42", []Cue{cue(0, 5000, x(42))}, ""},
		{"line of 43", []Cue{cue(0, 5000, x(43))}, "line_length"},
		{"second line of 43", []Cue{cue(0, 5000, "a", x(43))}, "line_length"},
		{"42 letters with 42 accents", []Cue{cue(0, 5000, strings.Repeat("e\u0301", 42))}, ""},
		{"one line", []Cue{cue(0, 5000, "a")}, ""},
		{"two lines", []Cue{cue(0, 5000, "a", "b")}, ""},
		{"three lines", []Cue{cue(0, 5000, "a", "b", "c")}, "lines"},
		{"no line", []Cue{cue(0, 5000)}, "text"},
		{"an empty line", []Cue{cue(0, 5000, "a", "")}, "text"},

		{"832 ms", []Cue{cue(0, 832, "a")}, "min_duration"},
		{"833 ms", []Cue{cue(0, 833, "a")}, ""},
		{"834 ms", []Cue{cue(0, 834, "a")}, ""},
		{"6999 ms", []Cue{cue(0, 6999, "a")}, ""},
		{"7000 ms", []Cue{cue(0, 7000, "a")}, ""},
		{"7001 ms", []Cue{cue(0, 7001, "a")}, "max_duration"},

		{"19 characters in a second", []Cue{cue(0, 1000, x(19))}, ""},
		{"20 characters in a second", []Cue{cue(0, 1000, x(20))}, ""},
		{"21 characters in a second", []Cue{cue(0, 1000, x(21))}, "cps"},
		{"20 characters in 999 ms", []Cue{cue(0, 999, x(20))}, "cps"},
		{"20 characters in two lines, the break counts", []Cue{cue(0, 1000, x(10), x(10))}, "cps"},

		{"ends where it starts", []Cue{cue(1000, 1000, "a")}, "order"},
		{"ends before it starts", []Cue{cue(1000, 999, "a")}, "order"},
		{"starts before the one before", []Cue{cue(5000, 7000, "a"), cue(4999, 7500, "b")}, "order"},
		{"starts with the one before", []Cue{cue(5000, 7000, "a"), cue(5000, 7500, "b")}, "overlap"},
		{"overlaps by 1 ms", after(-1), "overlap"},
		{"no gap", after(0), "gap"},
		{"gap of 82 ms", after(82), "gap"},
		{"gap of 83 ms", after(83), ""},
		{"gap of 84 ms", after(84), "open_gap"},
		{"gap of 499 ms", after(499), "open_gap"},
		{"gap of 500 ms", after(500), ""},
		{"gap of 501 ms", after(501), ""},
		{"no cues", nil, ""},
	} {
		if got := rulesOf(Check(c.cues, p)); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// The rules of the profiles that the default does not have.
func TestCheckBoundariesOfOtherProfiles(t *testing.T) {
	cue := func(start, end time.Duration, text string) Cue {
		return Cue{Start: start * ms, End: end * ms, Lines: strings.Split(text, "|")}
	}
	after := func(gap time.Duration) []Cue {
		return []Cue{cue(0, 2000, "one"), cue(2000+gap, 4000+gap, "two")}
	}
	for _, c := range []struct {
		name, profile string
		cues          []Cue
		want          string
	}{
		{"179.9 words a minute", "bbc", []Cue{cue(0, 1001, "one two three")}, ""},
		{"180 words a minute", "bbc", []Cue{cue(0, 1000, "one two three")}, ""},
		{"180.2 words a minute", "bbc", []Cue{cue(0, 999, "one two three")}, "wpm"},
		{"words in two lines", "bbc", []Cue{cue(0, 999, "one two|three")}, "wpm"},
		{"a dash and a note are no words", "bbc", []Cue{cue(0, 1000, "- one two ♪|– three")}, ""},
		{"long words are not fast words", "bbc", []Cue{cue(0, 1000, "responsibilities extraordinarily")}, ""},
		{"nothing of how short or how long", "bbc", []Cue{cue(0, 400, "one"), cue(1400, 9400, "two")}, ""},
		{"no gap is asked for", "bbc", after(0), ""},
		{"a frame", "bbc", after(40), ""},
		{"three frames", "bbc", after(120), ""},
		{"four frames", "bbc", after(160), "open_gap"},
		{"but a visible one is a second", "bbc", after(999), "open_gap"},
		{"a second", "bbc", after(1000), ""},
		{"38 characters", "bbc", []Cue{cue(0, 5000, strings.Repeat("x", 38))}, "line_length"},

		{"160 words a minute", "dcmp", []Cue{cue(0, 1500, "one two three four")}, ""},
		{"160.1 words a minute", "dcmp", []Cue{cue(0, 1499, "one two three four")}, "wpm"},
		{"1332 ms", "dcmp", []Cue{cue(0, 1332, "one")}, "min_duration"},
		{"6001 ms", "dcmp", []Cue{cue(0, 6001, "one")}, "max_duration"},
		{"gaps as they come", "dcmp", after(200), ""},

		{"21 characters a second", "ted", []Cue{cue(0, 1000, strings.Repeat("x", 21))}, ""},
		{"22 characters a second", "ted", []Cue{cue(0, 1000, strings.Repeat("x", 22))}, "cps"},
		{"999 ms", "ted", []Cue{cue(0, 999, "one")}, "min_duration"},
		{"no gaps", "ted", after(0), ""},

		{"two frames at 30 a second", "netflix", after(66), ""},
		{"less", "netflix", after(65), "gap"},
		{"two frames at 25 a second", "netflix", after(80), ""},
		{"two frames at 23.976 a second", "netflix", after(84), ""},
		{"three frames at 30 a second", "netflix", after(100), ""},
		{"three frames at 24 a second", "netflix", after(125), "open_gap"},
	} {
		p, err := ProfileByName(c.profile)
		if err != nil {
			t.Fatal(err)
		}
		if got := rulesOf(Check(c.cues, p)); got != c.want {
			t.Errorf("%s, %s: %q, want %q", c.profile, c.name, got, c.want)
		}
	}
}

func TestCheckSaysWhichCue(t *testing.T) {
	cues := []Cue{
		{Start: 0, End: 2 * time.Second, Lines: []string{"fine"}},
		{Start: 3 * time.Second, End: 4 * time.Second, Lines: []string{"thirty characters are too much"}},
	}
	got, err := json.Marshal(Check(cues, Default()))
	want := `[{"cue":1,"rule":"cps","message":"The cue runs at 30.0 characters a second; at most 20 can be read."}]`
	if err != nil || string(got) != want {
		t.Errorf("%s, %v\nwant %s", got, err, want)
	}
}
