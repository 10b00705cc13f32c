package caption

import "time"

// The costs of a cue as a whole, on the scale of the break costs in grammar.go.
const (
	// perCue keeps a sentence in one cue where it fits.
	perCue = 40
	// perSentence parts sentences, unless their cues would flash by.
	perSentence = 70
	// shortPause is the silence that still belongs to fluent speech. A longer
	// one inside a cue costs 1 for so many milliseconds: after punctuation the
	// speaker has paused on purpose, elsewhere for breath or for the word. A
	// pause as long as the profile's costs a strongPause more, wherever it is.
	shortPause               = 250 * time.Millisecond
	msOfPause, msOfHesitance = 3, 6
	strongPause              = 150
	// A cue shorter than brisk costs 1 for every 10 ms.
	brisk = 1200 * time.Millisecond
	// natural is the dearest break after punctuation.
	natural = 20
)

// The costs of breaking a hard rule: no comfort is worth one. Where speech is
// too fast everywhere, every character read too fast costs the same, so that
// the breaks are still the ones that the grammar likes.
const (
	tooFastChar  = 10_000 // for every character, the space after the cue included
	tooFastMilli = 1      // and every millisecond that is missing
	tooShort     = 100_000
	tooShortMs   = 100
	noGap        = 1_000_000
)

// weigh fills in the costs of breaking and of not breaking before unit k, which
// is b and follows a.
func (s *setter) weigh(k int, a, b bound, opens, ended bool) {
	s.inner[k] = s.inner[k-1]
	if s.units[k].glued {
		s.breaks[k] = insideWord
		return
	}
	pause := s.pause(k)
	full := int64(breakCost(a, b, opens, s.english()))
	if pause < s.Pause {
		s.breaks[k] = full * int64(s.Pause-pause) / int64(s.Pause)
	}
	if ended {
		s.inner[k] += perSentence
	}
	if long := (pause - shortPause).Milliseconds(); long > 0 && full <= natural {
		s.inner[k] += long / msOfPause
	} else if long > 0 {
		s.inner[k] += long / msOfHesitance
	}
	if pause >= s.Pause {
		s.inner[k] += strongPause
	}
}

// cost is what a cue of units i to j costs, with the break after it.
func (s *setter) cost(i, j int) int64 {
	c, _ := s.fit(i, j)
	if c == noLayout {
		return noLayout
	}
	c += perCue + s.breakAt(j) + s.inner[j-1] - s.inner[i]
	return c + s.timing(i, j)
}

// breakAt is the cost of the break at k; the film's ends cost nothing.
func (s *setter) breakAt(k int) int64 {
	if k == len(s.units) {
		return 0
	}
	return s.breaks[k]
}

// timing is the cost of how long the cue is shown, for reading and in itself.
func (s *setter) timing(i, j int) int64 {
	st := s.stretch(i, j)
	in, out := s.times(st)
	shown := out - in
	var c int64

	if short := s.fastest(st.chars, st.words) - shown; short > 0 {
		c += int64(st.chars+1)*tooFastChar + short.Milliseconds()*tooFastMilli
	}
	if short := s.MinDuration - shown; short > 0 {
		c += tooShort + short.Milliseconds()*tooShortMs
	}
	if st.after-out < s.MinGap {
		c += noGap
	}

	// In tenths of a character a second: 3 above the target cost 45. What is
	// over MaxCPS has been counted.
	cps := min(int64(st.chars)*10_000/shown.Milliseconds(), int64(s.MaxCPS)*10)
	if over := cps - int64(s.TargetCPS)*10; over > 0 {
		c += over * over / 20
	}
	// Words a minute are on the same scale: English words have six characters
	// with their space, and a tenth of 6/60 is what one a minute comes to.
	wpm := min(int64(st.words)*60_000/shown.Milliseconds(), int64(s.MaxWPM))
	if over := wpm - int64(s.TargetWPM); over > 0 {
		c += over * over / 20
	}
	if shown < brisk {
		c += (brisk - shown).Milliseconds() / 10
	}
	if cut := st.end - s.MinGap - out; cut > 0 { // gone before the last word is said
		c += cut.Milliseconds() / 5
	}
	if linger := out - st.end - s.MaxLinger; linger > 0 {
		c += linger.Milliseconds() / 10
	}
	return c
}
