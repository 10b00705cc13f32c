package names

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"
)

// What letters sound like, and the words that do not keep to it. The files say
// how they are to be read.
var (
	//go:embed rules.txt
	rulesText string
	//go:embed lexicon.txt
	lexiconText string
)

// A rule says how letters between a left and a right context sound.
type rule struct{ left, letters, right, sounds string }

// edge stands for a word's edge, for the letters before and after it.
const edge = '$'

var rules = sync.OnceValue(func() map[byte][]rule {
	byLetter := map[byte][]rule{}
	for line := range strings.Lines(rulesText) {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "# ") {
			continue
		}
		context, sounds, _ := strings.Cut(line, " ")
		left, rest, _ := strings.Cut(context, "[")
		letters, right, _ := strings.Cut(rest, "]")
		byLetter[letters[0]] = append(byLetter[letters[0]], rule{left, letters, right, sounds})
	}
	return byLetter
})

// lexicon has the readings of words that break the rules, as sounds.
var lexicon = sync.OnceValue(func() map[string][]string {
	readings := map[string][]string{}
	for line := range strings.Lines(lexiconText) {
		fields := strings.Fields(line)
		if len(fields) < 2 || fields[0] == "#" {
			continue
		}
		for _, reading := range fields[1:] {
			sounds := ""
			for part := range strings.SplitSeq(reading, "-") {
				sounds += read(part)
			}
			readings[fields[0]] = append(readings[fields[0]], sounds)
		}
	}
	return readings
})

// letterNames are how letters are said one at a time, a to z.
var letterNames = strings.Fields("E bi si di i ef Ji EC Y JE kE el em en o pi kyu Ar es ti yu vi d@b@lyu eks wY zi")

// soundsOf returns how a word may sound, the most likely way first: one way for
// most words. Letters that are not Latin have no sounds. Digits stand for
// themselves.
func soundsOf(word string) []string {
	if readings, ok := lexicon()[fold(word)]; ok {
		return readings
	}
	ways := []string{""}
	for _, part := range parts(word) {
		said := partSounds(part)
		var longer []string
		for _, way := range ways {
			for _, s := range said[:min(len(said), 2)] {
				longer = append(longer, way+s)
			}
		}
		ways = longer[:min(len(longer), mostWays)]
	}
	return ways
}

const (
	mostWays = 4
	// mostSpelled is the longest run of capitals that is said letter by letter.
	mostSpelled = 5
)

func partSounds(part string) []string {
	folded := fold(part)
	if part[0] >= '0' && part[0] <= '9' {
		return []string{part}
	}
	if readings, ok := lexicon()[folded]; ok {
		return readings
	}
	capitals := part == strings.ToUpper(part)
	if capitals && len(folded) <= mostSpelled && (len(folded) > 1 || part != "A") {
		spelled := ""
		for _, letter := range []byte(folded) {
			spelled += letterNames[letter-'a']
		}
		if len(folded) == 1 {
			return []string{spelled}
		}
		return []string{spelled, read(folded)}
	}
	return []string{read(folded)}
}

// parts cuts a word where it was put together: at hyphens, before a capital
// inside (TensorFlow, MySQL), around digits, after the O' of O'Brien. Each part
// has ASCII letters or digits only.
func parts(word string) []string {
	var cut []string
	plain := []rune(latin(word))
	part := ""
	end := func() {
		if part != "" {
			cut, part = append(cut, part), ""
		}
	}
	for i, r := range plain {
		switch {
		case r >= '0' && r <= '9':
			if part != "" && !(part[0] >= '0' && part[0] <= '9') {
				end()
			}
		case r > unicode.MaxASCII || !unicode.IsLetter(r):
			if r != '\'' && r != '’' || part == "O" || part == "D" {
				end()
			}
			continue
		default:
			digits := part != "" && part[0] >= '0' && part[0] <= '9'
			inside := unicode.IsUpper(r) && i > 0 && unicode.IsLower(plain[i-1])
			// The last capital of a run belongs to the small letters after it.
			last := unicode.IsUpper(r) && i > 0 && unicode.IsUpper(plain[i-1]) && i+1 < len(plain) && unicode.IsLower(plain[i+1])
			if digits || inside || last {
				end()
			}
		}
		part += string(r)
	}
	end()
	return cut
}

// read says how a word of the letters a to z sounds by the rules.
func read(word string) string {
	text := string(edge) + word + string(edge)
	var sounds strings.Builder
	for at := 1; at < len(text)-1; {
		step := 1
		for _, r := range rules()[text[at]] {
			if strings.HasPrefix(text[at:], r.letters) && fitsLeft(r.left, text[:at]) && fitsRight(r.right, text[at+len(r.letters):]) {
				sounds.WriteString(r.sounds)
				step = len(r.letters)
				break
			}
		}
		at += step
	}
	return sounds.String()
}

func fitsRight(pattern, text string) bool {
	if len(pattern) > len(text) {
		return false
	}
	for i := range len(pattern) {
		if !fits(pattern[i], text[i]) {
			return false
		}
	}
	return true
}

func fitsLeft(pattern, text string) bool {
	for i := len(pattern) - 1; i >= 0; i-- {
		if pattern[i] == '&' {
			return strings.ContainsAny(text, "aeiouy")
		}
		if text == "" || !fits(pattern[i], text[len(text)-1]) {
			return false
		}
		text = text[:len(text)-1]
	}
	return true
}

func fits(pattern, letter byte) bool {
	switch pattern {
	case '#':
		return strings.IndexByte("aeiouy", letter) >= 0
	case '+':
		return strings.IndexByte("eiy", letter) >= 0
	case '^':
		return letter != edge && strings.IndexByte("aeiouy", letter) < 0
	}
	return pattern == letter
}
