package caption

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/cuepipe/cuepipe/internal/speech"
)

// talkOf is a conversation: a line a turn, "Mary: How are you?".
func talkOf(lines ...string) []speech.Word {
	var words []speech.Word
	at := 300 * ms
	for _, line := range lines {
		who, text, _ := strings.Cut(line, ": ")
		for _, w := range strings.Fields(text) {
			words = append(words, speech.Word{Text: w, Start: at, End: at + 280*ms, Probability: 0.9, Speaker: who})
			at += 300 * ms
		}
	}
	return words
}

var conversation = talkOf("Speaker 1: How long have you been waiting?", "Speaker 2: Not long.", "Speaker 2: An hour.", "Speaker 1: Tom & Jerry > others", "Speaker 3: Sorry.")

func TestAChangeOfSpeakerEndsACue(t *testing.T) {
	var got []string
	for _, c := range Layout(conversation, Default()) {
		got = append(got, c.Speaker+": "+c.Text())
	}
	want := []string{"Speaker 1: How long have you been waiting?", "Speaker 2: Not long. An hour.", "Speaker 1: Tom & Jerry > others", "Speaker 3: Sorry."}
	if !slices.Equal(joinSame(got), want) {
		t.Errorf("%q", got)
	}
}

// joinSame joins what one speaker says in several cues.
func joinSame(cues []string) (joined []string) {
	for _, c := range cues {
		who, text, _ := strings.Cut(c, ": ")
		if n := len(joined); n > 0 && strings.HasPrefix(joined[n-1], who+": ") {
			joined[n-1] += " " + text
			continue
		}
		joined = append(joined, c)
	}
	return joined
}

func TestSpeakersInEveryFormat(t *testing.T) {
	track := Track{Language: "en", Cues: []Cue{
		{Start: 1 * time.Second, End: 2 * time.Second, Lines: []string{"How long", "did it take?"}, Speaker: "Speaker 1"},
		{Start: 2 * time.Second, End: 3 * time.Second, Lines: []string{"An hour."}, Speaker: "Speaker 2"},
		{Start: 3 * time.Second, End: 4 * time.Second, Lines: []string{"Or two."}, Speaker: "Speaker 2"},
		{Start: 4 * time.Second, End: 5 * time.Second, Lines: []string{"Oh."}},
		{Start: 5 * time.Second, End: 6 * time.Second, Lines: []string{"I see."}, Speaker: `Tom & "Jerry" > <all>`},
	}}
	for _, f := range Formats() {
		var out bytes.Buffer
		if err := f.Write(&out, track); err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		golden(t, "testdata/formats/speakers."+f.Name, out.Bytes())
		if f.Read == nil {
			continue
		}
		back, err := f.Read(bytes.NewReader(out.Bytes()))
		if err != nil || len(back.Cues) != len(track.Cues) {
			t.Errorf("%s is read back as %v, %d cues", f.Name, err, len(back.Cues))
			continue
		}
		var again bytes.Buffer
		if err := f.Write(&again, back); err != nil {
			t.Errorf("%s: %v", f.Name, err)
		}
		if kept := f.Name != "ttml"; kept != bytes.Equal(again.Bytes(), out.Bytes()) {
			t.Errorf("%s, read and written again, is the same: %v\n%s", f.Name, !kept, again.Bytes())
		}
	}
}

// Words without speakers give the same cues as ever, and those of one speaker
// the same but for who it is.
func TestOneSpeakerChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := drawWords(t, plainTexts, 60)
		want := Layout(words, Default())
		for i := range words {
			words[i].Speaker = "Speaker 1"
			if i > 0 && rapid.IntRange(0, 5).Draw(t, "unknown") == 0 {
				words[i].Speaker = ""
			}
		}
		got := Layout(words, Default())
		for i := range got {
			if got[i].Speaker != "Speaker 1" {
				t.Fatalf("cue %d is by %q", i, got[i].Speaker)
			}
			got[i].Speaker = ""
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("got\n%swant\n%s", describe(got), describe(want))
		}
	})
}

// Whatever is said by whom, no cue has two speakers, no line is too long with
// its dash, and no word is lost.
func TestSpeakersProperties(t *testing.T) {
	texts := append(append([]string{}, plainTexts...), hostileTexts...)
	rapid.Check(t, func(t *rapid.T) {
		words := drawWords(t, texts, 40)
		for i := range words {
			words[i].Speaker = fmt.Sprintf("Speaker %d", rapid.IntRange(1, 3).Draw(t, "speaker"))
		}
		cues := Layout(words, Default())
		if got, want := lettersOfCues(cues), lettersOfWords(words); got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
		for _, f := range Check(cues, Default()) {
			if always[f.Rule] {
				t.Fatalf("%v\n%s", f, describe(cues))
			}
		}
		var got, want []string
		for _, w := range words {
			want = appendSaid(want, w.Speaker, lettersOfWords([]speech.Word{w}))
		}
		for i, c := range cues {
			got = appendSaid(got, c.Speaker, lettersOfCues(cues[i:i+1]))
			if i > 0 && cues[i-1].Speaker != c.Speaker && Chars(c.Lines[0])+Chars(turnMark) > Default().MaxCharsPerLine && len(strings.Fields(c.Lines[0])) > 1 {
				t.Fatalf("with its dash cue %d is too long\n%s", i, describe(cues))
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("got %q, want %q", got, want)
		}
	})
}

// appendSaid adds what somebody says to a list of turns.
func appendSaid(turns []string, who, text string) []string {
	if n := len(turns); n > 0 && strings.HasPrefix(turns[n-1], who+":") {
		turns[n-1] += text
		return turns
	}
	if text == "" {
		return turns
	}
	return append(turns, who+":"+text)
}
