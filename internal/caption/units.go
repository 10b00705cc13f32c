package caption

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/cuepipe/cuepipe/internal/speech"
)

// maxTime bounds times from a broken recogniser, so that sums cannot overflow.
const maxTime = 1000 * time.Hour

// A unit is the smallest thing that Layout moves: a word, or a piece of one
// that is too long for a line.
type unit struct {
	text       string
	chars      int
	start, end time.Duration
	// glued pieces continue the unit before them without a space.
	glued bool
	// tight words follow the unit before them without a space, too, as Japanese
	// ones do; a line may break before them.
	tight bool
	// speaker is who says it, where that is known, and turn that somebody else
	// spoke before.
	speaker string
	turn    bool
}

// makeUnits turns words into units whose starts rise by at least a
// millisecond and which do not overlap, whatever the words' times were.
// No visible character is lost.
func makeUnits(words []speech.Word, maxChars int, spaceless bool) []unit {
	units := make([]unit, 0, len(words))
	for _, w := range words {
		units = append(units, unitsOf(w, maxChars)...)
	}
	for i := range units {
		if i > 0 {
			units[i].follow(units[i-1], spaceless)
			units[i].start = max(units[i].start, units[i-1].start+time.Millisecond)
			units[i-1].end = min(units[i-1].end, units[i].start)
		}
		units[i].end = max(units[i].end, units[i].start)
	}
	return units
}

// follow says how u stands to the unit before it. A word of which nobody knows
// who said it is taken for the same speaker's.
func (u *unit) follow(before unit, spaceless bool) {
	if u.speaker == "" {
		u.speaker = before.speaker
	}
	u.turn = u.speaker != before.speaker && before.speaker != ""
	u.tight = spaceless && !u.glued && !spaced(before.text, u.text)
}

// spaced reports whether a space stands between two words of a language that
// has none between its own: between words of other scripts.
func spaced(a, b string) bool {
	last, _ := utf8.DecodeLastRuneInString(a)
	first, _ := utf8.DecodeRuneInString(b)
	foreign := func(r rune) bool {
		return r < utf8.RuneSelf || unicode.In(r, unicode.Latin, unicode.Cyrillic, unicode.Greek, unicode.Hangul)
	}
	return foreign(last) && foreign(first)
}

// unitsOf cleans one word, parts it where it holds spaces or is longer than a
// line, and gives each part its share of the word's time by length.
func unitsOf(w speech.Word, maxChars int) []unit {
	var units []unit
	total := 0
	for _, field := range fields(w.Text, maxChars) {
		for i, piece := range pieces(field, maxChars) {
			u := unit{text: piece, chars: Chars(piece), glued: i > 0, speaker: clean(w.Speaker)}
			units = append(units, u)
			total += u.chars
		}
	}
	start := min(max(w.Start, 0), maxTime).Round(time.Millisecond)
	end := min(max(w.End, start), maxTime).Round(time.Millisecond)
	said := 0
	for i := range units {
		units[i].start = share(start, end, said, total)
		said += units[i].chars
		units[i].end = share(start, end, said, total)
	}
	return units
}

// share is the time part/whole of the way from start to end.
func share(start, end time.Duration, part, whole int) time.Duration {
	ms := (end - start).Milliseconds() * int64(part) / int64(whole)
	return start + time.Duration(ms)*time.Millisecond
}

// fields cleans text and parts it at its spaces, leaving out what shows nothing,
// such as a direction mark alone. A no-break space holds what fits on a line.
func fields(text string, maxChars int) []string {
	var out []string
	for _, field := range strings.FieldsFunc(clean(text), isBreakingSpace) {
		parts := []string{field}
		if Chars(field) > maxChars {
			parts = strings.Fields(field)
		}
		for _, part := range parts {
			if Chars(part) > 0 {
				out = append(out, part)
			}
		}
	}
	return out
}

// isBreakingSpace leaves out the spaces that are written to hold a number or a
// name together.
func isBreakingSpace(r rune) bool {
	return unicode.IsSpace(r) && r != '\u00a0' && r != '\u2007' && r != '\u202f'
}

// pieces cuts a word that is longer than a line, the last resort. It cuts
// after a hyphen, a slash or the like in the second half of a line where there
// is one, otherwise into even parts, and never inside a character.
func pieces(word string, maxChars int) []string {
	left := Chars(word)
	parts := (left + maxChars - 1) / maxChars
	even := (left + max(parts, 1) - 1) / max(parts, 1)

	var out []string
	for left > maxChars {
		cut, cutChars := cutWord(word, even, maxChars)
		out = append(out, word[:cut])
		word = word[cut:]
		left -= cutChars
	}
	return append(out, word)
}

// cutWord finds the first cut in a word of more than maxChars characters: the
// bytes and the characters before it.
func cutWord(word string, even, maxChars int) (cut, cutChars int) {
	atJoint := false
	for at, chars := 0, 0; at < len(word); {
		r, _ := utf8.DecodeRuneInString(word[at:])
		size, visible := nextChar(word[at:])
		if visible {
			chars++
		}
		if chars > maxChars {
			break
		}
		at += size
		joint := 2*chars >= maxChars && strings.ContainsRune(wordJoints, r)
		if joint || chars <= even && !atJoint {
			cut, cutChars, atJoint = at, chars, joint
		}
	}
	return cut, cutChars
}

// wordJoints are the characters after which a long word may be cut.
const wordJoints = `-‐–—/\.,;:_@&=?!`
