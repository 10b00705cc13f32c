package caption

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Chars counts the characters of s as a viewer does: a letter with its
// combining marks is one, so is an emoji with its skin tone, its variation
// selector and whatever joiners tie to it, and so are the two halves of a
// flag. Other invisible format characters (direction marks, soft hyphens)
// count nothing. This comes close to the grapheme clusters of Unicode Annex 29
// without its tables; full-width characters count one.
func Chars(s string) int {
	n := 0
	for s != "" {
		size, visible := nextChar(s)
		if visible {
			n++
		}
		s = s[size:]
	}
	return n
}

// Words counts the words of s as a reading speed does: what stands between
// spaces and has a letter or a figure. A dash or a note alone is none, "3 000"
// with a no-break space is one. A text without spaces between its words, as in
// Chinese, counts as one; its speed is seen in characters.
func Words(s string) int {
	n := 0
	for _, field := range strings.FieldsFunc(s, isBreakingSpace) {
		if strings.ContainsFunc(field, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }) {
			n++
		}
	}
	return n
}

const zeroWidthJoiner = '\u200d'

// nextChar is the length in bytes of the first character of s and whether it
// takes a place on the screen. s is not empty.
func nextChar(s string) (size int, visible bool) {
	first, size := utf8.DecodeRuneInString(s)
	visible = !unicode.Is(unicode.Cf, first) // a mark without a letter has a place
	joined := false
	flag := isRegional(first)
	for size < len(s) {
		r, n := utf8.DecodeRuneInString(s[size:])
		switch {
		case extends(r):
			joined = r == zeroWidthJoiner
		case joined && unicode.Is(unicode.So, r): // emoji, such as a family
			joined = false
		case flag && isRegional(r):
			flag = false
		default:
			return size, visible
		}
		size += n
	}
	return size, visible
}

// extends says whether r belongs to the character before it.
func extends(r rune) bool {
	return unicode.In(r, unicode.M, unicode.Cf) || r >= 0x1F3FB && r <= 0x1F3FF
}

func isRegional(r rune) bool { return r >= 0x1F1E6 && r <= 0x1F1FF }

// clean makes s fit to be a line of a cue in any format: valid UTF-8, no
// control characters, no line break of any kind, no byte order mark, no space
// around it. What separates words becomes a space; the rest is dropped.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\t', r == '\n', r == '\v', r == '\f', r == '\r', r == '\u0085', r == '\u2028', r == '\u2029':
			return ' '
		case unicode.IsControl(r), r == '\ufeff':
			return -1
		}
		return r // invalid bytes arrive here as U+FFFD
	}, s)
	return strings.TrimSpace(s)
}

// cleanLines cleans every line and drops those of which nothing is left, since
// an empty line would end the cue.
func cleanLines(lines []string) []string {
	var kept []string
	for _, line := range lines {
		if line = clean(line); line != "" {
			kept = append(kept, line)
		}
	}
	return kept
}
