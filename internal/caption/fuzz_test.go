package caption

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

// The seeds in testdata/fuzz are run by every go test. Without them the tests
// below would try next to nothing and still pass.
func TestFuzzSeedsAreThere(t *testing.T) {
	for _, name := range []string{
		"FuzzReadVTT", "FuzzReadSRT", "FuzzReadTTML", "FuzzReadSBV", "FuzzReadJSON", "FuzzTTMLTimes",
		"FuzzWriteVTT", "FuzzWriteSRT", "FuzzWriteTTML", "FuzzWriteSBV", "FuzzWriteJSON", "FuzzWritePlain", "FuzzKeepVTT",
	} {
		seeds, err := filepath.Glob(filepath.Join("testdata", "fuzz", name, "*"))
		if err != nil || len(seeds) < 4 {
			t.Errorf("%s has %d seeds, %v; they belong to the repository", name, len(seeds), err)
		}
	}
}

// A format is a reader and a writer that belong together. kept is what of a
// clean line the writer keeps, check looks at a written file of so many cues.
type format struct {
	read  func(io.Reader) (Track, error)
	write func(io.Writer, Track) error
	kept  func(string) string
	check func(t *testing.T, text string, cues int)
}

var (
	vttFormat  = format{ReadVTT, WriteVTT, all, checkText}
	srtFormat  = format{ReadSRT, WriteSRT, func(s string) string { return command.ReplaceAllString(s, "{") }, checkSRT}
	ttmlFormat = format{ReadTTML, WriteTTML, strings.NewReplacer("\ufffe", "\ufffd", "\uffff", "\ufffd").Replace, checkTTML}
	sbvFormat  = format{ReadSBV, WriteSBV, safeSBV, checkSBV}
	jsonFormat = format{ReadJSON, writeJSON, all, checkJSON}
)

func all(s string) string { return s }

func FuzzReadSRT(f *testing.F)  { f.Fuzz(srtFormat.fuzzRead) }
func FuzzReadTTML(f *testing.F) { f.Fuzz(ttmlFormat.fuzzRead) }
func FuzzReadSBV(f *testing.F)  { f.Fuzz(sbvFormat.fuzzRead) }
func FuzzReadJSON(f *testing.F) { f.Fuzz(jsonFormat.fuzzRead) }
func FuzzReadVTT(f *testing.F) {
	f.Fuzz(func(t *testing.T, text []byte) {
		vttFormat.fuzzRead(t, text)
		fuzzKept(t, text)
	})
}

func FuzzWriteVTT(f *testing.F)  { f.Fuzz(vttFormat.fuzzWrite) }
func FuzzWriteSRT(f *testing.F)  { f.Fuzz(srtFormat.fuzzWrite) }
func FuzzWriteTTML(f *testing.F) { f.Fuzz(ttmlFormat.fuzzWrite) }
func FuzzWriteSBV(f *testing.F)  { f.Fuzz(sbvFormat.fuzzWrite) }
func FuzzWriteJSON(f *testing.F) { f.Fuzz(jsonFormat.fuzzWrite) }

// fuzzRead: no text makes the reader panic, an error names its line, and what
// was read is written and read back the same.
func (f format) fuzzRead(t *testing.T, text []byte) {
	track, err := f.read(bytes.NewReader(text))
	if err != nil {
		if !strings.Contains(err.Error(), "line ") {
			t.Fatalf("the error names no line: %v", err)
		}
		return
	}
	var shown Track
	for _, c := range track.Cues {
		if len(c.Lines) == 0 || !reflect.DeepEqual(c.Lines, cleanLines(c.Lines)) {
			t.Fatalf("lines %q are not clean", c.Lines)
		}
		if c.Start < c.End {
			shown.Cues = append(shown.Cues, Cue{Start: c.Start, End: c.End, Lines: c.Lines})
		}
	}
	f.checkRoundTrip(t, shown)
}

// fuzzWrite: no text breaks out of its cue, becomes markup or is lost.
func (f format) fuzzWrite(t *testing.T, one, two string, start, long uint32) {
	from := time.Duration(start) * ms
	to := from + time.Duration(long)*ms + ms
	f.checkRoundTrip(t, Track{Cues: []Cue{
		{Start: from, End: to, Lines: []string{one, two}},
		{Start: to, End: to + time.Second, Lines: []string{"the next cue"}},
	}})
}

