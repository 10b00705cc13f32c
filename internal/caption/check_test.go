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
