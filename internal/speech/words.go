package speech

import (
	"strings"
	"time"
	"unicode"
)

// A Token is a part of the text, with a space before it where it begins a
// word, and when it was spoken.
type Token struct {
	Text        string
	Start, End  time.Duration
	Probability float64
}

// Words joins tokens to words. A word's probability is the mean of its
// tokens'. Bytes that make no character are dropped, and so is a text without
// any letter or digit: a recogniser writes a full stop for a cough.
func Words(tokens []Token) []Word {
	var words []Word
	parts := 0
	for _, t := range tokens {
		if len(words) == 0 || strings.HasPrefix(t.Text, " ") {
			words = append(words, Word{Start: t.Start})
			parts = 0
		}
		w := &words[len(words)-1]
		w.Text += t.Text
		w.End = t.End
		w.Probability = (w.Probability*float64(parts) + t.Probability) / float64(parts+1)
		parts++
	}
	kept, spoken := words[:0], false
	for _, w := range words {
		w.Text = strings.TrimSpace(strings.ToValidUTF8(w.Text, ""))
		if w.Text == "" {
			continue
		}
		spoken = spoken || strings.ContainsFunc(w.Text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
		kept = append(kept, w)
	}
	if !spoken {
		return nil
	}
	return kept
}

// Snap trims every word to the longest run of speech in its time, because an
// alignment gives the silence around a word to the word. A word in whose time
// there is no speech moves to the nearest, as far as that is near; else it
// stays as it is.
func (r Rules) Snap(words []Word, a Activity) {
	const bridge = 1 // frames inside one run: a stop consonant is no pause
	near := a.frames(500 * time.Millisecond)
	p := a.Probabilities
	for i := range words {
		w := &words[i]
		first, last := Samples(w.Start)/a.Frame, min(Samples(w.End)/a.Frame, len(p)-1)
		longest := Span{}
		for f := first; f <= last; f++ {
			if p[f] < r.Threshold {
				continue
			}
			run := Span{f, f + 1}
			for next := f + 1; next <= last && next-run.End <= bridge; next++ {
				if p[next] >= r.Threshold {
					run.End = next + 1
				}
			}
			f = run.End
			if run.Len() > longest.Len() {
				longest = run
			}
		}
		if longest.Len() > 0 {
			w.Start = max(w.Start, Duration(longest.Start*a.Frame))
			w.End = min(w.End, Duration(longest.End*a.Frame))
			continue
		}
		for away := 1; away <= near; away++ {
			if f := last + away; f < len(p) && p[f] >= r.Threshold {
				at := Duration(f * a.Frame)
				w.Start, w.End = at, at+w.End-w.Start
				break
			}
			if f := min(first, len(p)) - away; f >= 0 && p[f] >= r.Threshold {
				at := Duration((f + 1) * a.Frame)
				w.Start, w.End = at-(w.End-w.Start), at
				break
			}
		}
	}
}

// Settle makes the times of words what Transcript promises: inside
// [start, end], in order, without overlap, and no word shorter than a
// hundredth of a second as long as there is room for that. Times that keep
// the promise already stay as they are.
func Settle(words []Word, start, end time.Duration) {
	if len(words) == 0 {
		return
	}
	shortest := min(10*time.Millisecond, (end-start)/time.Duration(len(words)))
	for i := range words {
		w := &words[i]
		w.Start = max(w.Start, start)
		if i > 0 && w.Start < words[i-1].End {
			before := &words[i-1]
			before.End = max(w.Start, before.Start+shortest)
			w.Start = before.End
		}
		w.End = max(w.End, w.Start+shortest)
	}
	for i := len(words) - 1; i >= 0 && words[i].End > end; i-- {
		w := &words[i]
		w.End = end
		w.Start = min(w.Start, w.End-shortest)
		end = w.Start
	}
}
