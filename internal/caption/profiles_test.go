package caption

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/cuepipe/cuepipe/internal/speech"
)

func TestProfileByName(t *testing.T) {
	var names []string
	for _, p := range Profiles() {
		got, err := ProfileByName(p.Name)
		if err != nil || got.Name != p.Name {
			t.Errorf("%s: %v, %v", p.Name, got.Name, err)
		}
		names = append(names, p.Name)
	}
	if want := []string{"default", "netflix", "bbc", "ted", "dcmp"}; !slices.Equal(names, want) {
		t.Errorf("the profiles are %v, want %v", names, want)
	}
	_, err := ProfileByName("BCC")
	if want := `there is no profile "BCC"; the profiles are default, netflix, bbc, ted and dcmp`; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

// What the numbers of every profile must be to each other, whatever the guide.
func TestProfilesAreConsistent(t *testing.T) {
	for _, p := range Profiles() {
		t.Run(p.Name, func(t *testing.T) {
			if p.MaxCPS == 0 && p.MaxWPM == 0 {
				t.Error("it has no reading speed")
			}
			if p.TargetCPS > p.MaxCPS || p.TargetWPM > p.MaxWPM || (p.TargetCPS == 0) != (p.MaxCPS == 0) || (p.TargetWPM == 0) != (p.MaxWPM == 0) {
				t.Errorf("it aims for %d and %d, and allows %d and %d", p.TargetCPS, p.TargetWPM, p.MaxCPS, p.MaxWPM)
			}
			if p.MinDuration >= p.MaxDuration || p.MaxLinger > p.MaxStretch || p.MinGap+p.GapSlack >= p.CloseGapsUnder || p.GapSlack >= p.MinGap {
				t.Error("a least is not less than its most")
			}
			if need := p.MaxStretch + p.CloseGapsUnder + p.MaxLead; p.MaxPause < need {
				t.Errorf("a cue may be moved over %v, more than MaxPause", need)
			}
			for _, r := range p.Silent {
				if !slices.Contains(Rules(), r) {
					t.Errorf("it is silent on %s, which is no rule", r)
				}
			}
		})
	}
}

// People speak at about 150 words a minute: every profile has cues for that
// without a finding.
func TestProfilesKeepTheirRulesForCalmSpeech(t *testing.T) {
	var words []speech.Word
	at := 500 * ms
	for range 6 {
		words = append(words, say(at, 12, "The river was wider than anyone had remembered it, and the boats were gone.")...)
		at = words[len(words)-1].End + 1500*ms
	}
	for _, p := range Profiles() {
		cues := Layout(words, p)
		if got, want := lettersOfCues(cues), lettersOfWords(words); got != want {
			t.Errorf("%s lost text", p.Name)
		}
		for _, f := range Check(cues, p) {
			t.Errorf("%s: cue %d: %s\n%s", p.Name, f.Cue+1, f.Message, describe(cues))
		}
	}
}

// Where people speak too fast for a guide there is no way to keep it: every
// word is there, and a finding says so.
func TestTooFastForAProfile(t *testing.T) {
	sentence := "I told you not to do it, but you did it all the same, and now we have to go."
	for name, rule := range map[string]Rule{"default": RuleCPS, "netflix": RuleCPS, "ted": RuleCPS, "bbc": RuleWPM, "dcmp": RuleWPM} {
		p, err := ProfileByName(name)
		if err != nil {
			t.Fatal(err)
		}
		words := append(say(0, 30, sentence), say(reading(len(sentence), 30), 30, sentence)...)
		cues := Layout(words, p)
		if lettersOfCues(cues) != lettersOfWords(words) {
			t.Errorf("%s lost text", name)
		}
		if found := rulesOf(Check(cues, p)); !strings.Contains(found, string(rule)) {
			t.Errorf("%s: found %q, want %s\n%s", name, found, rule, describe(cues))
		}
	}
}

// Counted in words, a cue of short words stays longer than one of as many
// characters in long ones.
func TestWordsAMinuteMoveTheTimes(t *testing.T) {
	p := bbc()
	s := stretch{start: 0, end: 1000 * ms, before: -far, after: far, chars: 20, words: 5}
	if _, out := p.times(s); out != 1500*ms { // 5 words at 180 a minute are 1.667 s; it may stay half a second
		t.Errorf("short words: out at %v", out)
	}
	s.words = 2
	if _, out := p.times(s); out != 1000*ms {
		t.Errorf("long words: out at %v", out)
	}
}

// The table that people read has the numbers that are used.
func TestProfilesAreDocumented(t *testing.T) {
	doc, err := os.ReadFile("../../docs/profiles.md")
	if err != nil {
		t.Fatal(err)
	}
	number := func(n int) string {
		if n == 0 {
			return "–"
		}
		return strconv.Itoa(n)
	}
	for _, row := range []struct {
		name  string
		rule  Rule
		value func(Profile) string
	}{
		{"`line_length`: characters a line, at most", RuleLineLength, func(p Profile) string { return number(p.MaxCharsPerLine) }},
		{"`lines`: lines, at most", RuleLines, func(p Profile) string { return number(p.MaxLines) }},
		{"`cps`: characters a second, at most", "", func(p Profile) string { return number(p.MaxCPS) }},
		{"aimed for", "", func(p Profile) string { return number(p.TargetCPS) }},
		{"`wpm`: words a minute, at most", "", func(p Profile) string { return number(p.MaxWPM) }},
		{"aimed for", "", func(p Profile) string { return number(p.TargetWPM) }},
		{"`min_duration`: shown for, at least", RuleMinDuration, func(p Profile) string { return seconds(p.MinDuration) }},
		{"`max_duration`: shown for, at most", RuleMaxDuration, func(p Profile) string { return seconds(p.MaxDuration) }},
		{"`gap`: between two cues, at least", RuleGap, func(p Profile) string { return seconds(p.MinGap) }},
		{"a gap may be off by", "", func(p Profile) string { return seconds(p.GapSlack) }},
		{"`open_gap`: a blank screen, at least", RuleOpenGap, func(p Profile) string { return seconds(p.CloseGapsUnder) }},
		{"after the speech, to be read in comfort", "", func(p Profile) string { return seconds(p.MaxLinger) }},
		{"after the speech, for the rules above", "", func(p Profile) string { return seconds(p.MaxStretch) }},
		{"before the speech, for the rules above", "", func(p Profile) string { return seconds(p.MaxLead) }},
	} {
		want := "| " + row.name + " |"
		for _, p := range Profiles() {
			value := row.value(p)
			if slices.Contains(p.Silent, row.rule) {
				value = "(" + value + ")"
			}
			want += " " + value + " |"
		}
		if !strings.Contains(string(doc), want+"\n") {
			t.Errorf("docs/profiles.md lacks the row\n%s", want)
		}
	}
}
