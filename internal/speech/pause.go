package speech

import "time"

// LongestPause returns the longest stretch of the sound in which nobody speaks,
// in samples; of equals the one nearest to the middle. ok is false where none
// is as long as least.
func (r Rules) LongestPause(a Activity, least time.Duration) (pause Span, ok bool) {
	n := len(a.Probabilities)
	offCentre := func(s Span) int { return max(s.Start+s.End-n, n-s.Start-s.End) }
	var best Span
	end := 0
	for _, s := range append(r.speech(a), Span{n, n}) {
		gap := Span{end, s.Start}
		if gap.Len() > best.Len() || gap.Len() == best.Len() && offCentre(gap) < offCentre(best) {
			best = gap
		}
		end = s.End
	}
	return a.span(best.Start, best.End), best.Len() >= max(1, a.frames(least))
}

// Quietest returns the sample, in the middle half of the sound, at which it is
// least likely that somebody speaks: where to cut speech without a pause.
func (a Activity) Quietest() int {
	n := len(a.Probabilities)
	if n == 0 {
		return a.Samples / 2
	}
	at := quietest(a.Probabilities, 0, n, n)
	return a.span(at, at).Start
}
