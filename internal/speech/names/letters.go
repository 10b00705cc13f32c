package names

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// others are Latin letters that have no decomposition.
var others = strings.NewReplacer("ø", "o", "Ø", "O", "ł", "l", "Ł", "L", "đ", "d", "Đ", "D", "ð", "th", "Ð", "Th", "þ", "th", "Þ", "Th",
	"æ", "ae", "Æ", "Ae", "œ", "e", "Œ", "E", "ß", "ss", "ẞ", "SS", "ı", "i", "ŋ", "ng", "Ŋ", "Ng")

// latin takes the marks off letters: Ó becomes O.
func latin(text string) string {
	if isASCII(text) {
		return text
	}
	text = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFD.String(text))
	return others.Replace(text)
}

// fold keeps a text's letters a to z, in small, without marks.
func fold(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return -1
	}, latin(text))
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] > unicode.MaxASCII {
			return false
		}
	}
	return true
}

// common.txt has the words that English text mostly consists of: what a
// recogniser writes in place of a name it does not know, and far more often
// because it was said. They are sorted, and searched where they are.
//
//go:embed common.txt
var commonText string

// small are the words that hold sentences together. They stand beside
// everything, so that "just in" is hardly ever Justin.
const smallWords = `a about after all am an and any are as at away be because been before being but by came can come could did do does
done down each else even ever every few for from get go goes going gone got had has have having he her here him his how i if in into is it its
just let like made make many may me more most much must my near need never new no nor not now of off oh on once one only or other our out over
own put said same saw say see she should since so some such than that the their them then there these they this those though through to too
two under until up upon us very was we well were what when where which while who whom whose why will with would yes yet you your
i'm i've i'll i'd it's he's she's that's there's what's who's let's we're we've we'll they're they've they'll you're you've you'll
don't doesn't didn't isn't aren't wasn't weren't won't wouldn't can't couldn't shouldn't haven't hasn't hadn't ain't okay ok yeah um uh`

// A rank is how frequent a word is.
type rank int

const (
	rare rank = iota // not in common.txt: often a name
	common
	small // it holds sentences together
)

var smallRanks = sync.OnceValue(func() map[string]bool {
	known := map[string]bool{}
	for word := range strings.FieldsSeq(smallWords) {
		known[word] = true
	}
	return known
})

// rankOf says how frequent a word is, without punctuation around it.
func rankOf(word string) rank {
	word = strings.ReplaceAll(strings.ToLower(latin(word)), "’", "'")
	switch {
	case smallRanks()[word]:
		return small
	case isCommon(word, 3):
		return common
	}
	return rare
}

// endings are what common.txt leaves out, and what the word had in their place.
var endings = []struct{ ending, instead string }{
	{"ies", "y"}, {"es", ""}, {"s", ""}, {"ied", "y"}, {"ed", ""}, {"ed", "e"}, {"ing", ""}, {"ing", "e"}, {"ly", ""}, {"ness", ""},
}

// isCommon reports whether a word is in common.txt, or with that many endings
// less.
func isCommon(word string, most int) bool {
	if listed(word) {
		return true
	}
	for _, e := range endings {
		stem, ok := strings.CutSuffix(word, e.ending)
		if stem += e.instead; ok && most > 0 && len(stem) > 2 && isCommon(stem, most-1) {
			return true
		}
	}
	return false
}

// listed reports whether common.txt has the line.
func listed(line string) bool {
	low, high := 0, len(commonText)
	for low < high {
		middle := (low + high) / 2
		start := strings.LastIndexByte(commonText[:middle], '\n') + 1
		length := strings.IndexByte(commonText[start:], '\n')
		switch at := commonText[start : start+length]; {
		case at == line:
			return line != ""
		case at < line:
			low = start + length + 1
		default:
			high = start
		}
	}
	return false
}
