package search

import (
	"slices"
	"strings"
	"time"

	"github.com/cuepipe/cuepipe/internal/caption"
)

// A track is captions as they are searched. It is never changed once it is
// made, so that any number of requests may read it.
type track struct {
	text   string // of all cues, one after the other
	folded string // the words of all cues, each with a space before it
	cues   []cue
}

// A cue is where one of a track's is.
type cue struct {
	start, end time.Duration // whole milliseconds
	// Where it ends in the track's text and in the folded one. It begins where the
	// one before it ends.
	text, folded int
}

func newTrack(cues []caption.Cue) *track {
	var text strings.Builder
	t := &track{cues: make([]cue, 0, len(cues))}
	for _, c := range cues {
		text.WriteString(c.Text())
		t.cues = append(t.cues, cue{start: c.Start, end: c.End, text: text.Len()})
	}
	t.text = text.String()
	t.fold()
	return t
}

// fold makes the folded text.
func (t *track) fold() {
	folded := make([]byte, 0, len(t.text)+len(t.text)/8)
	put := func(w word) {
		folded = append(append(folded, ' '), w.text...)
		if w.tail > 0 {
			folded = append(append(folded, ' '), w.text[w.tail:]...)
		}
	}
	for i := range t.cues {
		eachWord(t.cueText(i), put)
		t.cues[i].folded = len(folded)
	}
	t.folded = string(folded)
}

// cueText is the text of the cue at i, in one line.
func (t *track) cueText(i int) string {
	from := 0
	if i > 0 {
		from = t.cues[i-1].text
	}
	return t.text[from:t.cues[i].text]
}

// A place is where a hit is: a cue, or with the one after it.
type place struct {
	cue  int
	both bool
}

// find returns the first places, as many as most, where all of a query is, in
// the order of the film. A cue that has all is a place; one that has it
// together with the next is one, too, unless either of the two is part of
// another place.
func (t *track) find(q Query, most int) (places []place) {
	for _, term := range q.terms {
		if !strings.Contains(t.folded, term.needle()) {
			return nil
		}
	}
	found := make([]occurrences, len(q.terms))
	rarest := 0
	for i, term := range q.terms {
		if found[i] = t.occurrences(term.needle()); len(found[i]) < len(found[rarest]) {
			rarest = i
		}
	}
	all := func(p place) bool {
		return !slices.ContainsFunc(found, func(o occurrences) bool { return !o.in(p) })
	}
	next := 0 // the first cue that no place has
	for _, o := range found[rarest] {
		// What lies before the occurrence and with it, then it alone or with what
		// follows.
		for _, at := range []int{o.cue - 1, o.cue} {
			if at < next || len(places) == most {
				continue
			}
			p, after := place{cue: at}, place{cue: at + 1}
			switch {
			case all(p):
			case at+1 < len(t.cues) && !all(after) && all(place{at, true}):
				p.both, after.cue = true, at+2
			default:
				continue
			}
			places, next = append(places, p), after.cue
		}
	}
	return places
}

// occurrences are where a term is, in the order of the film: in a cue, or, after
// those, from it on into the next.
type occurrences []place

// in reports whether the term is in a place.
func (o occurrences) in(p place) bool {
	i, _ := slices.BinarySearchFunc(o, p.cue, func(o place, cue int) int { return o.cue - cue })
	for ; i < len(o) && o[i].cue <= p.cue; i++ {
		if !o[i].both || p.both {
			return true
		}
	}
	return p.both && i < len(o) && o[i] == place{cue: p.cue + 1}
}

// occurrences looks for a term. Of several in a cue one is enough, and one that
// goes on into the next.
func (t *track) occurrences(needle string) (found occurrences) {
	cue := 0
	for at := 0; ; at++ {
		i := strings.Index(t.folded[at:], needle)
		if i < 0 {
			return found
		}
		at += i
		for t.cues[cue].folded <= at {
			cue++
		}
		p := place{cue: cue}
		if end := at + len(needle); end > t.cues[cue].folded {
			if cue+1 == len(t.cues) || end > t.cues[cue+1].folded {
				continue // over more than two
			}
			p.both = true
		}
		if !slices.Contains(found[max(0, len(found)-2):], p) {
			found = append(found, p)
		}
	}
}

// at returns what a place shows: its times, and its text in one line.
func (t *track) at(p place) (start, end time.Duration, text string) {
	first, last := t.cues[p.cue], t.cues[p.cue]
	text = t.cueText(p.cue)
	if p.both {
		last = t.cues[p.cue+1]
		text += " " + t.cueText(p.cue+1)
	}
	return first.start, max(first.end, last.end), text
}

// size is about how many bytes it holds.
func (t *track) size() int { return len(t.text) + len(t.folded) + 32*len(t.cues) }
