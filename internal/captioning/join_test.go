package captioning

import (
	"strings"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/video"
)

// heardAt makes words of half a second, the first at a time in tenths of a
// second; "word*" is heard with little certainty, "-" leaves a place free.
func heardAt(tenths int, text string) (words []speech.Word) {
	for _, s := range strings.Fields(text) {
		start := time.Duration(tenths) * 100 * time.Millisecond
		tenths += 5
		if s == "-" {
			continue
		}
		w := speech.Word{Text: strings.TrimSuffix(s, "*"), Start: start, End: start + 500*time.Millisecond, Probability: 0.9}
		if strings.HasSuffix(s, "*") {
			w.Probability = 0.4
		}
		words = append(words, w)
	}
	return words
}

func TestSplice(t *testing.T) {
	const at = 10 * time.Second // neighbours hear a second beyond it
	for name, c := range map[string]struct {
		left, right []speech.Word
		want        string
	}{
		"a word on the border that both heard":    {heardAt(85, "one two Three. four fi"), heardAt(90, "wo three four five six"), "one two Three. four five six"},
		"what is written differs, not the word":   {heardAt(90, "Fellow americans,"), heardAt(95, "Americans ask"), "Fellow americans, ask"},
		"one word heard as two":                   {heardAt(92, "a nice* cold"), heardAt(98, "ice cream"), "a ice cream"},
		"one word heard as two, the other surer":  {heardAt(92, "a nice cold"), heardAt(98, "ice* cream"), "a nice cream"},
		"nothing on one side":                     {heardAt(90, "one two"), nil, "one two"},
		"nothing on the other side":               {nil, heardAt(95, "- two three"), "two three"},
		"a phrase that is said again is no match": {heardAt(60, "go go go - - - - stay"), heardAt(95, "stay go go go"), "go go go stay go go go"},
		"the same word twice, once on each side":  {heardAt(90, "very very ver"), heardAt(92, "ery very good"), "very very good"},
		"nobody speaks at the border itself":      {heardAt(80, "one two - - - x"), heardAt(92, "y - - - three four"), "one two three four"},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			joined := splice(c.left, c.right, at)
			for i, w := range joined {
				got = append(got, w.Text)
				if i > 0 && w.Start < joined[i-1].Start {
					t.Errorf("%q comes before %q", w.Text, joined[i-1].Text)
				}
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("%q, want %q", strings.Join(got, " "), c.want)
			}
		})
	}
}

func TestNeighboursAgree(t *testing.T) {
	const slack = 500 * time.Millisecond
	for name, c := range map[string]struct {
		left, right cut
		want        bool
	}{
		"the same pause":                        {cut{1000, 800, 1200}, cut{1000, 800, 1200}, true},
		"one pause, seen a little differently":  {cut{1000, 800, 1200}, cut{1020, 820, 1220}, true},
		"two pauses":                            {cut{1000, 800, 1200}, cut{3000, 2800, 3200}, false},
		"a cut outside the other's pause":       {cut{1000, 800, 1200}, cut{1150, 1100, 1200}, false},
		"no pause, the same place":              {cut{1000, 1000, 1000}, cut{1000, 1000, 1000}, true},
		"no pause, near enough to share a word": {cut{1000, 1000, 1000}, cut{1500, 1500, 1500}, true},
		"no pause, far apart":                   {cut{1000, 1000, 1000}, cut{1501, 1501, 1501}, false},
		"one heard a pause, the other none":     {cut{1000, 800, 1200}, cut{1000, 1000, 1000}, false},
	} {
		if got, back := c.left.agrees(c.right, slack), c.right.agrees(c.left, slack); got != c.want || back != c.want {
			t.Errorf("%s: %v and %v, want %v", name, got, back, c.want)
		}
	}
}

// By its duration alone a film is covered: from 0 on, without a gap, and no
// segment is much longer or shorter than the others.
func TestAPlanCoversTheFilm(t *testing.T) {
	const length = 2 * time.Minute
	for _, d := range []time.Duration{0, 1, time.Second, length - 1, length, length + time.Second, length + length/4 - 1, length + length/4,
		2*length + 1, 4 * time.Hour, 4*time.Hour + time.Second, 24 * time.Hour} {
		total := segments(d, length)
		var at time.Duration
		for n := range total {
			s := spanOf(n, total, length)
			from, to := s.window()
			if s.from != at || s.first != (n == 0) || s.last != (n == total-1) || from < 0 || from > s.from || to < s.to {
				t.Errorf("%v: segment %d of %d is %+v, its window %v to %v", d, n, total, s, from, to)
			}
			at = s.from + length
		}
		last := spanOf(total-1, total, length)
		if d > last.to || total > 1 && d-last.from < length/4 {
			t.Errorf("%v: the last of %d segments is %v to %v", d, total, last.from, last.to)
		}
	}
}

func TestWordsThatAreMostlyDoubtedAreGuesses(t *testing.T) {
	for text, want := range map[string]string{
		"every word is sure":              "",
		"one* of three sure":              "",
		"two* of* five are doubtful*":     "language_uncertain", // three of five, and by their mean sure enough
		"half* of* them are":              "language_uncertain",
		"two* of* five are sure":          "",
		"all* of* these* were* doubtful*": "language_uncertain",
		"":                                "no_speech",
	} {
		p := part{Segment: 0, Language: "en", Confidence: 0.6}
		for _, w := range heardAt(0, text) {
			p.Words = append(p.Words, partWord{Text: w.Text, Start: w.Start.Milliseconds(), End: w.End.Milliseconds(), Probability: w.Probability})
		}
		got := ""
		if _, failure := join([]part{p}, video.Options{}); failure != nil {
			got = failure.Code
		}
		if got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
		p.Confidence = 1 // of one that is sure, whatever its words'
		if _, failure := join([]part{p}, video.Options{}); failure != nil && text != "" {
			t.Errorf("%q, from one that is sure: %v", text, failure)
		}
	}
}

func TestATrackIsInTheLanguageOfMostOfItsWords(t *testing.T) {
	of := func(language string, words int) part { return part{Language: language, Words: make([]partWord, words)} }
	for want, parts := range map[string][]part{
		"en":  {of("und", 0), of("en", 5), of("de", 4)},
		"de":  {of("und", 2), of("de", 3), of("en", 5), of("de", 4)},
		"und": {of("und", 0), of("und", 0)},
		"fr":  {of("fr", 3), of("it", 3)},
	} {
		if got := languageOf(parts); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
