// Package names writes names right that a recogniser nearly heard.
package names

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What a list may hold: it is kept with its video, which is read and written
// all the time.
const (
	MostNames  = 100
	MostLength = 60    // characters of a name
	MostBytes  = 2_000 // of all names
)

// Names is a list of names. The zero value has none.
type Names struct{ list []string }

// New takes names of one or several words. It trims them and leaves out what is
// there twice. A list that cannot be used is an error that says what to do.
func New(list []string) (Names, error) {
	var n Names
	size := 0
	for _, name := range list {
		name = strings.Join(strings.Fields(name), " ")
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
	return n, nil
}

// List returns the names as they will be written. The caller must not change it.
func (n Names) List() []string { return n.list }

func unfit(r rune) bool {
	return !unicode.In(r, unicode.Letter, unicode.Mark, unicode.Digit) && !strings.ContainsRune(" -'’.", r)
}
