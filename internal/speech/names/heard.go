package names

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/cuepipe/cuepipe/internal/speech"
)

const (
	mostWords = 4 // that one name is heard as
	// pause is how far apart the words of one name are at most.
	pause = 700 * time.Millisecond
)

// A heardWord is one of the recogniser's words, made ready to be compared.
type heardWord struct {
	before, core, after string // punctuation, the word itself, possessive and punctuation
	letters             string
	digits              string
	sounds              string
	rank                rank
	initial             bool // a single letter or a title, after which a full stop ends nothing
	capital             bool
	initials            bool // said letter by letter, as DB is
	foreign             bool
	locked              bool // part of a name that is right already
}

// take reads a recogniser's word.
func take(text string) heardWord {
	isPart := func(r rune) bool { return unicode.In(r, unicode.Letter, unicode.Mark, unicode.Digit) }
	first := strings.IndexFunc(text, isPart)
	if first < 0 {
		return heardWord{foreign: true}
	}
	last := strings.LastIndexFunc(text, isPart)
	_, size := utf8.DecodeRuneInString(text[last:])
	core, owner := withoutOwner(text[first : last+size])
	w := heardWord{before: text[:first], core: core, after: owner + text[last+size:]}
	if owner == "" {
		w.rank = rankOf(core)
	} else {
		w.rank = max(rankOf(core), rankOf(core+owner)) // that's
	}
	head, _ := utf8.DecodeRuneInString(core)
	w.capital = unicode.IsUpper(head)
	w.initials = len(core) > 1 && len(core) <= mostSpelled && core == strings.ToUpper(core)
	w.letters, w.digits = fold(core), digitsOf(core)
	w.foreign = strings.ContainsFunc(latin(core), foreign) || w.letters == "" && w.digits == ""
	w.initial = utf8.RuneCountInString(core) == 1 || strings.Contains(" dr mr mrs ms st jr prof ", " "+w.letters+" ")
	if w.foreign || len(core) > maxSounds {
		w.foreign = true
		return w
	}
	w.sounds = "@"
	if w.letters != "a" {
		w.sounds = soundsOf(core)[0]
	}
	return w
}

// A window is consecutive words that may have been one name.
type window struct {
	first, words int
	sounds       string
	letters      string
	digits       string
	initials     bool
}

// windowAt returns the words from first on as a window, and false where they
// cannot be one name.
func windowAt(words []speech.Word, heard []heardWord, first, n int) (window, bool) {
	w := window{first: first, words: n}
	for i := first; i < first+n; i++ {
		h := &heard[i]
		if h.locked || h.foreign {
			return w, false
		}
		if i > first {
			before := &heard[i-1]
			joined := before.after == "" || before.after == "." && before.initial
			if !joined || h.before != "" || words[i].Start-words[i-1].End > pause || words[i].Speaker != words[i-1].Speaker {
				return w, false
			}
		}
		w.sounds += h.sounds
		w.letters += h.letters
		w.digits += h.digits
		w.initials = w.initials || h.initials
	}
	return w, len(w.sounds) > 0 && len(w.sounds) <= maxSounds
}

// allowed is how far from a name a window may be: the more the less sure the
// recogniser is of its words, and the rarer they are. Below 0 it is no name.
func allowed(words []speech.Word, heard []heardWord, w window) float32 {
	if w.words == 1 && heard[w.first].rank == small {
		return -1 // "an" is no Ann, however it was mumbled
	}
	sum, letters := float32(0), float32(0)
	least := float32(1)
	for i := w.first; i < w.first+w.words; i++ {
		sure := float32(min(1, max(0, (words[i].Probability-unsure)/(certain-unsure))))
		var of tolerance
		switch {
		case heard[i].rank == rare && heard[i].capital:
			of = ofRareCapital
		case heard[i].rank == rare:
			of = ofRare
		case heard[i].rank == common && w.words > 1:
			of = ofCommon
		case heard[i].rank == common:
			of = ofCommonAlone
		default:
			of = ofSmall
		}
		a := of.unsure + sure*(of.sure-of.unsure)
		n := float32(len(heard[i].letters))
		sum, letters = sum+n*a, letters+n
		if heard[i].rank == small {
			least = min(least, a+smallSlack)
		}
	}
	if letters == 0 {
		return -1
	}
	return min(sum/letters, least)
}

// The recogniser is certain of a word from this probability on, and knows
// nothing about it below unsure.
const certain, unsure = 0.9, 0.5

// A tolerance is how far apart a name and what was heard may be, by how sure
// the recogniser was.
type tolerance struct{ unsure, sure float32 }

// Found by trying: these corrected the most names of the made cases among those
// that changed none of a book's words.
var (
	ofRareCapital = tolerance{0.32, 0.26} // a recogniser that writes a capital took it for a name
	ofRare        = tolerance{0.32, 0.08}
	ofCommon      = tolerance{0.26, 0.08}
	ofCommonAlone = tolerance{0.18, -0.2}
	ofSmall       = tolerance{0.14, -0.2}
)

// smallSlack is what the words beside a small one may add to what it allows.
const smallSlack = 0.05
