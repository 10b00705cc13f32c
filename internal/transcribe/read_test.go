package transcribe_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/transcribe"
	"github.com/cuepipe/cuepipe/internal/transcribe/transcribetest"
)

func recorded(t testing.TB, name string) []byte {
	t.Helper()
	b, err := transcribetest.Recorded.ReadFile("recorded/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func read(t *testing.T, b []byte) speech.Transcript {
	t.Helper()
	got, err := transcribe.Read(b)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func texts(words []speech.Word) (all []string) {
	for _, w := range words {
		all = append(all, w.Text)
	}
	return all
}

const ms = time.Millisecond

func TestTheGuidesOwnExampleIsRead(t *testing.T) {
	got := read(t, recorded(t, "speakers"))
	if got.Language != "en-US" || got.Engine != transcribe.Engine || len(got.Words) != 10 || got.Confidence < 0.99 || got.Confidence >= 1 {
		t.Fatalf("%+v", got)
	}
	for i, want := range map[int]speech.Word{
		0: {Text: "I've", Start: 4870 * ms, End: 5020 * ms, Probability: 1, Speaker: "Speaker 1"},
		6: {Text: "hour.", Start: 6260 * ms, End: 6880 * ms, Probability: 1, Speaker: "Speaker 1"},
		7: {Text: "Sorry", Start: 8490 * ms, End: 8880 * ms, Probability: 0.9874, Speaker: "Speaker 2"},
		9: {Text: "that.", Start: 9050 * ms, End: 9240 * ms, Probability: 1, Speaker: "Speaker 2"},
	} {
		if got.Words[i] != want {
			t.Errorf("word %d is %+v, want %+v", i, got.Words[i], want)
		}
	}
}

// Older results label stretches and the times of words in them, and not the
// words themselves.
func TestSpeakersOfBothForms(t *testing.T) {
	var file map[string]any
	if err := json.Unmarshal(recorded(t, "speakers"), &file); err != nil {
		t.Fatal(err)
	}
	results := file["results"].(map[string]any)
	for _, item := range results["items"].([]any) {
		delete(item.(map[string]any), "speaker_label")
	}
	want := read(t, recorded(t, "speakers"))
	for range 2 { // by the words of the stretches, then by the stretches alone
		b, err := json.Marshal(file)
		if err != nil {
			t.Fatal(err)
		}
		if got := read(t, b); !reflect.DeepEqual(got, want) {
			t.Errorf("%+v", got.Words)
		}
		for _, s := range results["speaker_labels"].(map[string]any)["segments"].([]any) {
			s.(map[string]any)["items"] = []any{}
		}
	}
}

func TestEveryRecordedLanguage(t *testing.T) {
	for name, want := range map[string]struct {
		language, first, last string
		words                 int
	}{
		"de-DE":      {"de-DE", "Artikel", "begegnen.", 28},
		"ja-JP":      {"ja-JP", "すべて", "ある。", 21},
		"ar-SA":      {"ar-SA", "يولد", "كذلك؟", 6},
		"identified": {"en-GB", "So", "who.", 16},
	} {
		got := read(t, recorded(t, name))
		if n := len(got.Words); got.Language != want.language || n != want.words || got.Words[0].Text != want.first || got.Words[n-1].Text != want.last {
			t.Errorf("%s: %s, %d words, %v", name, got.Language, n, texts(got.Words))
		}
		for _, w := range got.Words {
			if w.Speaker != "" {
				t.Errorf("%s: nobody was asked who says %q", name, w.Text)
			}
		}
	}
}

// results is a file with these items, and more of the results before them.
func results(more string, items ...string) []byte {
	return fmt.Appendf(nil, `{"results":{%s"items":[%s]},"status":"COMPLETED"}`, more, strings.Join(items, ","))
}

func spoken(text, start, end string) string {
	return fmt.Sprintf(`{"type":"pronunciation","start_time":%q,"end_time":%q,"alternatives":[{"confidence":"0.5","content":%q}]}`, start, end, text)
}

func mark(text string) string {
	return fmt.Sprintf(`{"type":"punctuation","alternatives":[{"confidence":"0.0","content":%q}]}`, text)
}

func TestWhatIsNotQuiteAsUsual(t *testing.T) {
	for name, c := range map[string]struct {
		file []byte
		want []string
	}{
		"nobody speaks":                       {results(""), nil},
		"punctuation that opens":              {results("", mark("¿"), spoken("Qué", "0", "1"), mark("?"), mark("«"), spoken("Sí", "1", "2"), mark("»"), mark(".")), []string{"¿Qué?", "«Sí»."}},
		"punctuation before every word":       {results("", mark("."), spoken("a", "0", "1")), []string{".a"}},
		"punctuation that opens and ends all": {results("", spoken("a", "0", "1"), mark("(")), []string{"a("}},
		"punctuation alone":                   {results("", mark(".")), nil},
		"the likeliest of several":            {results("", `{"type":"pronunciation","start_time":"0","end_time":"1","alternatives":[{"confidence":"0.2","content":"a"},{"confidence":"0.9","content":"b"},{"confidence":"0.9","content":"c"}]}`), []string{"b"}},
		"no confidence":                       {results("", `{"type":"pronunciation","start_time":0.5,"end_time":1,"alternatives":[{"confidence":null,"content":"a"}]}`), []string{"a"}},
		"a word without text":                 {results("", spoken(" ", "0", "1"), spoken("b", "1", "2")), []string{"b"}},
		"nothing to choose from":              {results("", `{"type":"pronunciation","start_time":"0","end_time":"1","alternatives":[]}`), nil},
		"words of two voices at once":         {results("", spoken("a", "2", "3"), spoken("b", "1", "2.5")), []string{"b", "a"}},
	} {
		got := read(t, c.file)
		if !slices.Equal(texts(got.Words), c.want) {
			t.Errorf("%s: %q, want %q", name, texts(got.Words), c.want)
		}
		promised(t, name, got)
	}
	several := read(t, results(`"language_codes":[{"language_code":"en-US","duration_in_seconds":"1.5"},{"language_code":"es-US","duration_in_seconds":2}],`))
	if several.Language != "es-US" {
		t.Errorf("of several languages it took %s", several.Language)
	}
}

func promised(t *testing.T, name string, got speech.Transcript) {
	t.Helper()
	var end time.Duration
	for _, w := range got.Words {
		if w.Text == "" || w.Start < end || w.End <= w.Start || w.Probability < 0 || w.Probability > 1 {
			t.Fatalf("%s: the word %+v after %v", name, w, end)
		}
		end = w.End
	}
}

func TestDamageIsAnError(t *testing.T) {
	for name, file := range map[string]string{
		"nothing":                      "",
		"no JSON":                      "<Error>",
		"another JSON":                 "[]",
		"no results":                   `{"status":"COMPLETED"}`,
		"no items":                     `{"results":{},"status":"COMPLETED"}`,
		"a job that did not complete":  `{"results":{"items":[]},"status":"FAILED"}`,
		"a word without times":         string(results("", `{"type":"pronunciation","alternatives":[{"content":"a"}]}`)),
		"a word that ends first":       string(results("", spoken("a", "2", "1"))),
		"a word before the film":       string(results("", spoken("a", "-1", "1"))),
		"a word after any film":        string(results("", spoken("a", "1", "1e9"))),
		"a time that is no number":     string(results("", spoken("a", "x", "1"))),
		"a time without an end":        string(results("", spoken("a", "NaN", "Inf"))),
		"an item of an unknown kind":   string(results("", `{"type":"song","alternatives":[{"content":"a"}]}`)),
		"items that are none":          `{"results":{"items":{"a":1}}}`,
		"labels that are none":         `{"results":{"items":[],"speaker_labels":[1]}}`,
		"the beginning of a good file": string(recorded(t, "de-DE")[:2000]),
	} {
		if got, err := transcribe.Read([]byte(file)); err == nil {
			t.Errorf("%s was read: %+v", name, got)
		}
	}
}

// Whatever stands in a file, reading it ends, and what is read is in order.
func FuzzRead(f *testing.F) {
	seeds := 0
	for _, name := range []string{"ar-SA", "de-DE", "identified", "ja-JP", "speakers"} {
		f.Add(recorded(f, name))
		seeds++
	}
	if seeds == 0 {
		f.Fatal("no seeds")
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if got, err := transcribe.Read(b); err == nil {
			promised(t, "fuzzed", got)
		}
	})
}

// The same with files that stay JSON, which random bytes seldom do.
func TestAnyValueInAnyPlace(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	values := []string{`null`, `""`, `"-1"`, `1e308`, `"\ud800"`, `[]`, `{}`, `"spk_0"`, `"172800"`, `"0"`, `true`, `"\u0000"`}
	file := string(recorded(t, "speakers"))
	readable := 0
	for range 3000 {
		at := random.IntN(len(file))
		quote := strings.IndexByte(file[at:], '"')
		if quote < 0 {
			continue
		}
		from := at + quote
		to := from + 1 + strings.IndexByte(file[from+1:], '"') + 1
		if to <= from+1 {
			continue
		}
		if got, err := transcribe.Read([]byte(file[:from] + values[random.IntN(len(values))] + file[to:])); err == nil {
			readable++
			promised(t, file[from:to], got)
		}
	}
	if readable == 0 {
		t.Error("nothing was read")
	}
}
