// Package names writes names right that a recogniser nearly heard: who gives a
// list with Siobhan in it gets Siobhan where "Shivaun" was heard.
//
// Words are compared as they sound in English and as they are spelled. How near
// they must be depends on how sure the recogniser is of them, and on how common
// they are: it writes "win" for Nguyen, and far more often because somebody
// wins. In doubt the words stay.
package names

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// What a list may hold: it is kept with its video, which is read and written
// all the time.
const (
	MostNames  = 100
	MostLength = 60    // characters of a name
	MostBytes  = 2_000 // of all names
)

// Names is a list of names. The zero value has none.
type Names struct {
	list    []string
	entries []entry
}

// New takes names of one or several words. It trims them, brings them to
// Unicode's form C and leaves out what is there twice. A list that cannot be
// used is an error that says what to do.
func New(list []string) (Names, error) {
	var n Names
	size := 0
	for _, name := range list {
		name = strings.Join(strings.Fields(norm.NFC.String(name)), " ")
		switch {
		case name == "" || slices.Contains(n.list, name):
			continue
		case !utf8.ValidString(name) || !strings.ContainsFunc(name, unicode.IsLetter) || strings.ContainsFunc(name, unfit):
			return Names{}, fmt.Errorf("%q is not a name: write it with letters, digits, spaces, hyphens, apostrophes and full stops, at least one letter", name)
		case utf8.RuneCountInString(name) > MostLength:
			return Names{}, fmt.Errorf("%q is longer than %d characters; shorten it", name, MostLength)
		}
		n.list = append(n.list, name)
		size += len(name)
	}
	if len(n.list) > MostNames || size > MostBytes {
		return Names{}, fmt.Errorf("there are %d names of %d bytes; give at most %d names of %d bytes in all", len(n.list), size, MostNames, MostBytes)
	}
	for _, name := range n.list {
		n.entries = append(n.entries, entryOf(name))
	}
	return n, nil
}

// List returns the names as they will be written. The caller must not change it.
func (n Names) List() []string { return n.list }

func unfit(r rune) bool {
	return !unicode.In(r, unicode.Letter, unicode.Mark, unicode.Digit) && !strings.ContainsRune(" -'’.", r)
}

// An entry is a name made ready to be compared.
type entry struct {
	words   []string // as they are written
	letters string   // a to z, without spaces
	digits  string
	// initials: parts of it are said letter by letter.
	initials bool
	ways     []way // how it may sound; none if it cannot be compared
}

type way struct {
	sounds string
	weight float32
}

// maxSounds bounds what is compared. The longest names have about half as many.
const maxSounds = 120

func entryOf(name string) entry {
	e := entry{words: strings.Fields(name), letters: fold(name), digits: digitsOf(name)}
	sounds := []string{""}
	for _, word := range e.words {
		word, _ = withoutOwner(word)
		e.initials = e.initials || slices.ContainsFunc(parts(word), func(p string) bool { return len(p) > 1 && p == strings.ToUpper(p) })
		var longer []string
		for _, before := range sounds {
			for _, s := range soundsOf(word) {
				longer = append(longer, before+s)
			}
		}
		sounds = longer[:min(len(longer), mostWays)]
	}
	for _, s := range sounds {
		// A name with other letters than Latin ones would be compared by half of it.
		if s != "" && len(s) <= maxSounds && !strings.ContainsFunc(latin(name), foreign) {
			e.ways = append(e.ways, way{s, weightOf(s)})
		}
	}
	return e
}

func foreign(r rune) bool { return r > unicode.MaxASCII && r != '’' }

func digitsOf(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, text)
}

// withoutOwner takes a possessive 's or ' off a word.
func withoutOwner(word string) (rest, owner string) {
	for _, owner := range []string{"'s", "’s", "'S", "’S"} {
		if rest, ok := strings.CutSuffix(word, owner); ok {
			return rest, owner
		}
	}
	return word, ""
}
