package caption

import (
	"fmt"
	"slices"
	"time"
)

// A Rule names what [Check] looks at. The names are stable: they are kept with
// tracks and used by scripts.
type Rule string

const (
	RuleText        Rule = "text"         // a cue has text, and no line of it is empty
	RuleLineLength  Rule = "line_length"  // no line over MaxCharsPerLine
	RuleLines       Rule = "lines"        // no more than MaxLines
	RuleCPS         Rule = "cps"          // read at MaxCPS or slower
	RuleWPM         Rule = "wpm"          // read at MaxWPM or slower
	RuleMinDuration Rule = "min_duration" // shown for MinDuration or longer
	RuleMaxDuration Rule = "max_duration" // shown for MaxDuration or shorter
	RuleOrder       Rule = "order"        // a cue ends after it starts, and starts after the one before
	RuleOverlap     Rule = "overlap"      // a cue starts when the one before has ended
	RuleGap         Rule = "gap"          // at least MinGap between two cues, but for GapSlack
	RuleOpenGap     Rule = "open_gap"     // a gap is MinGap or at least CloseGapsUnder
)

// A Finding is a rule that a cue breaks.
type Finding struct {
	// Cue is its place in the track, from 0. For the rules about two cues it is
	// the later one.
	Cue  int  `json:"cue"`
	Rule Rule `json:"rule"`
	// Message says it in a sentence, with the figures.
	Message string `json:"message"`
}

// Check returns every breach of the profile's rules, in the order of the cues,
// or nil. It takes any cues, ours or not, and leaves out the rules that the
// profile is silent about. It judges what can be seen in the
// cues; where lines break, and how far a cue is from its speech, it cannot see.
func Check(cues []Cue, p Profile) []Finding {
	c := checker{silent: p.Silent}
	for i, cue := range cues {
		c.cue = i
		c.text(cue, p)
		c.duration(cue, p)
		if i > 0 {
			c.neighbours(cues[i-1], cue, p)
		}
	}
	return c.findings
}

type checker struct {
	cue      int
	silent   []Rule
	findings []Finding
}

func (c *checker) found(r Rule, format string, args ...any) {
	if slices.Contains(c.silent, r) {
		return
	}
	c.findings = append(c.findings, Finding{Cue: c.cue, Rule: r, Message: fmt.Sprintf(format, args...)})
}

func (c *checker) text(cue Cue, p Profile) {
	if len(cue.Lines) == 0 {
		c.found(RuleText, "The cue has no text.")
	}
	if len(cue.Lines) > p.MaxLines {
		c.found(RuleLines, "The cue has %d lines; at most %d are allowed.", len(cue.Lines), p.MaxLines)
	}
	for i, line := range cue.Lines {
		n := Chars(line)
		if n == 0 {
			c.found(RuleText, "Line %d is empty.", i+1)
		}
		if n > p.MaxCharsPerLine {
			c.found(RuleLineLength, "Line %d has %d characters; at most %d are allowed.", i+1, n, p.MaxCharsPerLine)
		}
	}
}

func (c *checker) duration(cue Cue, p Profile) {
	shown := cue.End - cue.Start
	if shown <= 0 {
		c.found(RuleOrder, "The cue does not end after it starts at %s.", seconds(cue.Start))
		return
	}
	if shown < p.MinDuration {
		c.found(RuleMinDuration, "The cue is shown for %s; at least %s is needed to notice it.", seconds(shown), seconds(p.MinDuration))
	}
	if shown > p.MaxDuration {
		c.found(RuleMaxDuration, "The cue is shown for %s; at most %s is allowed.", seconds(shown), seconds(p.MaxDuration))
	}
	if need := reading(cue.Chars(), p.MaxCPS); shown < need {
		c.found(RuleCPS, "The cue runs at %.1f characters a second; at most %d can be read.", float64(cue.Chars())/shown.Seconds(), p.MaxCPS)
	}
	if need := perMinute(Words(cue.Text()), p.MaxWPM); shown < need {
		c.found(RuleWPM, "The cue runs at %.1f words a minute; at most %d can be read.", float64(Words(cue.Text()))/shown.Minutes(), p.MaxWPM)
	}
}

func (c *checker) neighbours(last, cue Cue, p Profile) {
	gap := cue.Start - last.End
	switch {
	case cue.Start < last.Start:
		c.found(RuleOrder, "The cue starts at %s, before the one that it follows.", seconds(cue.Start))
	case gap < 0:
		c.found(RuleOverlap, "The cue starts %s before the one before it ends.", seconds(-gap))
	case gap < p.MinGap-p.GapSlack:
		c.found(RuleGap, "The cue follows the one before it by %s; at least %s is needed to see the change.", seconds(gap), seconds(p.MinGap))
	case gap > p.MinGap+p.GapSlack && gap < p.CloseGapsUnder:
		c.found(RuleOpenGap, "The screen is blank for %s before the cue; close the gap to %s or leave at least %s.",
			seconds(gap), seconds(p.MinGap), seconds(p.CloseGapsUnder))
	}
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f s", d.Seconds()) }
