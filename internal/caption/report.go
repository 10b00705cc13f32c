package caption

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// A Report is what a profile finds in a track, as it is kept and shown.
type Report struct {
	Profile  string   `json:"profile"`
	Cues     int      `json:"cues"`     // how many the track has
	Findings []Remark `json:"findings"` // in the order of the cues; never nil
	// Broken is the share of the cues that break a rule, of 1, for every rule
	// that is broken. Never nil.
	Broken map[Rule]float64 `json:"broken"`
}

// A Remark is a [Finding] for who has only the file.
type Remark struct {
	Cue     int     `json:"cue"`   // from 1
	Start   float64 `json:"start"` // of the cue, in seconds
	Rule    Rule    `json:"rule"`
	Message string  `json:"message"`
}

// Inspect checks a track by a profile.
func Inspect(t Track, p Profile) Report {
	r := Report{Profile: p.Name, Cues: len(t.Cues), Findings: []Remark{}, Broken: map[Rule]float64{}}
	for _, f := range Check(t.Cues, p) {
		start := float64(t.Cues[f.Cue].Start.Milliseconds()) / 1000
		r.Findings = append(r.Findings, Remark{Cue: f.Cue + 1, Start: start, Rule: f.Rule, Message: f.Message})
	}
	for rule, n := range r.Counts() {
		r.Broken[rule] = math.Round(10_000*float64(n)/float64(r.Cues)) / 10_000
	}
	return r
}

// First keeps the first n findings. The shares stay those of all.
func (r Report) First(n int) Report {
	r.Findings = r.Findings[:min(n, len(r.Findings))]
	return r
}

// Counts is how many cues break each rule, for every rule that is broken.
func (r Report) Counts() map[Rule]int {
	counts, last := map[Rule]int{}, map[Rule]int{}
	for _, f := range r.Findings {
		if last[f.Rule] != f.Cue { // two long lines are one cue
			counts[f.Rule]++
		}
		last[f.Rule] = f.Cue
	}
	return counts
}

// BrokenCues is how many cues break any rule.
func (r Report) BrokenCues() int {
	n, last := 0, 0
	for _, f := range r.Findings {
		if f.Cue != last {
			n++
		}
		last = f.Cue
	}
	return n
}

// Rules are all rules, in the order in which Check looks at a cue.
func Rules() []Rule {
	return []Rule{RuleText, RuleLines, RuleLineLength, RuleOrder, RuleMinDuration, RuleMaxDuration, RuleCPS, RuleWPM,
		RuleOverlap, RuleGap, RuleOpenGap}
}

// Has says whether Check looks at a rule for this profile.
func (p Profile) Has(r Rule) bool {
	switch r {
	case RuleCPS:
		return p.MaxCPS > 0
	case RuleWPM:
		return p.MaxWPM > 0
	}
	return !slices.Contains(p.Silent, r)
}

// Asks says in words what the profile wants by a rule.
func (p Profile) Asks(r Rule) string {
	switch r {
	case RuleText:
		return "text in every cue and in every line"
	case RuleLines:
		return fmt.Sprintf("at most %d lines", p.MaxLines)
	case RuleLineLength:
		return fmt.Sprintf("at most %d characters a line", p.MaxCharsPerLine)
	case RuleOrder:
		return "cues in the order of their times"
	case RuleMinDuration:
		return "shown for at least " + seconds(p.MinDuration)
	case RuleMaxDuration:
		return "shown for at most " + seconds(p.MaxDuration)
	case RuleCPS:
		return fmt.Sprintf("at most %d characters a second", p.MaxCPS)
	case RuleWPM:
		return fmt.Sprintf("at most %d words a minute", p.MaxWPM)
	case RuleOverlap:
		return "one cue at a time"
	case RuleGap:
		return fmt.Sprintf("at least %s between two cues", seconds(p.MinGap-p.GapSlack))
	case RuleOpenGap:
		return fmt.Sprintf("no gap of more than %s and less than %s", seconds(p.MinGap+p.GapSlack), seconds(p.CloseGapsUnder))
	}
	return string(r)
}

// FormatTime writes a time as captions have it, 01:02:03.456.
func FormatTime(d time.Duration) string { return formatTime(d, ".") }
