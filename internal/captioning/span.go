package captioning

import "time"

// SegmentLength is how long a segment is nominally where nobody says otherwise:
// some ten seconds of work, so that a crash costs little and a long film is cut
// fine enough to be recognised at once.
const SegmentLength = 2 * time.Minute

// segments returns how many segments of a length a film has, by its duration
// alone: nobody has to read it from end to end first. What remains at the end
// and is shorter than a quarter of a segment belongs to the last one.
func segments(duration, length time.Duration) int {
	n := int(duration / length)
	if duration%length >= length/4 {
		n++
	}
	return max(1, n)
}

// A span is where a segment lies. Its borders are nominal: the neighbours look
// for a pause within reach of them.
type span struct {
	from, to    time.Duration
	first, last bool
	reach       time.Duration
}

// spanOf is segment n of total. The last one ends half a segment beyond its
// nominal end, which covers what remains of the film and a header that is a
// little wrong; where there is more sound than that, there are more segments.
func spanOf(n, total int, length time.Duration) span {
	s := span{from: time.Duration(n) * length, to: time.Duration(n+1) * length,
		first: n == 0, last: n == total-1, reach: reach(length)}
	if s.last {
		s.to += length / 2
	}
	return s
}

// reach is how far from a nominal border a cut may be. Most speech pauses
// within ten seconds, and what both neighbours of a border read costs twice.
func reach(length time.Duration) time.Duration { return min(5*time.Second, length/4) }

// starts returns where the windows of all segments begin.
func starts(total int, length time.Duration) []time.Duration {
	all := make([]time.Duration, total)
	for n := range all {
		all[n], _ = spanOf(n, total, length).window()
	}
	return all
}

// window is what has to be decoded of the film.
func (s span) window() (from, to time.Duration) {
	from, to = s.from-s.reach, s.to+s.reach
	if s.first {
		from = 0
	}
	if s.last {
		to = s.to
	}
	return from, to
}