func (f format) checkRoundTrip(t *testing.T, track Track) {
	t.Helper()
	var out bytes.Buffer
	if err := f.write(&out, track); err != nil {
		t.Fatalf("write: %v", err)
	}
	var want []Cue
	for _, c := range track.Cues {
		lines := cleanLines(c.Lines)
		for i := range lines {
			lines[i] = f.kept(lines[i])
		}
		if len(lines) > 0 {
			want = append(want, Cue{Start: c.Start, End: c.End, Lines: lines})
		}
	}
	f.check(t, out.String(), len(want))
	got, err := f.read(bytes.NewReader(out.Bytes()))
	if err != nil {
		t.Fatalf("read back: %v\n%s", err, out.String())
	}
	if !reflect.DeepEqual(got.Cues, want) {
		t.Fatalf("read back as\n%swant\n%sfrom\n%s", describe(got.Cues), describe(want), out.String())
	}
}

// checkText looks at a written file as a player would that knows nothing of us.
func checkText(t *testing.T, text string, cues int) {
	t.Helper()
	checkCharacters(t, text)
	arrows := 0
	for _, line := range strings.Split(text, "\n") {
		if strings.Contains(line, "-->") {
			arrows++
		} else if strings.ContainsAny(line, "<>") {
			t.Fatalf("%q has markup", line)
		}
	}
	if arrows != cues {
		t.Fatalf("%d cues, and %d lines with times in\n%s", cues, arrows, text)
	}
}

func checkCharacters(t *testing.T, text string) {
	t.Helper()
	if !utf8.ValidString(text) {
		t.Fatalf("%q is not UTF-8", text)
	}
	for _, r := range text {
		if unicode.IsControl(r) && r != '\n' {
			t.Fatalf("%q has the control character %U", text, r)
		}
	}
	if strings.Contains(text, "\n\n\n") {
		t.Fatalf("%q has an empty cue", text)
	}
}

func checkSRT(t *testing.T, text string, cues int) {
	t.Helper()
	checkText(t, text, cues)
	if command.MatchString(text) {
		t.Fatalf("%q has a command", text)
	}
}

func checkSBV(t *testing.T, text string, cues int) {
	t.Helper()
	checkCharacters(t, text)
	if got := len(regexp.MustCompile(`(?m)^[0-9]+:[0-9:.]+,[0-9]+:`).FindAllString(text, -1)); got != cues {
		t.Fatalf("%d cues, and %d lines with times in\n%s", cues, got, text)
	}
}

func checkTTML(t *testing.T, text string, cues int) {
	t.Helper()
	checkCharacters(t, text)
	got := 0
	for d := xml.NewDecoder(strings.NewReader(text)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if e, ok := token.(xml.StartElement); ok && e.Name.Local == "p" {
			got++
		}
	}
	if got != cues {
		t.Fatalf("%d cues, and %d paragraphs in\n%s", cues, got, text)
	}
}

func checkJSON(t *testing.T, text string, cues int) {
	t.Helper()
	checkCharacters(t, text)
	var file struct{ Cues []any }
	if err := json.Unmarshal([]byte(text), &file); err != nil || len(file.Cues) != cues || strings.ContainsAny(text, "<>&") {
		t.Fatalf("%v, want %d cues\n%s", err, cues, text)
	}
}

// fuzzKept: what WebVTT has beside the text is written and read back the same.
func fuzzKept(t *testing.T, text []byte) {
	track, err := ReadVTT(bytes.NewReader(text))
	if err != nil || slices.ContainsFunc(track.Cues, func(c Cue) bool { return c.End <= c.Start }) {
		return
	}
	checkKept(t, track)
}

