package speech

import (
	"context"
	"fmt"
	"slices"
	"time"
)

const (
	// leastUnheard is how long somebody has to speak without a word for it to be
	// worth a look: hesitation, laughter and breath are shorter.
	leastUnheard = 2 * time.Second
	// around is how far from its word speech may lie and still be its.
	around = 500 * time.Millisecond
)

// Unheard returns the stretches of t.Speech in which there is no word, of two
// seconds and more, in order and apart. Stretches of speech that are less than
// half a second apart are one.
func Unheard(t Transcript) []Region {
	var mute []Region
	next := 0 // the first word that may still reach into the stretch
	for _, s := range bridged(t.Speech) {
		at := s.Start
		for ; next < len(t.Words) && t.Words[next].Start-around < s.End; next++ {
			mute = appendLong(mute, Region{at, t.Words[next].Start - around})
			at = max(at, t.Words[next].End+around)
			if at > s.End { // the word may belong to the next stretch, too
				break
			}
		}
		mute = appendLong(mute, Region{at, s.End})
	}
	return mute
}

func bridged(regions []Region) []Region {
	var out []Region
	for _, r := range regions {
		if n := len(out); n > 0 && r.Start-out[n-1].End < around {
			out[n-1].End = max(out[n-1].End, r.End)
			continue
		}
		out = append(out, r)
	}
	return out
}

func appendLong(regions []Region, r Region) []Region {
	if r.End-r.Start < leastUnheard {
		return regions
	}
	return append(regions, r)
}

// Unspoken returns the stretches of words around which nobody speaks, in order
// and apart.
func Unspoken(t Transcript) []Region {
	var stray []Region
	next, together := 0, false
	for _, w := range t.Words {
		for next < len(t.Speech) && t.Speech[next].End+around <= w.Start {
			next++
		}
		switch {
		case next < len(t.Speech) && t.Speech[next].Start-around < w.End:
			together = false
		case together:
			stray[len(stray)-1].End = w.End
		default:
			stray, together = append(stray, Region{w.Start, w.End}), true
		}
	}
	return stray
}

// Checked has an engine hear again, once and by itself, what it seems to have
// missed or made up: stretches of speech without words, of which it takes the
// words that it is sure of then, and words where nobody speaks, which it
// leaves out unless it hears some there again. What stays is in the
// transcript's Unheard and Unspoken. It costs nothing where all is well, and
// at most as much as the first hearing.
type Checked struct{ Engine }

var _ Engine = Checked{}

// Recognise implements Engine.
func (c Checked) Recognise(ctx context.Context, pcm []int16, progress func(time.Duration)) (Transcript, error) {
	t, err := c.Engine.Recognise(ctx, pcm, progress)
	if err != nil {
		return t, err
	}
	for _, r := range Unheard(t) {
		if t, err = c.fill(ctx, pcm, t, r); err != nil {
			return Transcript{}, err
		}
	}
	for _, r := range Unspoken(t) {
		if t, err = c.doubt(ctx, pcm, t, r); err != nil {
			return Transcript{}, err
		}
	}
	t.Engine += ", gaps heard twice"
	t.Unheard, t.Unspoken = Unheard(t), Unspoken(t)
	return t, nil
}

// fill adds the words of a stretch without words.
func (c Checked) fill(ctx context.Context, pcm []int16, t Transcript, r Region) (Transcript, error) {
	again, err := c.again(ctx, pcm, r)
	if err != nil || again.Confidence < LeastConfidence {
		return t, err
	}
	// What it hears at the edges again is there already.
	words := slices.DeleteFunc(again.Words, func(w Word) bool { return w.Start < r.Start-around/2 || w.End > r.End+around/2 })
	if len(words) == 0 {
		return t, nil
	}
	at, _ := slices.BinarySearchFunc(t.Words, r.Start, func(w Word, start time.Duration) int { return int(w.Start - start) })
	low, high := time.Duration(0), Duration(len(pcm))
	if at > 0 {
		low = t.Words[at-1].End
	}
	if at < len(t.Words) {
		high = t.Words[at].Start
	}
	Settle(words, low, high)
	before, more := float64(len(t.Words)), float64(len(words))
	t.Confidence = (t.Confidence*before + again.Confidence*more) / (before + more)
	t.Words = slices.Insert(t.Words, at, words...)
	return t, nil
}

// doubt leaves out the words of a stretch in which nobody speaks, unless there
// are some again.
func (c Checked) doubt(ctx context.Context, pcm []int16, t Transcript, r Region) (Transcript, error) {
	again, err := c.again(ctx, pcm, r)
	if err != nil {
		return t, err
	}
	within := func(w Word) bool { return w.Start < r.End && w.End > r.Start }
	if !slices.ContainsFunc(again.Words, within) {
		t.Words = slices.DeleteFunc(slices.Clone(t.Words), within)
	}
	if len(t.Words) == 0 {
		t.Confidence = 0
	}
	return t, nil
}

// again hears one stretch and a little around it, and nothing else. Times are
// those of the whole sound.
func (c Checked) again(ctx context.Context, pcm []int16, r Region) (Transcript, error) {
	first := max(0, Samples(r.Start-around))
	last := min(len(pcm), Samples(r.End+around))
	if first >= last {
		return Transcript{}, nil
	}
	t, err := c.Engine.Recognise(ctx, pcm[first:last], nil)
	if err != nil {
		return t, fmt.Errorf("hear again from %v to %v: %w", r.Start, r.End, err)
	}
	for i := range t.Words {
		t.Words[i].Start += Duration(first)
		t.Words[i].End += Duration(first)
	}
	return t, nil
}
