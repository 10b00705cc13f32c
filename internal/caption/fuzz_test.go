package caption

import (
	"bytes"
	"io"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

// The seeds in testdata/fuzz are run by every go test. Without them the tests
// below would try next to nothing and still pass.
func TestFuzzSeedsAreThere(t *testing.T) {
	for _, name := range []string{"FuzzReadVTT", "FuzzReadSRT", "FuzzWriteVTT", "FuzzWriteSRT"} {
		seeds, err := filepath.Glob(filepath.Join("testdata", "fuzz", name, "*"))
		if err != nil || len(seeds) < 4 {
			t.Errorf("%s has %d seeds, %v; they belong to the repository", name, len(seeds), err)
		}
	}
}

// A format is a reader and a writer that belong together. kept is what of a
// clean line the writer keeps.
type format struct {
	read  func(io.Reader) (Track, error)
	write func(io.Writer, Track) error
	kept  func(string) string
}

var (
	vttFormat = format{ReadVTT, WriteVTT, func(s string) string { return s }}
	srtFormat = format{ReadSRT, WriteSRT, func(s string) string { return command.ReplaceAllString(s, "{") }}
)

func FuzzReadVTT(f *testing.F) { f.Fuzz(vttFormat.fuzzRead) }
func FuzzReadSRT(f *testing.F) { f.Fuzz(srtFormat.fuzzRead) }

func FuzzWriteVTT(f *testing.F) { f.Fuzz(vttFormat.fuzzWrite) }
func FuzzWriteSRT(f *testing.F) { f.Fuzz(srtFormat.fuzzWrite) }

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
			shown.Cues = append(shown.Cues, c)
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
	checkText(t, out.String(), len(want))
	if s := out.String(); s != f.kept(s) {
		t.Fatalf("%q has a command", s)
	}
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