func checkKept(t *testing.T, track Track) {
	t.Helper()
	var out bytes.Buffer
	if err := WriteVTT(&out, track); err != nil {
		t.Fatalf("write: %v", err)
	}
	text := out.String()
	checkCharacters(t, text)
	if arrows := strings.Count(text, arrow); arrows != len(track.Cues) {
		t.Fatalf("%d cues, and %d arrows in\n%s", len(track.Cues), arrows, text)
	}
	got, err := ReadVTT(&out)
	if err != nil {
		t.Fatalf("read back: %v\n%s", err, text)
	}
	if !reflect.DeepEqual(got, track) {
		t.Fatalf("read back as\n%+v\nwant\n%+v\nfrom\n%s", got, track, text)
	}
	checkKeptByJSON(t, track)
}

// checkKeptByJSON: what WebVTT has beside the text is in JSON, too.
func checkKeptByJSON(t *testing.T, track Track) {
	t.Helper()
	var out bytes.Buffer
	if err := writeJSON(&out, track); err != nil {
		t.Fatalf("write JSON: %v", err)
	}
	text := out.String()
	checkJSON(t, text, len(track.Cues))
	if got, err := ReadJSON(&out); err != nil || !reflect.DeepEqual(got, track) {
		t.Fatalf("read back, %v, as\n%+v\nwant\n%+v\nfrom\n%s", err, got, track, text)
	}
}

// FuzzKeepVTT: nothing that stands beside the text ends a cue or a block early.
func FuzzKeepVTT(f *testing.F) {
	f.Fuzz(func(t *testing.T, aside, id, settings, markup, text string) {
		first := Cue{Start: 0, End: time.Second, Lines: plainLines(markup), ID: id, Settings: settings, Markup: markup}
		if len(first.Lines) == 0 {
			first.Lines = []string{"text"}
		}
		edited := Cue{Start: time.Second, End: 2 * time.Second, Lines: append(plainLines(text), "edited"), Markup: markup}
		track := Track{
			Header: aside, Styles: []string{aside, text}, Regions: []string{text}, Cues: []Cue{first, edited},
			Notes: []Note{{Before: 0, Text: aside}, {Before: 1, Text: text}, {Before: 9, Text: markup}},
		}
		var out bytes.Buffer
		if err := WriteVTT(&out, track); err != nil {
			t.Fatal(err)
		}
		got, err := ReadVTT(bytes.NewReader(out.Bytes()))
		if err != nil || len(got.Cues) != 2 {
			t.Fatalf("read back: %v\n%s", err, out.String())
		}
		for i, c := range track.Cues {
			if !slices.Equal(got.Cues[i].Lines, c.Lines) || got.Cues[i].Start != c.Start || got.Cues[i].End != c.End {
				t.Fatalf("cue %d: %q, want %q\n%s", i, got.Cues[i].Lines, c.Lines, out.String())
			}
		}
		checkKept(t, got)
		var beside bytes.Buffer
		if err := writeJSON(&beside, track); err != nil { // by way of JSON it comes to the same
			t.Fatal(err)
		}
		if back, err := ReadJSON(bytes.NewReader(beside.Bytes())); err != nil || !reflect.DeepEqual(back, got) {
			t.Fatalf("by way of JSON, %v:\n%+v\nwant\n%+v\nfrom\n%s", err, back, got, beside.String())
		}
	})
}

// FuzzWritePlain: no text begins a paragraph or is lost.
func FuzzWritePlain(f *testing.F) {
	f.Fuzz(func(t *testing.T, one, two string, start, long uint32) {
		from := time.Duration(start) * ms
		to := from + time.Duration(long)*ms
		cues := []Cue{
			{Start: 0, End: from, Lines: []string{one}},
			{Start: to, End: to + time.Second, Lines: []string{two, one}},
		}
		var out bytes.Buffer
		if err := WritePlain(&out, Track{Cues: cues}); err != nil {
			t.Fatal(err)
		}
		checkCharacters(t, out.String())
		if n := strings.Count(out.String(), "\n\n"); n > 1 {
			t.Fatalf("%d new paragraphs in %q", n, out.String())
		}
		var want string
		for _, c := range cues {
			for _, line := range c.Lines {
				want += letters(line)
			}
		}
		if letters(out.String()) != want {
			t.Fatalf("%q, want the letters of %q and %q", out.String(), one, two)
		}
	})
}
