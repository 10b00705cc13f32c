package video

import "time"

// SoundHeard is how much of the video's sound was recognised: the nominal
// lengths of what is done, and how far recognition has come in the segments
// that are in work.
func (v Video) SoundHeard() time.Duration {
	var heard time.Duration
	for _, n := range v.Done {
		heard += v.nominal(n)
	}
	for n, until := range v.Heard {
		if !v.IsDone(n) {
			heard += min(until, v.nominal(n)) // a segment listens a little beyond its borders
		}
	}
	if v.Duration > 0 {
		heard = min(heard, v.Duration)
	}
	return heard
}

// nominal is the length of segment n as planned. The last one goes to the end,
// where that is known.
func (v Video) nominal(n int) time.Duration {
	if n < v.Segments-1 || v.Duration == 0 {
		return v.SegmentLength
	}
	return max(0, v.Duration-time.Duration(n)*v.SegmentLength)
}
