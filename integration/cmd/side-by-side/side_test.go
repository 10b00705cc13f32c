package main

import (
	"encoding/xml"
	"io"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/integration/recogniser/recording"
	"github.com/cuepipe/cuepipe/internal/caption"
	"github.com/cuepipe/cuepipe/internal/speech"
)

func TestOnlyWhatIsInThePublicDomainIsShown(t *testing.T) {
	const readme = "# Clips\n| file | what | reference |\n|---|---|---|\n| old.mp3 | a reader, public-domain recording | refs.tsv |\n| play.wav | a play | refs.tsv |\n"
	if about, err := notice(readme, "old.mp3"); err != nil || about != "a reader, public-domain recording" {
		t.Errorf("%q, %v", about, err)
	}
	for clip, want := range map[string]string{"play.wav": "does not say", "other.wav": "no row", "old": "no row"} {
		if about, err := notice(readme, clip); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %q, %v", clip, about, err)
		}
	}
}

func TestTextIsFittedIntoItsBox(t *testing.T) {
	for _, c := range []struct {
		lines []string
		wide  int
		want  []string
	}{
		{[]string{"one line"}, 20, []string{"one line"}},
		{[]string{"two lines of", "our own"}, 20, []string{"two lines of", "our own"}},
		{[]string{"one that is too long"}, 11, []string{"one that is", "too long"}},
		{[]string{"a b c d e f"}, 1, []string{"a", "b", "c …"}},
		{[]string{"unbreakable"}, 3, []string{"unbreakable"}},
	} {
		if got := fitted(c.lines, c.wide, 3); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%q in %d: %q, want %q", c.lines, c.wide, got, c.want)
		}
	}
}

// made is a recording of 20 s with a cue over the end of a row and one over the
// end of the sound.
func made() *sounds {
	pcm := make([]int16, 20*speech.SampleRate)
	for i := range pcm {
		pcm[i] = int16(8000 * math.Sin(float64(i)/20))
	}
	cues := []caption.Cue{
		{Start: 11 * time.Second, End: 15 * time.Second, Lines: []string{"over & under"}},
		{Start: 18 * time.Second, End: 31 * time.Second, Lines: []string{"late"}},
	}
	y := system{name: "<one>", short: "one", shown: cues, cues: func(caption.Profile) []caption.Cue { return cues },
		words:  []speech.Word{{Text: "over", Start: 11 * time.Second, End: 15 * time.Second}},
		onsets: []recording.Onset{{Heard: true, Off: -200 * time.Millisecond}, {Heard: false}, {Heard: true, Off: 100 * time.Millisecond}}}
	return &sounds{clip: "made.wav", about: "a tone", said: "over and under", pcm: pcm, systems: []system{y, y, y},
		onsets: []recording.Onset{{Text: "over", Sounds: 11 * time.Second}}}
}

func TestATimelineHasEveryCueOnce(t *testing.T) {
	svg := string(made().timeline())
	decoder := xml.NewDecoder(strings.NewReader(svg))
	for {
		if _, err := decoder.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	for text, want := range map[string]int{">over &amp; under<": 3, ">late<": 3, ">… until 31.0 s<": 3, ">…<": 3, ">the sound has ended<": 1, `stroke-dasharray`: 2} {
		if n := strings.Count(svg, text); n != want {
			t.Errorf("%s is there %d times, want %d", text, n, want)
		}
	}
}

func TestMomentsLieInTheRecording(t *testing.T) {
	s := made()
	if got := s.moments(); len(got) != moments+1 || got[0] != 12*time.Second || got[moments] != 19900*time.Millisecond {
		t.Errorf("with a phrase: %v", got)
	}
	s.onsets = nil
	if got := s.moments(); got[0] != 4*time.Second || got[1] != 8*time.Second {
		t.Errorf("without phrases: %v", got)
	}
}

func TestThePageHasWhatTheLinterCounts(t *testing.T) {
	page := string(made().page(nil))
	for _, want := range []string{
		"| words wrong | 2 of 3 | 2 of 3 | 2 of 3 |",
		"| first words of phrases, how far from their sound on average, s | 0.15 (2 of 3 phrases) | 0.15 (2 of 3 phrases) | 0.15 (2 of 3 phrases) |",
		"| words in cues that end after the sound | 1 | 1 | 1 |",
		"| **default**, any | **1 of 2** | **1 of 2** | **1 of 2** |",
		"| `max_duration`: shown for at most 7.000 s | 1 | 1 | 1 |",
	} {
		if !strings.Contains(page, want+"\n") {
			t.Errorf("the page has no line %s:\n%s", want, page)
		}
	}
}
