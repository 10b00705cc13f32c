package search

import (
	"slices"
	"strings"
)

// marks returns where in a text the words are that a query found, as first and
// last code point, which is not part of it: in order, and none touching the
// next. A word is marked whole also where only its beginning was asked for.
func marks(text string, q Query) [][2]int {
	type read struct {
		forms    [2]string // as it is, and what stands after its apostrophe
		from, to int
	}
	var words []read
	eachWord(text, func(w word) {
		r := read{[2]string{string(w.text)}, w.from, w.to}
		if w.tail > 0 {
			r.forms[1] = r.forms[0][w.tail:]
		}
		words = append(words, r)
	})
	var found [][2]int
	for _, t := range q.terms {
		last := len(t) - 1
		for i := 0; i+last < len(words); i++ {
			fits := true
			for k, want := range t {
				fits = fits && slices.ContainsFunc(words[i+k].forms[:], func(form string) bool {
					return form == want || k == last && form != "" && strings.HasPrefix(form, want)
				})
			}
			if fits {
				found = append(found, [2]int{words[i].from, words[i+last].to})
			}
		}
	}
	slices.SortFunc(found, func(a, b [2]int) int { return slices.Compare(a[:], b[:]) })
	var joined [][2]int
	for _, m := range found {
		if n := len(joined); n > 0 && m[0] <= joined[n-1][1] {
			joined[n-1][1] = max(joined[n-1][1], m[1])
			continue
		}
		joined = append(joined, m)
	}
	return joined
}
