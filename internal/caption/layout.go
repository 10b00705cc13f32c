package caption

import (
	"strings"
	"time"

	"github.com/cuepipe/cuepipe/internal/speech"
)

// Layout makes cues of words: it chooses where cues and lines break and when
// each cue is shown. No word is lost and their order is kept. No line is longer
// than the profile's, no cue has more lines or lasts longer, and no two
// overlap; the other rules hold wherever the speech allows, and what then is
// least bad is taken ([Check] says what that broke).
//
// All ways of breaking the words are weighed by dynamic programming: best[j] is
// the least cost of the cues up to word j, over every cue that can end there.
// A cue holds few words, so the time is linear in the length of the film. Costs
// are integers: the same words give the same cues on every machine, and a film
// cut at pauses longer than MaxPause gives the same cues as the whole.
//
// Where words say who speaks, no cue has words of two speakers.
//
// words are in the order of their times; times that overlap, fall or are
// missing are mended. p is [Default] or a changed copy of it.
func Layout(words []speech.Word, p Profile) []Cue {
	s := newSetter(words, p)
	n := len(s.units)
	best := make([]int64, n+1)
	from := make([]int, n+1)
	for j := 1; j <= n; j++ {
		best[j] = 2 * noLayout
		for i := j - 1; i >= 0; i-- {
			if j-i > 1 && !s.holds(i, j) {
				break
			}
			if c := best[i] + s.cost(i, j); c < best[j] {
				best[j], from[j] = c, i
			}
		}
	}

	var cues []Cue
	for j := n; j > 0; j = from[j] {
		in, out := p.times(s.stretch(from[j], j))
		cues = append(cues, Cue{Start: in, End: out, Lines: s.linesOf(from[j], j), Speaker: s.units[from[j]].speaker})
	}
	for a, b := 0, len(cues)-1; a < b; a, b = a+1, b-1 {
		cues[a], cues[b] = cues[b], cues[a]
	}
	return cues
}

// A setter holds what weighing needs, prepared once for all words. The number k
// of a break is that of the unit after it.
type setter struct {
	Profile
	maxChars, maxLines int

	units  []unit
	filled []int   // characters before unit k, a space before each word included
	words  []int   // words before unit k; a piece of a long word is one, as in two lines
	breaks []int64 // cost of a cue break at k
	inner  []int64 // sum of the costs of not breaking at 1 to k
}

func newSetter(words []speech.Word, p Profile) *setter {
	s := &setter{Profile: p, maxChars: max(p.MaxCharsPerLine, 1), maxLines: max(p.MaxLines, 1)}
	s.units = makeUnits(words, s.maxChars, p.spaceless())
	n := len(s.units)
	s.filled = make([]int, n+1)
	s.words = make([]int, n+1)
	s.breaks = make([]int64, n+1)
	s.inner = make([]int64, n+1)

	english := p.english()
	var a bound
	opens := true // whether a is the first word of a sentence
	for k, u := range s.units {
		s.filled[k+1] = s.filled[k] + u.chars
		if !u.glued && !u.tight {
			s.filled[k+1]++
		}
		s.words[k+1] = s.words[k]
		if !u.tight { // a text without spaces counts as one word
			s.words[k+1] += Words(u.text)
		}
		b := newBound(u.text, english)
		if k > 0 {
			ended := !u.glued && endsSentence(a, b)
			s.weigh(k, a, b, opens, ended)
			opens = ended || s.pause(k) >= p.MaxPause
		}
		a = b
	}
	return s
}

// pause is the silence before unit k.
func (s *setter) pause(k int) time.Duration {
	return s.units[k].start - s.units[k-1].end
}

// holds says whether one cue may hold units i to j, more than one. Where it may
// not, no cue that begins earlier may either.
func (s *setter) holds(i, j int) bool {
	return s.pause(i+1) < s.MaxPause && !s.units[i+1].turn &&
		s.units[j-1].end-s.units[i].start <= s.MaxDuration &&
		s.width(i, j) <= s.maxLines*(s.maxChars+1)-1
}

func (s *setter) stretch(i, j int) stretch {
	st := stretch{
		start:  s.units[i].start,
		end:    s.units[j-1].end,
		before: -maxTime,
		after:  4 * maxTime,
		chars:  s.width(i, j),
		words:  s.words[j] - s.words[i],
	}
	if s.units[i].tight {
		st.words++
	}
	if i > 0 {
		st.before = s.units[i-1].end
	}
	if j < len(s.units) {
		st.after = s.units[j].start
	}
	return st
}

// join is the text of units i to j on one line.
func (s *setter) join(i, j int) string {
	var b strings.Builder
	for k := i; k < j; k++ {
		if k > i && !s.units[k].glued && !s.units[k].tight {
			b.WriteByte(' ')
		}
		b.WriteString(s.units[k].text)
	}
	return b.String()
}
