package caption

import (
	"bytes"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestFormatsByName(t *testing.T) {
	var names []string
	for _, f := range Formats() {
		names = append(names, f.Name)
		if f.Extension == "" || f.ContentType == "" || f.Write == nil {
			t.Errorf("%s is not complete: %+v", f.Name, f)
		}
	}
	if got := strings.Join(names, " "); got != "vtt srt ttml sbv txt json" {
		t.Errorf("got %s", got)
	}
	for _, c := range []struct{ name, want string }{{"vtt", "vtt"}, {"TTML", "ttml"}, {"", ""}, {".vtt", ""}, {"ass", ""}} {
		if f, found := FormatByName(c.name); f.Name != c.want || found != (c.want != "") {
			t.Errorf("%q: %q, %v", c.name, f.Name, found)
		}
	}
	for _, c := range []struct{ path, want string }{
		{"film.vtt", "vtt"}, {"a.b/film.en.SRT", "srt"}, {"x.Json", "json"}, {".sbv", "sbv"},
		{"vtt", ""}, {"film.vtt/", ""}, {"film.vtt.gz", ""}, {"", ""},
	} {
		if f, found := FormatOf(c.path); f.Name != c.want || found != (c.want != "") {
			t.Errorf("%q: %q, %v", c.path, f.Name, found)
		}
	}
}

// What every writer writes, its reader reads back: the cues with clean lines.
func TestEveryFormatReadsWhatItWrites(t *testing.T) {
	kept := map[string]func(string) string{
		"vtt": vttFormat.kept, "srt": srtFormat.kept, "ttml": ttmlFormat.kept, "sbv": sbvFormat.kept, "json": jsonFormat.kept,
	}
	pieces := rapid.SampledFrom([]string{
		"word", "  ", "<i>", "</p>", "&", "&amp;", "-->", "\n", "\x00", "\ufffe", "[br]", `{\an8}`, "{", `"`, "0:00:01.000,0:00:02.000", "é", "👩‍🚀", "\xff",
	})
	rapid.Check(t, func(t *rapid.T) {
		var track Track
		var at time.Duration
		for range rapid.IntRange(0, 5).Draw(t, "cues") {
			at += time.Duration(rapid.IntRange(0, 3_000_000).Draw(t, "gap")) * ms
			c := Cue{Start: at, End: at + time.Duration(rapid.IntRange(1, 9000).Draw(t, "long"))*ms}
			for range rapid.IntRange(0, 3).Draw(t, "lines") {
				c.Lines = append(c.Lines, strings.Join(rapid.SliceOfN(pieces, 0, 4).Draw(t, "line"), ""))
			}
			track.Cues = append(track.Cues, c)
			at = c.End
		}
		for _, f := range Formats() {
			if f.Read == nil {
				continue
			}
			var want []Cue
			for _, c := range track.Cues {
				c.Lines = cleanLines(c.Lines)
				for i := range c.Lines {
					c.Lines[i] = kept[f.Name](c.Lines[i])
				}
				if len(c.Lines) > 0 {
					want = append(want, c)
				}
			}
			var out bytes.Buffer
			if err := f.Write(&out, track); err != nil {
				t.Fatalf("%s: %v", f.Name, err)
			}
			got, err := f.Read(bytes.NewReader(out.Bytes()))
			if err != nil || !reflect.DeepEqual(got.Cues, want) {
				t.Fatalf("%s: %v\n%swant\n%sfrom\n%s", f.Name, err, describe(got.Cues), describe(want), out.String())
			}
		}
	})
}

// A long film goes through every format, read while it is written, without
// anybody who holds the whole text.
func TestLongTracksStream(t *testing.T) {
	var track Track
	for i := range 20_000 {
		start := time.Duration(i) * time.Second
		track.Cues = append(track.Cues, Cue{Start: start, End: start + 900*ms, Lines: []string{"Nobody knows", "why & how."}})
	}
	for _, f := range Formats() {
		if f.Read == nil {
			continue
		}
		in, out := io.Pipe()
		go func() { out.CloseWithError(f.Write(out, track)) }()
		got, err := f.Read(in)
		if err != nil || !reflect.DeepEqual(got.Cues, track.Cues) {
			t.Errorf("%s: %d cues of %d, %v", f.Name, len(got.Cues), len(track.Cues), err)
		}
	}
}

// A language goes with the formats that have a place for it, whatever it holds.
func TestLanguageIsKept(t *testing.T) {
	for _, language := range []string{"", "en", "pt-BR", `"><p a="&amp;`} {
		for name, keeps := range map[string]bool{"ttml": true, "json": true, "vtt": false, "srt": false, "sbv": false} {
			f, _ := FormatByName(name)
			var out bytes.Buffer
			if err := f.Write(&out, Track{Language: language}); err != nil {
				t.Fatal(err)
			}
			got, err := f.Read(&out)
			if err != nil || keeps && got.Language != language || !keeps && got.Language != "" {
				t.Errorf("%s, %q: got %q, %v", name, language, got.Language, err)
			}
		}
	}
}
