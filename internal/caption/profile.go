package caption

import (
	"strings"
	"time"
)

// A Profile is a style guide in numbers. Guides disagree, so it has a name.
// Choose one by [ProfileByName], or make one by changing a copy of it.
type Profile struct {
	Name string

	// Language of the words, a BCP 47 tag. It chooses the grammar by which
	// lines and cues break; a language without one breaks by punctuation,
	// pauses, numbers and balance.
	Language string

	// MaxCharsPerLine is the longest line, in characters as [Chars] counts.
	MaxCharsPerLine int
	// MaxLines is the most lines in a cue; fewer are taken where the text fits.
	MaxLines int

	// TargetCPS is the reading speed aimed for, in characters a second, spaces
	// and punctuation included. Above it a cue stays longer where it can.
	TargetCPS int
	// MaxCPS is the reading speed that is passed only where the speech leaves
	// no other way.
	MaxCPS int
	// TargetWPM and MaxWPM are the same in words a minute, for the guides that
	// count words; see [Words]. A speed of 0 asks for nothing. A cue is shown as
	// long as the slower of the two ways of counting asks.
	TargetWPM, MaxWPM int

	// MinDuration and MaxDuration bound how long a cue is shown.
	MinDuration, MaxDuration time.Duration

	// MinGap is the shortest time between two cues, so that a viewer sees the
	// change.
	MinGap time.Duration
	// CloseGapsUnder is the gap from which a blank screen looks intended: a
	// shorter one flickers and is closed to MinGap.
	CloseGapsUnder time.Duration
	// GapSlack is how far from MinGap a gap may be and still be taken for it,
	// where a guide counts frames: files come at every frame rate.
	GapSlack time.Duration

	// MaxLinger is how long a cue stays after its speech to be read at
	// TargetCPS.
	MaxLinger time.Duration
	// MaxStretch is how long it stays where it would otherwise be shorter than
	// MinDuration or faster than MaxCPS. Closing a gap may add to it.
	MaxStretch time.Duration
	// MaxLead is how much before its speech, out of silence, a cue comes in
	// where staying longer is not enough for MinDuration and MaxCPS.
	MaxLead time.Duration

	// Pause is a silence in the speech that is a strong reason to break.
	Pause time.Duration
	// MaxPause is a silence that no cue spans. It is at least MaxStretch,
	// CloseGapsUnder and MaxLead together, so that parts of a film that are cut
	// there can be laid out alone.
	MaxPause time.Duration

	// Silent lists the rules on which the guide says nothing. Their numbers are
	// ours: [Layout] keeps them, [Check] does not hold them against anybody.
	Silent []Rule
}

// Default is the profile that Cuepipe writes by.
func Default() Profile {
	return Profile{
		Name:            "default",
		Language:        "en",
		MaxCharsPerLine: 42,                     // Netflix and TED
		MaxLines:        2,                      // Netflix, BBC and TED
		TargetCPS:       17,                     // Netflix for children: easy for everybody
		MaxCPS:          20,                     // Netflix for adults; TED has 21
		MinDuration:     833 * time.Millisecond, // Netflix: 5/6 of a second
		MaxDuration:     7 * time.Second,        // Netflix
		MinGap:          83 * time.Millisecond,  // Netflix: two frames, at 24 a second
		CloseGapsUnder:  500 * time.Millisecond, // Netflix: gaps under half a second become two frames
		MaxLinger:       500 * time.Millisecond, // Netflix: out up to half a second after the speech
		MaxStretch:      time.Second,            // ours: a cue that flashes by is worse than one that lingers
		MaxLead:         200 * time.Millisecond, // ours: well inside the 1.5 s that the BBC allows
		Pause:           700 * time.Millisecond, // ours: longer than a breath between two clauses
		MaxPause:        2 * time.Second,        // ours: more than a cue's stretch, a visible gap and a lead
	}
}

// In returns the profile for a language. Where characters are as wide as high,
// fewer of them fit on a line (Netflix's guides for Japanese, Korean and Chinese).
func (p Profile) In(language string) Profile {
	p.Language = language
	switch p.primary() {
	case "ja":
		p.MaxCharsPerLine = min(p.MaxCharsPerLine, 13)
	case "ko", "zh", "yue":
		p.MaxCharsPerLine = min(p.MaxCharsPerLine, 16)
	}
	return p
}

// spaceless says whether the language has no spaces between its words.
func (p Profile) spaceless() bool {
	switch p.primary() {
	case "ja", "zh", "yue", "th", "lo", "km", "my":
		return true
	}
	return false
}

func (p Profile) primary() string {
	primary, _, _ := strings.Cut(strings.ToLower(p.Language), "-")
	return primary
}

// english says whether the English grammar applies.
func (p Profile) english() bool { return p.primary() == "en" }

// fastest is the shortest time in which the profile lets a text be read.
func (p Profile) fastest(chars, words int) time.Duration {
	return max(reading(chars, p.MaxCPS), perMinute(words, p.MaxWPM))
}

// comfortable is the time that the profile would like a text to be shown.
func (p Profile) comfortable(chars, words int) time.Duration {
	return max(reading(chars, p.TargetCPS), perMinute(words, p.TargetWPM))
}

// reading is the time that chars characters take at cps characters a second,
// rounded up to a millisecond. A profile without a speed asks for no time.
func reading(chars, cps int) time.Duration {
	if cps <= 0 {
		return 0
	}
	return time.Duration((chars*1000+cps-1)/cps) * time.Millisecond
}

// perMinute is the same for words, at wpm words a minute.
func perMinute(words, wpm int) time.Duration { return reading(words*60, wpm) }
