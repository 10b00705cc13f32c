package recording

import (
	"fmt"
	"time"

	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/speech/speechtest"
)

// An Onset compares when a phrase of a recording sounds with when it was heard.
type Onset struct {
	Text   string
	Sounds time.Duration // by the sound's own energy in the phrase's slot
	Heard  bool          // its first word was
	Off    time.Duration // how much later than it sounds its first word begins
}

// Onsets compares a recording's phrases with what was heard of it.
func Onsets(name string, pcm []int16, heard []speech.Word) ([]Onset, error) {
	phrases, err := Phrases(name)
	if err != nil {
		return nil, err
	}
	var words []string
	var place []int // of each normalised word, its place among the words
	for i, w := range heard {
		for _, n := range speechtest.Normalise(w.Text) {
			words, place = append(words, n), append(place, i)
		}
	}
	var said []string
	var first []int
	for _, p := range phrases {
		first = append(first, len(said))
		said = append(said, speechtest.Normalise(p.Text)...)
	}
	match := speechtest.Match(said, words)
	var onsets []Onset
	for i, p := range phrases {
		at, ok := speechtest.Onset(pcm[speech.Samples(p.Start):min(len(pcm), speech.Samples(p.End))])
		if !ok {
			return nil, fmt.Errorf("%s: %q: there is no sound in its slot", name, p.Text)
		}
		o := Onset{Text: p.Text, Sounds: p.Start + at}
		if first[i] < len(match) && match[first[i]] >= 0 {
			o.Heard, o.Off = true, heard[place[match[first[i]]]].Start-o.Sounds
		}
		onsets = append(onsets, o)
	}
	return onsets, nil
}
