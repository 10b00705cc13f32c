package speech

import (
	"math"
	"time"
)

// An Activity says how likely it is that somebody speaks, frame by frame.
type Activity struct {
	// Probabilities holds one value (0 to 1) for each frame; the last frame
	// may reach beyond the end of the sound.
	Probabilities []float32
	// Frame is the length of a frame and Samples that of the sound, both in
	// samples.
	Frame, Samples int
}

// A Span is the samples [Start, End).
type Span struct{ Start, End int }

// Len is the number of samples in s.
func (s Span) Len() int { return s.End - s.Start }

// Duration returns how long n samples last.
func Duration(n int) time.Duration {
	return time.Duration(n) * time.Second / SampleRate
}

// Samples returns the number of whole samples in d.
func Samples(d time.Duration) int {
	return int(d * SampleRate / time.Second)
}

// frames returns the number of whole frames in d.
func (a Activity) frames(d time.Duration) int { return Samples(d) / a.Frame }

// span turns the frames [start, end) into samples inside the sound.
func (a Activity) span(start, end int) Span {
	return Span{min(start*a.Frame, a.Samples), min(end*a.Frame, a.Samples)}
}

// Rules say what counts as speech and how it is cut into the chunks that a
// recogniser hears one at a time.
type Rules struct {
	// Threshold is the probability at which speech begins; it goes on, to both
	// sides, while the probability is at least half of that.
	Threshold float32
	// Bridge is the longest pause inside one stretch of speech, Shortest the
	// shortest stretch that counts; a click is shorter.
	Bridge, Shortest time.Duration
	// Drop is the pause above which the silence is left out. Shorter pauses
	// stay in the chunk: the words beside a cut suffer.
	Drop time.Duration
	// Pad is kept before and after a chunk's speech where there is room, and
	// Longest is a chunk's longest length, padding included. Recognisers of
	// this family fall into repetition beyond about 40 s.
	Pad, Longest time.Duration
}

// DefaultRules made the fewest errors of those that were tried on 20 clips
// with 729 words: 4.0 %, against 8.0 % for voice activity used as a filter
// with its usual settings, and 59.8 % for whole files.
var DefaultRules = Rules{
	Threshold: 0.3,
	Bridge:    100 * time.Millisecond,
	Shortest:  64 * time.Millisecond,
	Drop:      2 * time.Second,
	Pad:       300 * time.Millisecond,
	Longest:   15 * time.Second,
}

// Regions returns the stretches of speech in order, apart from each other.
func (r Rules) Regions(a Activity) []Region {
	var regions []Region
	for _, s := range r.speech(a) {
		span := a.span(s.Start, s.End)
		regions = append(regions, Region{Duration(span.Start), Duration(span.End)})
	}
	return regions
}

// speech finds the stretches of speech; its spans count frames.
func (r Rules) speech(a Activity) []Span {
	p, keep := a.Probabilities, r.Threshold/2
	bridge, shortest := a.frames(r.Bridge), a.frames(r.Shortest)
	var found []Span
	for i := 0; i < len(p); {
		if p[i] < r.Threshold {
			i++
			continue
		}
		start, end := i, i
		for end < len(p) && p[end] >= keep {
			end++
		}
		for start > 0 && p[start-1] >= keep {
			start--
		}
		if n := len(found); n > 0 && start-found[n-1].End <= bridge {
			found[n-1].End = end
		} else if end-start >= shortest {
			found = append(found, Span{start, end})
		}
		i = end
	}
	return found
}

// Chunks returns the parts of the sound that a recogniser should hear, in
// order and apart, none longer than r.Longest. Together they hold all speech
// that Regions returns. Where speech goes on for longer, it is cut in a
// pause, a long one near the middle if there is one; where there is no pause,
// at the frame that sounds least like speech.
func (r Rules) Chunks(a Activity) []Span {
	speech := r.speech(a)
	drop, pad := a.frames(r.Drop), a.frames(r.Pad)
	longest := max(2, a.frames(r.Longest)-2*pad)

	var cut []Span
	for i := 0; i < len(speech); {
		j := i + 1
		for j < len(speech) && speech[j].Start-speech[j-1].End <= drop {
			j++
		}
		cut = split(cut, a.Probabilities, speech[i:j], longest)
		i = j
	}

	chunks := make([]Span, len(cut))
	for i, s := range cut {
		// Half of the pause to each neighbour, at most.
		low, high := 0, len(a.Probabilities)
		if i > 0 {
			low = (cut[i-1].End + s.Start + 1) / 2
		}
		if i+1 < len(cut) {
			high = (s.End + cut[i+1].Start + 1) / 2
		}
		chunks[i] = a.span(max(low, s.Start-pad), min(high, s.End+pad))
	}
	return chunks
}

// Recut cuts one of the Chunks otherwise: into shorter ones, at its pauses. It
// returns one where there is nothing to cut.
func (r Rules) Recut(a Activity, chunk Span) []Span {
	first, last := chunk.Start/a.Frame, min((chunk.End+a.Frame-1)/a.Frame, len(a.Probabilities))
	if first >= last {
		return []Span{chunk}
	}
	part := Activity{a.Probabilities[first:last], a.Frame, chunk.End - first*a.Frame}
	r.Longest = max(Duration(chunk.Len())*6/10, 2*r.Pad+time.Second)
	recut := r.Chunks(part)
	for i := range recut {
		recut[i].Start, recut[i].End = recut[i].Start+first*a.Frame, recut[i].End+first*a.Frame
	}
	if len(recut) == 0 {
		return []Span{chunk}
	}
	return recut
}

// split appends the stretches to cut as spans of at most longest frames.
func split(cut []Span, p []float32, stretches []Span, longest int) []Span {
	first, last := stretches[0].Start, stretches[len(stretches)-1].End
	if last-first <= longest {
		return append(cut, Span{first, last})
	}
	if len(stretches) == 1 {
		at := quietest(p, first, last, longest)
		cut = split(cut, p, []Span{{first, at}}, longest)
		return split(cut, p, []Span{{at, last}}, longest)
	}
	at, best := 1, math.Inf(-1)
	for i := 1; i < len(stretches); i++ {
		// A pause near the middle is worth more, so that no chunk is a crumb.
		place := float64(stretches[i].Start-first) / float64(last-first)
		pause := float64(stretches[i].Start - stretches[i-1].End)
		if worth := pause * (0.3 + min(place, 1-place)); worth > best {
			at, best = i, worth
		}
	}
	cut = split(cut, p, stretches[:at], longest)
	return split(cut, p, stretches[at:], longest)
}

// quietest returns the frame at which to cut speech without a pause: in the
// middle half, or in the latter half of the longest chunk when there is more
// than two of them to cut.
func quietest(p []float32, first, last, longest int) int {
	low, high := first+(last-first)/4, last-(last-first)/4
	if last-first > 2*longest {
		low, high = first+longest/2, first+longest
	}
	at := low
	for i := low; i < high; i++ {
		if p[i] < p[at] {
			at = i
		}
	}
	return at
}
