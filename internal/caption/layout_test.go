package caption

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/speech"
)

// Golden files: what an editor reads to judge a change of the costs. Beside
// each stand the rules that it breaks; most break none.
func TestLayoutGolden(t *testing.T) {
	inputs, err := filepath.Glob("testdata/layout/*.phrases")
	if err != nil || len(inputs) < 6 {
		t.Fatalf("the inputs are missing: %v, %v", inputs, err)
	}
	for _, input := range inputs {
		name := strings.TrimSuffix(input, ".phrases")
		t.Run(filepath.Base(name), func(t *testing.T) {
			words := readPhrases(t, input)
			cues := Layout(words, Default())
			if got, want := lettersOfCues(cues), lettersOfWords(words); got != want {
				t.Errorf("text was lost:\n%s\n%s", got, want)
			}
			var vtt, findings bytes.Buffer
			if err := WriteVTT(&vtt, Track{Language: "en", Cues: cues}); err != nil {
				t.Fatal(err)
			}
			for _, f := range Check(cues, Default()) {
				fmt.Fprintf(&findings, "cue %d: %s: %s\n", f.Cue, f.Rule, f.Message)
			}
			golden(t, name+".vtt", vtt.Bytes())
			golden(t, name+".findings", findings.Bytes())
		})
	}
}

func TestLayoutNothing(t *testing.T) {
	for _, words := range [][]speech.Word{nil, {}, {{Text: ""}}, {{Text: " \x00\ufeff\n"}}} {
		if cues := Layout(words, Default()); len(cues) != 0 {
			t.Errorf("Layout(%+v) = %v", words, cues)
		}
	}
}

// Lines: where one cue breaks, "|" for the line break.
func TestLines(t *testing.T) {
	for _, want := range []string{
		"It fits on one line, so it stays on one.",
		"We walked for hours along the river,|and nobody said a word.",
		"She could not find the key|because he had taken it with him.",
		"They were looking for something|in the old house by the lake.",
		"We drove all night through the desert|to see Abraham Lincoln's house.",
		"He told us that the price would rise|by 20 per cent before the summer.",
		"I have never seen anything|like that in my whole life.",
		"The last of them arrived on May 5|with Dr. Jane Goodall and a camera.",
		"Yes. I would rather wait for you here|until the others come back.",
	} {
		cues := Layout(say(0, 13, strings.ReplaceAll(want, "|", " ")), Default())
		if len(cues) != 1 {
			t.Errorf("%q became %d cues:\n%s", want, len(cues), describe(cues))
			continue
		}
		if got := strings.Join(cues[0].Lines, "|"); got != want {
			t.Errorf("broke as %q\nwant      %q", got, want)
		}
	}
}

// A cue ends where the speaker pauses, whatever the grammar says.
func TestPausesBreak(t *testing.T) {
	p := Default()
	for _, c := range []struct {
		pause time.Duration
		cues  int
	}{
		{p.Pause, 2}, {p.MaxPause - ms, 2}, {p.MaxPause, 2}, {50 * ms, 1},
	} {
		words := say(time.Second, 14, "We have taken this road")
		words = append(words, say(words[4].End+c.pause, 14, "before the rain came down.")...)
		if got := len(Layout(words, p)); got != c.cues {
			t.Errorf("a pause of %v: %d cues, want %d", c.pause, got, c.cues)
		}
	}
	// No cue spans MaxPause, even where that leaves a single short word.
	words := []speech.Word{{Text: "the", Start: 0, End: 100 * ms}, {Text: "end", Start: 100*ms + p.MaxPause, End: 3 * time.Second}}
	if got := len(Layout(words, p)); got != 2 {
		t.Errorf("an article and its noun %v apart: %d cues, want 2", p.MaxPause, got)
	}
	words[1].Start -= ms
	words[1].End = words[1].Start + 100*ms
	if got := len(Layout(words, p)); got != 2 {
		t.Errorf("a pause just under MaxPause: %d cues, want 2", got)
	}
}

// Line length around the limit, for one word and for several.
func TestLayoutLineLengthBoundaries(t *testing.T) {
	p := Default()
	for n := p.MaxCharsPerLine - 1; n <= p.MaxCharsPerLine+1; n++ {
		lines := 1
		if n > p.MaxCharsPerLine {
			lines = 2
		}
		one := strings.Repeat("x", n)
		two := strings.Repeat("x", n-20) + " " + strings.Repeat("y", 19)
		for _, text := range []string{one, two} {
			cues := Layout(spread(0, 4*time.Second, text), p)
			if len(cues) != 1 || len(cues[0].Lines) != lines {
				t.Errorf("%d characters: got\n%swant one cue of %d lines", n, describe(cues), lines)
			}
		}
	}
	full := 2*p.MaxCharsPerLine + 1 // two full lines and the break between them
	for n := full - 1; n <= full+1; n++ {
		want := 1
		if n > full {
			want = 2
		}
		text := strings.Repeat("x", p.MaxCharsPerLine) + " " + strings.Repeat("y", n-p.MaxCharsPerLine-1)
		if got := len(Layout(spread(0, 6*time.Second, text), p)); got != want {
			t.Errorf("%d characters: %d cues, want %d", n, got, want)
		}
	}
}

func TestProfilesWithOtherNumbers(t *testing.T) {
	words := readPhrases(t, "testdata/layout/lecture.phrases")
	one := Default()
	one.MaxLines, one.MaxCharsPerLine = 1, 32
	three := Default()
	three.MaxLines, three.MaxCharsPerLine = 3, 30
	german := Default()
	german.Language = "de-AT"
	for _, p := range []Profile{one, three, german} {
		cues := Layout(words, p)
		if lettersOfCues(cues) != lettersOfWords(words) {
			t.Error("text was lost")
		}
		for _, f := range Check(cues, p) {
			t.Errorf("%d lines of %d: cue %d: %s", p.MaxLines, p.MaxCharsPerLine, f.Cue, f.Message)
		}
	}
}

// The zero profile asks for nothing that can be met, and still nothing breaks.
func TestZeroProfile(t *testing.T) {
	words := say(0, 14, "Nobody should do this, but it must not end badly.")
	if got := lettersOfCues(Layout(words, Profile{})); got != lettersOfWords(words) {
		t.Errorf("got %q", got)
	}
}
