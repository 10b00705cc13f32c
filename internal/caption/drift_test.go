package caption

import (
	"bytes"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/cuepipe/cuepipe/internal/caption/captiontest"
	"github.com/cuepipe/cuepipe/internal/speech"
)

// later is the same words, said later.
func later(words []speech.Word, by time.Duration) []speech.Word {
	words = slices.Clone(words)
	for i := range words {
		words[i].Start += by
		words[i].End += by
	}
	return words
}

// cuesLater is the same cues, shown later.
func cuesLater(cues []Cue, by time.Duration) []Cue {
	cues = slices.Clone(cues)
	for i := range cues {
		cues[i].Start += by
		cues[i].End += by
	}
	return cues
}

// What is said an hour, four hours or a day into a film has the cues that it
// would have at the film's start, to the millisecond. Only a word in the first
// moments is different: nothing can come in before the film.
func TestLayoutIsTheSameLaterInTheFilm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProfile(t)
		words := later(drawWords(t, append(slices.Clone(plainTexts), hostileTexts...), 40), p.MaxLead)
		by := rapid.OneOf(rapid.Just(4*time.Hour), rapid.Map(rapid.Int64Range(0, 86_400_000), func(n int64) time.Duration {
			return time.Duration(n) * ms
		})).Draw(t, "later")
		want := cuesLater(Layout(words, p), by)
		if got := Layout(later(words, by), p); !reflect.DeepEqual(got, want) && len(want) > 0 {
			t.Fatalf("%v later:\n%swant:\n%s", by, describe(got), describe(want))
		}
	})
}

// An hour that is said four times in one film has the same cues each time, and
// every format still has them at the same times when it is written and read.
func TestFourHoursDoNotDrift(t *testing.T) {
	hour := captiontest.Talk(time.Hour - 10*time.Second)
	var film []speech.Word
	for n := range time.Duration(4) {
		film = append(film, later(hour, n*time.Hour)...)
	}
	for _, p := range Profiles() {
		once, cues := Layout(hour, p), Layout(film, p)
		if len(once) < 500 || len(cues) != 4*len(once) {
			t.Fatalf("%s: %d cues in four hours, %d in one", p.Name, len(cues), len(once))
		}
		for n := range 4 {
			part := cuesLater(cues[n*len(once):(n+1)*len(once)], -time.Duration(n)*time.Hour)
			for i := range part {
				if !reflect.DeepEqual(part[i], once[i]) {
					t.Fatalf("%s: hour %d, cue %d:\n%swant:\n%s", p.Name, n+1, i, describe(part[i:i+1]), describe(once[i:i+1]))
				}
			}
		}
	}
	cues := Layout(film, Default())
	for _, f := range Formats() {
		if f.Read == nil {
			continue
		}
		var b bytes.Buffer
		if err := f.Write(&b, Track{Language: "en", Cues: cues}); err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		read, err := f.Read(&b)
		if err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		if len(read.Cues) != len(cues) {
			t.Fatalf("%s: %d cues were written, %d are read", f.Name, len(cues), len(read.Cues))
		}
		for i, c := range read.Cues {
			if c.Start != cues[i].Start || c.End != cues[i].End {
				t.Fatalf("%s: cue %d is at %v to %v, was written at %v to %v", f.Name, i, c.Start, c.End, cues[i].Start, cues[i].End)
			}
		}
	}
}
