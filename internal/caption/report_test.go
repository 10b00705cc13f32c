package caption

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestInspect(t *testing.T) {
	long := strings.Repeat("x", 43)
	track := Track{Cues: []Cue{
		{Start: 0, End: 6000 * ms, Lines: []string{long, long}},
		{Start: 7000 * ms, End: 7500 * ms, Lines: []string{"fine"}},
		{Start: 8500 * ms, End: 10500 * ms, Lines: []string{"fine"}},
	}}
	for _, c := range []struct {
		name  string
		track Track
		want  string
	}{
		{"nothing", Track{}, `{"profile":"default","cues":0,"findings":[],"broken":{}}`},
		{"two long lines are one cue", track, `{"profile":"default","cues":3,"findings":[` +
			`{"cue":1,"start":0,"rule":"line_length","message":"Line 1 has 43 characters; at most 42 are allowed."},` +
			`{"cue":1,"start":0,"rule":"line_length","message":"Line 2 has 43 characters; at most 42 are allowed."},` +
			`{"cue":2,"start":7,"rule":"min_duration","message":"The cue is shown for 0.500 s; at least 0.833 s is needed to notice it."}],` +
			`"broken":{"line_length":0.3333,"min_duration":0.3333}}`},
	} {
		r := Inspect(c.track, Default())
		got, err := json.Marshal(r)
		if err != nil || string(got) != c.want {
			t.Errorf("%s: %v\n%s\nwant\n%s", c.name, err, got, c.want)
		}
		if n := r.BrokenCues(); n != len(c.track.Cues)*2/3 {
			t.Errorf("%s: %d cues break a rule", c.name, n)
		}
	}
}

// Every rule that Check can find is in the list, and every profile can say what
// it asks by it.
func TestRulesAreSaid(t *testing.T) {
	for _, p := range Profiles() {
		for _, r := range Rules() {
			if said := p.Asks(r); said == string(r) || strings.Contains(said, "%!") {
				t.Errorf("%s says %q of %s", p.Name, said, r)
			}
		}
	}
}

// Any cues, in any order and at any time, make a report that holds together.
func TestInspectTakesAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SampledFrom(Profiles()).Draw(t, "profile")
		var track Track
		for range rapid.IntRange(0, 12).Draw(t, "cues") {
			start := time.Duration(rapid.OneOf(rapid.Int64(), rapid.Int64Range(0, 20e9)).Draw(t, "start"))
			end := time.Duration(rapid.OneOf(rapid.Int64(), rapid.Int64Range(0, 20e9)).Draw(t, "end"))
			lines := rapid.SliceOfN(rapid.SampledFrom(append(plainTexts, hostileTexts...)), 0, 4).Draw(t, "lines")
			track.Cues = append(track.Cues, Cue{Start: start, End: end, Lines: lines})
		}
		r := Inspect(track, p)
		broken := map[int]bool{}
		for _, f := range r.Findings {
			if f.Cue < 1 || f.Cue > r.Cues || !p.Has(f.Rule) || !slices.Contains(Rules(), f.Rule) || f.Message == "" {
				t.Fatalf("%+v of %d cues by %s", f, r.Cues, p.Name)
			}
			if share := r.Broken[f.Rule]; share <= 0 || share > 1 {
				t.Fatalf("a share of %v breaks %s", share, f.Rule)
			}
			broken[f.Cue] = true
		}
		if r.BrokenCues() != len(broken) || len(r.Broken) != len(r.Counts()) {
			t.Fatalf("%d cues and %d rules, of %d and %d", r.BrokenCues(), len(r.Broken), len(broken), len(r.Counts()))
		}
		if _, err := json.Marshal(r); err != nil {
			t.Fatal(err)
		}
	})
}
