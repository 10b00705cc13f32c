package search

import (
	"errors"
	"slices"
	"strings"
)

// MaxQuery is how many code points a query may have.
const MaxQuery = 200

// ErrNoWords: there is nothing in a query that could be looked for.
var ErrNoWords = errors.New("there is no letter and no digit in it")

// A Query is what is looked for: words, of which each may be the beginning of
// one. Letters of a script without spaces that stood together in it have to
// stand together in the text.
type Query struct{ terms []term }

// A term is one word, or the letters that stood together.
type term []string

// Parse reads a query as a person wrote it. It returns ErrNoWords.
func Parse(s string) (Query, error) {
	var q Query
	touches := -1 // where the last word ended, if it was a single letter
	eachWord(s, func(w word) {
		text := string(w.text)
		if w.single && w.from <= touches {
			last := &q.terms[len(q.terms)-1]
			*last = append(*last, text)
		} else {
			q.terms = append(q.terms, term{text})
		}
		touches = -1
		if w.single {
			touches = w.to
		}
	})
	if len(q.terms) == 0 {
		return q, ErrNoWords
	}
	slices.SortFunc(q.terms, func(a, b term) int { return slices.Compare(a, b) })
	q.terms = slices.CompactFunc(q.terms, func(a, b term) bool { return slices.Equal(a, b) })
	return q, nil
}

// needle is the term as it stands in a folded text, where a space comes before
// each word.
func (t term) needle() string { return " " + strings.Join(t, " ") }
