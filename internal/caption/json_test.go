package caption

import (
	"bytes"
	"math"
	"os"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/cuepipe/cuepipe/internal/speech"
)

func TestReadJSON(t *testing.T) {
	data, err := os.ReadFile("testdata/formats/tolerated.json")
	if err != nil {
		t.Fatal(err)
	}
	want := Track{Language: "de", Cues: []Cue{
		{Start: time.Second, End: 2500 * ms, Lines: []string{"One two", "three"}, Speaker: "Mary"},
		{Start: 3 * time.Second, End: 4 * time.Second, Lines: []string{"<i> 😀 &"}},
	}}
	said := []speech.Word{{Text: "i", Start: 3 * time.Second, End: 3250 * ms, Probability: 0.5}}
	for _, text := range []string{string(data), "\ufeff" + string(data), strings.ReplaceAll(string(data), "\n", "")} {
		got, words, err := ReadJSONWords(iotest.OneByteReader(strings.NewReader(text)))
		if err != nil || !reflect.DeepEqual(got, want) || !reflect.DeepEqual(words, said) {
			t.Errorf("%v, %v\n%swant\n%s", err, words, describe(got.Cues), describe(want.Cues))
		}
	}
}

func TestJSONWords(t *testing.T) {
	words := readPhrases(t, "testdata/layout/answers.phrases")
	for i := range words {
		words[i].Start, words[i].End = words[i].Start.Round(ms), words[i].End.Round(ms)
	}
	track := Track{Language: "en", Cues: Layout(words, Default())}
	var out bytes.Buffer
	if err := WriteJSON(&out, track, words); err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/formats/words.json", out.Bytes())
	got, back, err := ReadJSONWords(&out)
	if err != nil || !reflect.DeepEqual(got, track) || !reflect.DeepEqual(back, words) {
		t.Errorf("read back: %v\n%s%v\nwant\n%s%v", err, describe(got.Cues), back, describe(track.Cues), words)
	}
}

func TestJSONWordsGoWithTheirCue(t *testing.T) {
	cues := []Cue{
		{Start: 1000 * ms, End: 2000 * ms, Lines: []string{"one"}},
		{Start: 2100 * ms, End: 2200 * ms, Lines: []string{"\x00"}},
		{Start: 3000 * ms, End: 4000 * ms, Lines: []string{"two"}},
	}
	for _, c := range []struct {
		start time.Duration
		want  int
	}{
		{-ms, 0}, {0, 0}, {1000 * ms, 0}, {1999 * ms, 0}, {2150 * ms, 0},
		{2500 * ms, 0}, {2501 * ms, 2}, {3000 * ms, 2}, {9000 * ms, 2},
	} {
		of := assign([]speech.Word{{Text: "w", Start: c.start, End: c.start + ms}}, cues)
		if len(of) != 1 || len(of[c.want]) != 1 {
			t.Errorf("%v: %v, want cue %d", c.start, of, c.want)
		}
	}
	if of := assign([]speech.Word{{Text: "\x00"}, {Text: "w"}}, cues[1:2]); len(of) != 0 {
		t.Errorf("words without cues or text: %v", of)
	}
	odd := []speech.Word{{Text: "a", Start: -ms, End: -2 * ms, Probability: math.NaN()}, {Text: "b", Start: ms, Probability: math.Inf(1)}}
	var out bytes.Buffer
	if err := WriteJSON(&out, Track{Cues: cues[:1]}, odd); err != nil {
		t.Fatal(err)
	}
	want := `"words":[{"text":"a","start":0.000,"end":0.000,"probability":0},{"text":"b","start":0.001,"end":0.001,"probability":1}]`
	if !strings.Contains(out.String(), want) {
		t.Errorf("got %s", out.String())
	}
}

func TestJSONErrorsNameTheLine(t *testing.T) {
	cue := func(s string) string { return "{\"cues\":[\n" + s + "\n]}" }
	for _, c := range []struct{ text, want string }{
		{"", "line 1: the file ends too early"},
		{"{\"cues\":[\n{", "line 2: the file ends too early"},
		{"[]", "line 1: the file should be an object"},
		{"{}\n{}", "there is more after the end of the object"},
		{"{}\nx", "invalid character 'x'"},
		{"{x}", "line 1: invalid character 'x'"},
		{`{"language":1}`, "language should be a string"},
		{`{"cues":{}}`, `"cues" should be a list`},
		{cue("1"), "line 2: a cue should be an object"},
		{cue(`{"start":"1"}`), `line 2: "start" should be a number`},
		{cue(`{"start":-1}`), `line 2: "start": "-1" is not a time in seconds`},
		{cue(`{"end":36000000}`), `line 2: "end": "36000000" is not a time in seconds`},
		{cue(`{"end":1e999}`), "is not a time in seconds"},
		{cue(`{"lines":[1]}`), "a line should be a string"},
		{cue(`{"lines":["a"]}`), `line 2: a cue needs "start" and "end"`},
		{cue(`{"start":1,"lines":["a"]}`), `a cue needs "start" and "end"`},
		{cue(`{"words":[1]}`), "a word should be an object"},
		{cue(`{"words":[{"text":1}]}`), "text should be a string"},
		{cue(`{"words":[{"probability":"x"}]}`), `"probability" should be a number`},
		{`{"x":` + strings.Repeat("[", maxDepth+1), "line 1: values stand in one another too deep"},
		{`{"x":"` + strings.Repeat("a", 2*maxPiece), "line 1: one string, tag or comment is longer than"},
	} {
		_, err := ReadJSON(strings.NewReader(c.text))
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "read JSON: line ") {
			t.Errorf("%.60q: %v, want %q", c.text, err, c.want)
		}
	}
}
