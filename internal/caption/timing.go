package caption

import "time"

// A stretch is what the times of one cue depend on: its own speech and the
// speech around it. It does not depend on how the neighbours are laid out, so
// cues can be weighed one by one.
type stretch struct {
	start, end time.Duration // of the cue's own speech
	before     time.Duration // where the speech before it ends
	after      time.Duration // where the speech after it starts; more than start
	chars      int
	words      int
}

// times is when a cue for this speech comes in and goes out.
//
// It comes in with the first sound and stays as long as reading at the
// target speeds takes, at most MaxLinger after its speech. To reach MinDuration
// and the highest speeds it stays up to MaxStretch, and then comes in up to MaxLead earlier, if there was
// silence enough that the cue before it is not touched. The next cue comes
// first: this one always ends MinGap before it, and leaves no gap between
// MinGap and CloseGapsUnder. MaxDuration is never passed.
func (p Profile) times(s stretch) (in, out time.Duration) {
	in = s.start
	need := min(max(p.MinDuration, p.fastest(s.chars, s.words)), p.MaxDuration)

	out = max(s.end, min(in+p.comfortable(s.chars, s.words), s.end+p.MaxLinger))
	out = max(out, min(in+need, s.end+p.MaxStretch))
	out = min(out, in+p.MaxDuration)
	out = p.gap(s, in+need, out)

	if short := in + need - out; short > 0 {
		silence := s.start - (s.before + p.MaxStretch + p.CloseGapsUnder)
		in -= max(0, min(short, p.MaxLead, silence, s.start))
	}
	return in, max(out, in+time.Millisecond)
}

// gap moves out so that the gap to the next cue's speech is MinGap or at least
// CloseGapsUnder. need is the time before which out should not be.
func (p Profile) gap(s stretch, need, out time.Duration) time.Duration {
	closed := s.after - p.MinGap
	open := s.after - max(p.CloseGapsUnder, p.MinGap)
	switch {
	case out <= open:
		return out
	case out >= closed:
		return closed
	case closed > s.start+p.MaxDuration:
		return open
	case closed <= s.end+p.MaxLinger, open < max(s.end, need):
		return closed
	}
	return open // rather less comfort in reading than a cue that lingers
}
