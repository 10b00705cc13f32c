// Package captiontest makes words for tests and benchmarks of captions.
package captiontest

import (
	"math/rand/v2"
	"strings"
	"time"

	"github.com/cuepipe/cuepipe/internal/speech"
)

// What is said, as patterns: a word in capitals stands for one of its list.
var (
	patterns = []string{
		"Yes.", "No, not at all.", "Well, I think so.", "WHO?", "Right, and then what?", "Thank you, WHO.",
		"The THING was MADE in YEAR.",
		"WHO said that the THING would be MADE before the end of MONTH, but nobody believed it.",
		"So what does the THING do when it is MADE?",
		"I have never seen the THING, and I don't think that WHO has, although WHO lives in PLACE.",
		"In PLACE there are NUMBER THINGs, of which a third are MADE every year.",
		"If you look at the THING from the side, you can see how it was MADE by WHO; it's quite beautiful.",
		"And that, as WHO used to say, is why the ADJECTIVE THING is MADE in PLACE and not in PLACE.",
		"We went to PLACE on MONTH 5, because the THING had been MADE there for more than NUMBER years, " +
			"and we wanted to ask whether the ADJECTIVE ones were still to be had",
		"which is, um, which is what I wanted to show you",
		"What would you do with NUMBER ADJECTIVE THINGs?",
		"Mr. WHO, who had come from PLACE, paid NUMBER dollars for an ADJECTIVE THING — and sold it for 20 per cent of that.",
	}
	lists = map[string][]string{
		"WHO": {"Anna Lindqvist", "Mary", "Dr. Okonkwo", "Professor Hale", "my grandfather", "O'Brien", "J. F. Marsh", "she", "Tom and Esther"},
		"THING": {"bridge", "lighthouse", "clock", "sewing machine", "mill", "map of the river", "harbour wall", "telephone", "well-tempered piano",
			"understanding of it", "water supply", "recipe"},
		"MADE":      {"built", "mended", "taken apart", "painted over", "shipped", "forgotten", "measured twice", "rediscovered"},
		"PLACE":     {"New York", "Lisbon", "the north of Sweden", "San Francisco", "Kraków", "our village", "St. Ives"},
		"MONTH":     {"January", "May", "September", "December"},
		"YEAR":      {"1843", "1961", "the seventies", "two thousand and four"},
		"NUMBER":    {"3", "twenty-five", "several", "12 000", "a hundred", "forty"},
		"ADJECTIVE": {"old", "little", "extraordinarily heavy", "unbelievable", "first", "cheap"},
	}
)

// Talk returns the words of a made-up talk of that length, the same ones every
// time, as a recogniser gives them: some 9,000 an hour, in sentences and
// unfinished ones, with names, numbers and abbreviations, breaths, pauses for
// thought, now and then some seconds in which nobody speaks, and stretches of
// hurry. No word begins in the first second or ends after length.
func Talk(length time.Duration) []speech.Word {
	r := rand.New(rand.NewPCG(36_000, 4))
	between := func(least, most int) time.Duration {
		return time.Duration(least+r.IntN(most-least)) * time.Millisecond
	}
	var words []speech.Word
	at := time.Second
	for hurry, left := 100, 0; ; left-- {
		if left == 0 { // another speed for some sentences, in percent
			hurry, left = 70+r.IntN(50), 5+r.IntN(20)
		}
		for _, text := range strings.Fields(filled(patterns[r.IntN(len(patterns))], r)) {
			end := at + (between(60, 140)+time.Duration(len(text))*50*time.Millisecond)*time.Duration(hurry)/100
			if end > length {
				return words
			}
			words = append(words, speech.Word{Text: text, Start: at, End: end, Probability: 0.9})
			at = end
			switch {
			case strings.HasSuffix(text, ","), strings.HasSuffix(text, ";"):
				at += between(80, 450)
			case r.IntN(12) == 0:
				at += between(10, 300)
			}
		}
		at += between(150, 900)
		if r.IntN(15) == 0 {
			at += between(1_000, 9_000)
		}
	}
}

// filled puts words into a pattern's places.
func filled(pattern string, r *rand.Rand) string {
	words := strings.Fields(pattern)
	for i, w := range words {
		name := strings.TrimRight(w, "s.,;?")
		if list := lists[name]; list != nil {
			words[i] = list[r.IntN(len(list))] + w[len(name):]
		}
	}
	text := strings.Join(words, " ")
	return strings.ToUpper(text[:1]) + text[1:]
}
