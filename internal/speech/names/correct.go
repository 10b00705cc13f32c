package names

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/cuepipe/cuepipe/internal/speech"
)

// A Change is a name that was put in the place of other words.
type Change struct {
	Name, Heard string
	First       int           // of the words that were heard
	Words       int           // how many of them became the name
	Start, End  time.Duration // when it was said
}

// A candidate is a window that is near enough to a name. What explains more of
// what was heard may be a little farther: "Shivaun O'Brien" is Siobhan Ó Briain
// even where Siobhan alone is a name too.
type candidate struct {
	window
	name int
	rank float32 // the lowest is taken
}

// longer is how much farther a candidate may be for each sound more that it
// explains, by the sound's weight.
const longer = 0.03

// Correct returns the words with every name in its own spelling that was nearly
// heard, and what was changed, in order. One to four words become a name;
// punctuation around them and a possessive 's stay. The name's words have the
// times of those they replace, shared out by letters where there were more or
// fewer. All other words are as they were; words itself is not changed.
// Corrected words corrected again stay the same.
func (n Names) Correct(words []speech.Word) ([]speech.Word, []Change) {
	if len(n.entries) == 0 {
		return words, nil
	}
	heard := n.hear(words)
	var candidates []candidate
	for first := range words {
		for count := 1; count <= mostWords && first+count <= len(words); count++ {
			w, ok := windowAt(words, heard, first, count)
			if !ok {
				break
			}
			candidates = n.near(candidates, words, heard, w)
		}
	}
	// The nearest is taken first, so that what overlaps it is not.
	slices.SortStableFunc(candidates, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), -cmp.Compare(len(n.entries[a.name].letters), len(n.entries[b.name].letters)),
			cmp.Compare(a.name, b.name), cmp.Compare(a.first, b.first), cmp.Compare(a.words, b.words))
	})
	var taken []candidate
	used := make([]bool, len(words))
	for _, c := range candidates {
		if place := used[c.first : c.first+c.words]; !slices.Contains(place, true) {
			for i := range place {
				place[i] = true
			}
			taken = append(taken, c)
		}
	}
	slices.SortFunc(taken, func(a, b candidate) int { return cmp.Compare(a.first, b.first) })
	return n.replace(words, heard, taken)
}

// hear makes the words ready, and locks those that are a name already.
func (n Names) hear(words []speech.Word) []heardWord {
	heard := make([]heardWord, len(words))
	known := map[string]heardWord{}
	for i, w := range words {
		h, ok := known[w.Text]
		if !ok {
			h = take(w.Text)
			known[w.Text] = h
		}
		heard[i] = h
	}
	starts := map[string][]int{} // names by their first word
	for at, e := range n.entries {
		first := fold(take(e.words[0]).core)
		starts[first] = append(starts[first], at)
	}
	for i := range words {
		for _, at := range starts[fold(heard[i].core)] {
			if e := n.entries[at]; written(words[i:], e.words) {
				for j := range e.words {
					heard[i+j].locked = true
				}
			}
		}
	}
	return heard
}

// written reports whether words begin with a name as it is written, whatever
// punctuation is around it.
func written(words []speech.Word, name []string) bool {
	if len(words) < len(name) {
		return false
	}
	last := len(name) - 1
	for i, part := range name {
		text := words[i].Text
		at := strings.Index(text, part)
		if at < 0 || i > 0 && at > 0 || i < last && at+len(part) < len(text) || strings.ContainsFunc(text[:at], isWordly) {
			return false
		}
		rest, _ := withoutOwner(strings.TrimRightFunc(text[at+len(part):], func(r rune) bool { return !isWordly(r) }))
		if i == last && strings.ContainsFunc(rest, isWordly) {
			return false
		}
	}
	return true
}

func isWordly(r rune) bool { return unicode.In(r, unicode.Letter, unicode.Mark, unicode.Digit) }

// near adds the names that a window is near enough to.
func (n Names) near(to []candidate, words []speech.Word, heard []heardWord, w window) []candidate {
	most := allowed(words, heard, w)
	if most < 0 {
		return to
	}
	weight := weightOf(w.sounds)
	for at := range n.entries {
		e := &n.entries[at]
		if e.digits != w.digits || e.letters == w.letters && w.words == 1 && heard[w.first].rank != rare {
			continue // "will" is no Will
		}
		if w.initials && !e.initials {
			continue // "ND" is no Wendy
		}
		far, limit := most+1, most*min(1, weight/fullWeight)
		for _, way := range e.ways {
			far = min(far, heardApart(w.sounds, way.sounds, weight, way.weight, limit/bySound))
		}
		if far == 0 {
			limit = most
		}
		if far *= bySound; far > limit {
			continue
		}
		if far += (1 - bySound) * spelledApart(w.letters, e.letters); far <= limit {
			to = append(to, candidate{w, at, far - longer*weight})
		}
	}
	return to
}

const (
	// bySound is the share of a distance that is how words sound; the rest is
	// how they are spelled.
	bySound = 0.8
	// fullWeight is the length in sounds from which all that is allowed is;
	// short names are like too many words, but for words of the same sound.
	fullWeight = 2.8
)

// replace writes the names in the place of the windows, which are in order and
// apart.
func (n Names) replace(words []speech.Word, heard []heardWord, windows []candidate) ([]speech.Word, []Change) {
	if len(windows) == 0 {
		return words, nil
	}
	corrected := make([]speech.Word, 0, len(words)+len(windows))
	var changes []Change
	next := 0
	for _, c := range windows {
		corrected = append(corrected, words[next:c.first]...)
		next = c.first + c.words
		old := words[c.first:next]
		name := slices.Clone(n.entries[c.name].words)
		name[len(name)-1] = followed(name[len(name)-1], heard[next-1].after)
		name[0] = heard[c.first].before + name[0]
		corrected = append(corrected, timed(name, old)...)
		change := Change{Name: n.list[c.name], First: c.first, Words: c.words, Start: old[0].Start, End: old[len(old)-1].End}
		for i, w := range old {
			if i > 0 {
				change.Heard += " "
			}
			change.Heard += w.Text
		}
		changes = append(changes, change)
	}
	return append(corrected, words[next:]...), changes
}

// followed puts a possessive and punctuation after a name that may end with the
// same: one full stop ends "Acme Inc." and its sentence.
func followed(name, after string) string {
	if rest, owner := withoutOwner(name); owner != "" && rest != "" {
		for _, o := range []string{"'s", "’s", "'S", "’S"} {
			after = strings.TrimPrefix(after, o)
		}
	}
	if strings.HasSuffix(name, ".") {
		after = strings.TrimPrefix(after, ".")
	}
	return name + after
}

// timed gives texts the times and probabilities of the old words: each its own
// where there are as many, else a share of the whole by letters, and the mean.
func timed(texts []string, old []speech.Word) []speech.Word {
	words := make([]speech.Word, len(texts))
	mean, letters := 0.0, time.Duration(0)
	for _, w := range old {
		mean += w.Probability / float64(len(old))
	}
	for _, text := range texts {
		letters += time.Duration(utf8.RuneCountInString(text))
	}
	start, span, before := old[0].Start, old[len(old)-1].End-old[0].Start, time.Duration(0)
	at := func(n time.Duration) time.Duration { return start + span/letters*n + span%letters*n/letters }
	for i, text := range texts {
		through := before + time.Duration(utf8.RuneCountInString(text))
		words[i] = speech.Word{Text: text, Start: at(before), End: at(through), Probability: mean, Speaker: old[0].Speaker}
		if len(texts) == len(old) {
			words[i] = old[i]
			words[i].Text = text
		}
		before = through
	}
	return words
}
