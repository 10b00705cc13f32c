package caption

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// The costs of ending a cue between two words, by what stands there. The order
// is the one that the Netflix, BBC and TED guides agree on: after a sentence,
// after punctuation, before a conjunction, before a preposition; never between
// words that are read as one. A line break costs a share of it (lines.go).
const (
	afterSentence     = 0
	afterClause       = 10   // ; : – — …
	afterComma        = 18   //
	beforeConj        = 30   // "…, | and", "… | because"
	beforePrep        = 42   // "… | in the garden"
	beforeOf          = 58   // "the end | of": allowed, but closer than other prepositions
	beforePronoun     = 50   // "… | you can do": likely the start of a clause
	plainBreak        = 90   // nothing speaks for it or against it
	looseBond         = 125  // adjective | noun, "his | house"
	tightBond         = 180  // article | noun, "will | go", "she | said", "of | the"
	nameBond          = 260  // "Abraham | Lincoln", "twenty | five"
	insideNumber      = 1500 // "3 | 000"
	insideWord        = 6000 // a piece of an overlong word
	sentenceOpening   = "\"'“‘«„¿¡([{-–—♪"
	sentenceClosing   = "\"'”’»)]}♪"
	sentenceEnders    = ".!?…。！？؟۔।"
	clausePunctuation = ";:–—؛：；"
	commas            = ",،，、"
)

// A bound is a word as the grammar sees it.
type bound struct {
	text string // as it is written
	bare string // in lower case, straight apostrophes, without punctuation around it
	word class  // the parts of speech that it may be, for a known language
}

func newBound(text string, english bool) bound {
	bare := strings.TrimFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r)
	})
	bare = strings.ReplaceAll(strings.ToLower(bare), "’", "'")
	b := bound{text: text, bare: bare}
	if english {
		b.word = classify(bare)
	}
	return b
}

// breakCost is what it costs to end a cue between a and b. opens says that a is
// the first word of its sentence, where a capital says nothing.
func breakCost(a, b bound, opens, english bool) int {
	switch {
	case splitsNumber(a, b):
		return insideNumber
	case endsSentence(a, b):
		return afterSentence
	case endsIn(a.text, clausePunctuation+"…") || strings.HasSuffix(a.text, "..."):
		return afterClause
	case endsIn(a.text, commas):
		return afterComma
	case !english:
		return plainBreak
	}
	return max(bondEnglish(a, b, opens), breakEnglish(b))
}

// endsSentence says whether a ends a sentence. An abbreviation, an initial or
// a point before a small letter does not.
func endsSentence(a, b bound) bool {
	text := strings.TrimRight(a.text, sentenceClosing)
	if !endsIn(text, sentenceEnders) {
		return false
	}
	if !strings.HasSuffix(text, ".") {
		return !endsIn(text, "…") || !startsLower(b.text)
	}
	if startsLower(b.text) {
		return false
	}
	return !isAbbreviation(a, b)
}

// isAbbreviation says whether the point after a belongs to the word.
func isAbbreviation(a, b bound) bool {
	if titles[a.bare] {
		return true
	}
	if a.bare == "no" && isNumber(b.bare) {
		return true
	}
	// An initial: "J. F. Kennedy". Not the pronoun I.
	return utf8.RuneCountInString(a.bare) == 1 && a.bare != "i" && startsUpper(a.text) && startsUpper(b.text)
}

func endsIn(text, set string) bool {
	r, _ := utf8.DecodeLastRuneInString(strings.TrimRight(text, sentenceClosing))
	return strings.ContainsRune(set, r)
}

func startsUpper(text string) bool {
	r, _ := utf8.DecodeRuneInString(strings.TrimLeft(text, sentenceOpening))
	return unicode.IsUpper(r)
}

func startsLower(text string) bool {
	r, _ := utf8.DecodeRuneInString(strings.TrimLeft(text, sentenceOpening))
	return unicode.IsLower(r)
}

// isNumber says whether bare is written in figures: "20", "3.5", "1st".
func isNumber(bare string) bool {
	r, _ := utf8.DecodeRuneInString(bare)
	return unicode.IsDigit(r)
}

// splitsNumber says whether a and b are groups of one number: "12 345", "3 000.5".
func splitsNumber(a, b bound) bool {
	before, after := digits(a.text), digits(b.bare)
	return before >= 1 && before <= 3 && before == len(a.text) &&
		after == 3 && (len(b.bare) == 3 || !unicode.IsLetter(rune(b.bare[3])))
}

// digits counts the figures 0 to 9 that s begins with.
func digits(s string) int {
	return len(s) - len(strings.TrimLeft(s, "0123456789"))
}
