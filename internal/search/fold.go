package search

import (
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A word is a word of a text, folded: two that differ in case or accents only
// are the same bytes.
type word struct {
	// text is what is compared. It is written over when the next word is read.
	text []byte
	// tail is where in text begins what stands after the last apostrophe,
	// "homme" in "l'homme"; 0 where there is nothing of that kind.
	tail int
	// from and to, which is not part of it, are its place in code points. One code
	// point may be several words, as ½ is.
	from, to int
	// single: it is one letter of a script that is written without spaces.
	single bool
}

// leastTail is how many bytes have to stand after an apostrophe to be found
// by themselves: "homme" in "l'homme", and not the "re" of "we're".
const leastTail = 3

// eachWord calls do with the words of a text in their order.
//
// A word is a run of letters and digits. Compatible forms are one (Unicode's
// NFKD: ﬁ is fi, Ａ is A), case is folded, accents are dropped, and so are
// letters' strokes and ligatures that no decomposition knows. Vowel signs, as
// Hindi and Thai have them, are no accents: they stay. An apostrophe within a
// word is dropped. Where words are not told apart by spaces, in Chinese,
// Japanese, Thai, Lao, Khmer and Burmese, each letter is a word.
func eachWord(text string, do func(word)) {
	f := folder{do: do}
	at := 0
	for _, r := range text {
		if r < utf8.RuneSelf {
			f.take(r, asciiClass[r], at)
		} else {
			f.decompose(r, at)
		}
		at++
	}
	f.end()
}

// A folder has the word that is being read.
type folder struct {
	do      func(word)
	buf     []byte
	w       word
	reading bool
	// apostrophe: one stood right after the word so far. It belongs to the word
	// if a letter follows.
	apostrophe bool
	jamo       bool // letters of Hangul that are yet to be put together
}

// decompose takes what a code point beyond ASCII stands for.
func (f *folder) decompose(r rune, at int) {
	classes := classTable()
	var encoded [utf8.UTFMax]byte
	n := utf8.EncodeRune(encoded[:], r)
	parts := norm.NFKD.Properties(encoded[:n]).Decomposition()
	if parts == nil {
		f.take(r, classes.of(r), at)
		return
	}
	for len(parts) > 0 {
		p, n := utf8.DecodeRune(parts)
		parts = parts[n:]
		f.take(p, classes.of(p), at)
	}
}

// take goes on with a code point that has no decomposition, at a place of the
// text.
func (f *folder) take(r rune, c class, at int) {
	switch c {
	case letter:
		if f.reading && f.w.single {
			f.end()
		}
		if f.apostrophe {
			f.w.tail, f.apostrophe = len(f.buf), false
		}
		f.put(r, at)
	case singleLetter:
		f.end()
		f.w.single = true
		f.put(r, at)
	case sign, dropped:
		if !f.reading || f.apostrophe {
			return // there is nothing that it could belong to
		}
		if c == sign {
			f.buf = utf8.AppendRune(f.buf, r)
		}
		f.w.to = at + 1
	case apostrophe:
		if f.reading && !f.w.single && !f.apostrophe {
			f.apostrophe = true
			return
		}
		f.end()
	default:
		f.end()
	}
}

func (f *folder) put(r rune, at int) {
	if !f.reading {
		f.reading, f.w.from = true, at
	}
	f.w.to = at + 1
	if r < utf8.RuneSelf {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		f.buf = append(f.buf, byte(r))
		return
	}
	r = unicode.ToLower(unicode.ToUpper(r)) // both: ς and σ are one, ı and i
	if plain, ok := plainLetters[r]; ok {
		f.buf = append(f.buf, plain...)
		return
	}
	f.jamo = f.jamo || 0x1100 <= r && r <= 0x11ff
	f.buf = utf8.AppendRune(f.buf, r)
}

func (f *folder) end() {
	if f.reading {
		if f.jamo {
			f.buf = norm.NFC.Append(nil, f.buf...)
			f.w.tail = 0 // of scripts with apostrophes
		}
		f.w.text = f.buf
		if len(f.buf)-f.w.tail < leastTail {
			f.w.tail = 0
		}
		f.do(f.w)
	}
	*f = folder{do: f.do, buf: f.buf[:0]}
}

// plainLetters have no decomposition in Unicode, or a folding of several
// letters.
var plainLetters = map[rune]string{'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'ł': "l", 'đ': "d", 'ħ': "h", 'ŧ': "t", 'ð': "d", 'þ': "th"}

// A class is what a code point is to a word.
type class uint8

const (
	other class = iota // it ends a word
	letter
	singleLetter
	sign    // a mark that is not an accent
	dropped // an accent, or what nobody sees
	apostrophe
)

var asciiClass = func() (classes [utf8.RuneSelf]class) {
	for r := range rune(utf8.RuneSelf) {
		classes[r] = classOf(r)
	}
	return classes
}()

// Classes are those of the code points below 0x10000, which nearly all text is
// made of.
type classes [1 << 16]class

func (c *classes) of(r rune) class {
	if int(r) < len(c) {
		return c[r]
	}
	return classOf(r)
}

// classTable is made when the first text beyond ASCII comes.
var classTable = sync.OnceValue(func() *classes {
	var c classes
	for r := range rune(len(c)) {
		c[r] = classOf(r)
	}
	return &c
})

var (
	// withoutSpaces are the scripts that do not part words.
	withoutSpaces = []*unicode.RangeTable{unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar}
	unseen        = []*unicode.RangeTable{unicode.Cf, unicode.Variation_Selector, unicode.Me}
)

func classOf(r rune) class {
	switch {
	case r == '\'', r == '’', r == 'ʼ': // the keyboard's, the typographer's, and the letter
		return apostrophe
	case r == 'ー': // the mark of a long vowel in Katakana, which no script claims
		return singleLetter
	case unicode.In(r, unseen...):
		return dropped
	case unicode.Is(unicode.M, r):
		if unicode.Is(unicode.Diacritic, r) {
			return dropped
		}
		return sign
	case unicode.Is(unicode.Nd, r):
		return letter
	case unicode.In(r, unicode.L, unicode.N):
		if unicode.In(r, withoutSpaces...) {
			return singleLetter
		}
		return letter
	}
	return other
}
