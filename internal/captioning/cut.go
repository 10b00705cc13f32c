package captioning

import (
	"context"
	"fmt"
	"time"

	"github.com/cuepipe/cuepipe/internal/speech"
)

// A cut is where one segment ends and the next begins, in milliseconds from the
// start of the film: in the middle of the pause [From, To]. Where nobody pauses
// From and To are At, and both neighbours hear on beyond it.
type cut struct {
	At   int64 `json:"at"`
	From int64 `json:"from"`
	To   int64 `json:"to"`
}

func (c cut) inPause() bool { return c.From < c.To }

// agrees reports whether a segment that begins at d may follow one that ends at
// c: no word lies between the two cuts, or both heard what does. Where nobody
// pauses that is so as long as they are not more than slack apart.
func (c cut) agrees(d cut, slack time.Duration) bool {
	if c.inPause() && d.inPause() {
		return d.From <= c.At && c.At <= d.To && c.From <= d.At && d.At <= c.To
	}
	apart := time.Duration(c.At-d.At) * time.Millisecond
	return c.inPause() == d.inPause() && apart.Abs() <= slack
}

// shortestPause is taken for a pause and not for a stop consonant.
const shortestPause = 200 * time.Millisecond

// overlapFor is how far two neighbours hear beyond a cut in the middle of
// speech: enough for a long word to be whole on both sides.
func overlapFor(reach time.Duration) time.Duration { return min(time.Second, reach/2) }

// A sound is a part of a film, decoded.
type sound struct {
	from time.Duration // of its first sample, in the film
	pcm  []int16
}

func (s sound) to() time.Duration { return s.from + speech.Duration(len(s.pcm)) }

// between returns the part of s in [from, to), as far as s has it.
func (s sound) between(from, to time.Duration) sound {
	first := min(max(0, speech.Samples(from-s.from)), len(s.pcm))
	last := min(max(first, speech.Samples(to-s.from)), len(s.pcm))
	return sound{s.from + speech.Duration(first), s.pcm[first:last]}
}

// cutAt finds the cut for a nominal border. It hears the sound within reach of
// the border and nothing else, so that both neighbours find the same one.
func (t *Transcriber) cutAt(ctx context.Context, s sound, border, reach time.Duration) (cut, error) {
	near := s.between(border-reach, border+reach)
	if len(near.pcm) == 0 { // the film's sound is over
		ms := border.Milliseconds()
		return cut{ms, ms, ms}, nil
	}
	activity, err := t.Detector.Activity(ctx, near.pcm)
	if err != nil {
		return cut{}, fmt.Errorf("find the cut at %v: %w", border, err)
	}
	if pause, ok := speech.DefaultRules.LongestPause(activity, shortestPause); ok {
		from, to := near.from+speech.Duration(pause.Start), near.from+speech.Duration(pause.End)
		return cut{((from + to) / 2).Milliseconds(), from.Milliseconds(), to.Milliseconds()}, nil
	}
	ms := (near.from + speech.Duration(activity.Quietest())).Milliseconds()
	return cut{ms, ms, ms}, nil
}

// heard is what a segment between two cuts hears of its sound.
func (s sound) heard(start, end cut, span span) sound {
	from, to := time.Duration(start.At)*time.Millisecond, time.Duration(end.At)*time.Millisecond
	if !start.inPause() && !span.first {
		from -= overlapFor(span.reach)
	}
	if span.last {
		to = s.to()
	} else if !end.inPause() {
		to += overlapFor(span.reach)
	}
	return s.between(from, to)
}
