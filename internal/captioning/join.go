package captioning

import (
	"strings"
	"time"
	"unicode"

	"github.com/cuepipe/cuepipe/internal/caption"
	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/speech/names"
	"github.com/cuepipe/cuepipe/internal/video"
)

// A recogniser that does not know the language hits upon some words by chance,
// and in a short film their mean can pass. But of the words in 8 to 25 s of
// German and Spanish it doubts 35 to 95 %, and all in which the mean passed 45 %
// and more; of English by telephone or in noise at most 30 %, and 40 % of one
// that was a quarter faster in a hall. A recogniser whose probabilities mean
// something else says that it is sure.
const (
	noDoubt      = 0.65 // above it no other language came
	doubtful     = 0.5  // a word's probability
	mostDoubtful = 0.42
)

// join makes one track of a film's parts, or says why there is none. The same
// parts give the same track: it is laid out over the whole film, as if nobody
// had cut it.
func join(parts []part, o video.Options) (result, *video.Failure) {
	words, sure := joinWords(parts)
	switch {
	case len(words) == 0:
		return result{}, &video.NoSpeech
	case parts[0].Service: // it was told the language, or has found it
	case sure < speech.LeastConfidence, sure < noDoubt && shareBelow(words, doubtful) > mostDoubtful:
		return result{}, &video.LanguageUncertain
	}
	p := caption.ProfileOr(o.Profile).In(languageOf(parts))
	var renamed []names.Change
	if base, _, _ := strings.Cut(strings.ToLower(p.Language), "-"); base == "en" { // how names sound is known of English
		words, renamed = namesOf(o).Correct(words)
	}
	return result{caption.Track{Language: p.Language, Cues: caption.Layout(words, p)}, words, p, len(renamed), coverageOf(parts)}, nil
}

// languageOf is the language of most words: a recogniser that finds it out for
// each part may find none in music. The first part's where there are no words.
func languageOf(parts []part) string {
	words, most := map[string]int{}, parts[0].Language
	for _, p := range parts {
		if words[p.Language] += len(p.Words); words[p.Language] > words[most] {
			most = p.Language
		}
	}
	return most
}

// shareBelow is the share of words with less than a probability.
func shareBelow(words []speech.Word, probability float64) float64 {
	below := 0
	for _, w := range words {
		if w.Probability < probability {
			below++
		}
	}
	return float64(below) / float64(len(words))
}

// joinWords returns the words of all parts, each once, and how sure the
// recogniser was of them.
func joinWords(parts []part) (words []speech.Word, sure float64) {
	said := 0
	for n, part := range parts {
		next := part.words()
		sure += part.Confidence * float64(len(next))
		said += len(next)
		if n == 0 || part.Start.inPause() {
			words = append(words, next...)
			continue
		}
		words = splice(words, next, time.Duration(part.Start.At)*time.Millisecond)
	}
	if said > 0 {
		sure /= float64(said)
	}
	speech.Settle(words, 0, 1<<62)
	return words, sure
}

// sameMoment is how far apart two neighbours may place the middle of the same
// word.
const sameMoment = 400 * time.Millisecond

// splice joins the words of two neighbours who both heard the sound around at,
// in the middle of speech. It goes over from one to the other at the word next
// to at that both heard; where there is none, at that moment itself.
func splice(left, right []speech.Word, at time.Duration) []speech.Word {
	keep, skip := len(left), 0
	nearest := time.Duration(1 << 62)
	for i := len(left) - 1; i >= 0 && len(right) > 0 && left[i].End > right[0].Start-sameMoment; i-- {
		for j := 0; j < len(right) && right[j].Start < left[i].End+sameMoment; j++ {
			apart := (middle(left[i]) - middle(right[j])).Abs()
			if off := (middle(left[i]) - at).Abs(); apart <= sameMoment && off < nearest && spoken(left[i]) == spoken(right[j]) {
				keep, skip, nearest = i+1, j+1, off
			}
		}
	}
	if skip > 0 {
		return append(left[:keep:keep], right[skip:]...)
	}
	for keep > 0 && middle(left[keep-1]) >= at {
		keep--
	}
	for skip < len(right) && middle(right[skip]) < at {
		skip++
	}
	if keep > 0 && skip < len(right) && sameSound(left[keep-1], right[skip]) {
		if left[keep-1].Probability < right[skip].Probability {
			keep--
		} else {
			skip++
		}
	}
	return append(left[:keep:keep], right[skip:]...)
}

func middle(w speech.Word) time.Duration { return (w.Start + w.End) / 2 }

// spoken is a word without what is only written: a recogniser that hears the
// end of a sound puts a full stop there.
func spoken(w speech.Word) string {
	return strings.ToLower(strings.TrimFunc(w.Text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }))
}

// sameSound reports whether two words are two hearings of one: they share more
// than half of the shorter one's time.
func sameSound(a, b speech.Word) bool {
	shared := min(a.End, b.End) - max(a.Start, b.Start)
	return 2*shared > min(a.End-a.Start, b.End-b.Start)
}
