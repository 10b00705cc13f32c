package caption

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

var hostileTrack = Track{Cues: []Cue{
	{Start: 0, End: 2 * time.Second, Lines: []string{`<img src=x onerror="alert(1)">`, "a --> b"}},
	{Start: 2500 * ms, End: 4 * time.Second, Lines: []string{"one\n\ntwo", "", "  ", "\x00nul\x1b[31m", "three\u2028four"}},
	{Start: 5 * time.Second, End: 6 * time.Second, Lines: []string{"\x00"}},
	{Start: 7 * time.Second, End: 8 * time.Second, Lines: []string{`{\an8}{\\\pos(1,2)}top`, "AT&T &lt; R&amp;D &copy &#60;"}},
	{Start: 9 * time.Second, End: 10 * time.Second, Lines: []string{"שלום \u200f!", "👨‍👩‍👧‍👦 \xff\xfe"}},
	{Start: 25*time.Hour + 61*time.Second + 7*ms, End: 123*time.Hour + 999*ms, Lines: []string{"WEBVTT", "NOTE", "00:00:01.000"}},
}}

func TestWriteGolden(t *testing.T) {
	for _, f := range Formats() {
		var out bytes.Buffer
		if err := f.Write(&out, hostileTrack); err != nil {
			t.Fatal(err)
		}
		golden(t, "testdata/formats/hostile"+f.Extension, out.Bytes())
	}
}

func TestWriteNothing(t *testing.T) {
	want := map[string]string{
		"vtt": "WEBVTT\n", "srt": "", "sbv": "", "txt": "",
		"ttml": fmt.Sprintf(headTTML, "") + tailTTML,
		"json": "{\"language\":\"\",\"cues\":[\n]}\n",
	}
	for _, f := range Formats() {
		var out bytes.Buffer
		if err := f.Write(&out, Track{}); err != nil || out.String() != want[f.Name] {
			t.Errorf("%s: %q, %v", f.Name, out.String(), err)
		}
		if f.Read == nil {
			continue
		}
		if got, err := f.Read(&out); err != nil || len(got.Cues) != 0 {
			t.Errorf("%s: read back: %v, %v", f.Name, got, err)
		}
	}
}

func TestWritePartial(t *testing.T) {
	track := Track{Cues: []Cue{{Start: 0, End: 2 * time.Second, Lines: []string{"So far."}}}}
	var vtt bytes.Buffer
	if err := WritePartialVTT(&vtt, track, 4*time.Minute+120*ms); err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/formats/partial.vtt", vtt.Bytes())
	if got, err := ReadVTT(&vtt); err != nil || !reflect.DeepEqual(got.Cues, track.Cues) || len(got.Notes) != 1 {
		t.Errorf("read back %v, %v", got, err)
	}
}

func TestReadTolerates(t *testing.T) {
	want := map[string][]Cue{
		"tolerated.vtt": {
			{
				Start: 1 * time.Second, End: 3500 * ms, Lines: []string{"Without hours, with a name and settings"},
				ID: "intro", Settings: "align:start position:10% line:0",
				Markup: "Without <i>hours</i>, with a <c.loud>name</c> and settings",
			},
			{
				Start: 4 * time.Second, End: 6250 * ms, Lines: []string{"Tom & Jerry <3\u00a0cheese", "karaoke été"},
				ID: "2", Markup: "<v Mary O'Neil>Tom &amp; Jerry &lt;3\u00a0cheese</v>\n<00:00:05.000>karaoke été",
			},
			{Start: 100 * time.Hour, End: 100*time.Hour + time.Second, Lines: []string{"A hundred hours later a < b, and <3"}},
		},
		"tolerated.srt": {
			{Start: 1 * time.Second, End: 3500 * ms, Lines: []string{"With tags, a mark and CR LF", "and a second line"}},
			{Start: 4500 * ms, End: 6250 * ms, Lines: []string{"No number, points for commas"}},
			{Start: time.Hour + 123004*ms, End: time.Hour + 124005*ms, Lines: []string{"AT&T, R&D, a < b, {curly}"}},
			{Start: time.Hour + 127*time.Second, End: time.Hour + 128*time.Second, Lines: []string{"No line end"}},
		},
	}
	for name, cues := range want {
		data, err := os.ReadFile("testdata/formats/" + name)
		if err != nil {
			t.Fatal(err)
		}
		read := ReadVTT
		if strings.HasSuffix(name, ".srt") {
			read = ReadSRT
		}
		lf := strings.ReplaceAll(string(data), "\r\n", "\n")
		for ends, text := range map[string]string{
			"as it is": string(data),
			"CR LF":    "\ufeff" + strings.ReplaceAll(strings.TrimPrefix(lf, "\ufeff"), "\n", "\r\n"),
			"CR":       strings.ReplaceAll(lf, "\n", "\r"),
		} {
			got, err := read(iotest.OneByteReader(strings.NewReader(text)))
			if err != nil || !reflect.DeepEqual(got.Cues, cues) {
				t.Errorf("%s, %s: %v\n%swant\n%s", name, ends, err, describe(got.Cues), describe(cues))
			}
		}
	}
}

func TestReadErrorsNameTheLine(t *testing.T) {
	const head = "WEBVTT\n\n"
	for _, c := range []struct{ text, want string }{
		{"", "line 1: a WebVTT file begins with the line WEBVTT"},
		{"WEBVTTX\n", "line 1: a WebVTT file begins"},
		{"webvtt\n", "line 1: a WebVTT file begins"},
		{"WEBVTT\n00:01.000 --> 00:02.000\nhi\n", "line 2: a blank line is missing"},
		{head + "00:01.000 --> 00:02.000\nhi\n\nlost text\n", "line 6: this text has no times"},
		{head + "name\nmore\n00:01.000 --> 00:02.000\n", "line 3: this text has no times"},
		{head + "00:01.000 -->\nhi\n", "line 3: the time after --> is missing"},
		{head + "name\n00:01,000 --> 0x:02.000\nhi\n", `line 4: "0x:02.000" is not a time`},
		{head + "00:61.000 --> 00:62.000\nhi\n", `line 3: "00:61.000" is not a time`},
		{head + "60:60.000 --> 00:62.000\nhi\n", `line 3: "60:60.000" is not a time`},
		{head + "-00:01.000 --> 00:02.000\nhi\n", "is not a time"},
		{head + "99999:00:01.000 --> 00:02.000\nhi\n", "is not a time"},
		{head + "NOTE --> not a comment\n", "line 3: "},
		{head + strings.Repeat("x", maxLine+1), "line 3: the line is longer than"},
	} {
		_, err := ReadVTT(strings.NewReader(c.text))
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "read WebVTT: ") {
			t.Errorf("%.60q: %v, want %q", c.text, err, c.want)
		}
	}
	for _, c := range []struct{ text, want string }{
		{"1\n", "line 1: this text has no times"},
		{"\n\n1\nhi\n", "line 3: this text has no times"},
		{"1\n00:00:01,000 --> tomorrow\n", `line 2: "tomorrow" is not a time`},
		{"1\n00:00:01 --> 00:00:02,000\n", `line 2: "00:00:01" is not a time`},
	} {
		_, err := ReadSRT(strings.NewReader(c.text))
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "read SRT: ") {
			t.Errorf("%.60q: %v, want %q", c.text, err, c.want)
		}
	}
}

func TestReadersPassOnErrors(t *testing.T) {
	broken := errors.New("the disk is gone")
	for text, read := range map[string]func(io.Reader) (Track, error){
		"":                                      ReadVTT,
		"WEBVTT":                                ReadVTT,
		"WEBVTT\n":                              ReadVTT,
		"WEBVTT\n\n00:01.000 --> 00:02.000\nhi": ReadVTT,
		"1":                                     ReadSRT,
		"1\n00:00:01,000 --> 00:00:02,000\n":    ReadSRT,
		"0:00:01.000,0:00:02.000\n":             ReadSBV,
		"<tt><body":                             ReadTTML,
		"{":                                     ReadJSON,
		"{\"cues\":[":                           ReadJSON,
		"{}":                                    ReadJSON,
	} {
		if _, err := read(failing(text, broken)); !errors.Is(err, broken) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// failing reads text and then fails.
func failing(text string, err error) *failingReader {
	return &failingReader{strings.NewReader(text), err}
}

type failingReader struct {
	text *strings.Reader
	err  error
}

func (f *failingReader) Read(p []byte) (int, error) {
	if f.text.Len() == 0 {
		return 0, f.err
	}
	return f.text.Read(p)
}

func TestWriteErrors(t *testing.T) {
	good := Cue{Start: 0, End: time.Second, Lines: []string{"a"}}
	for _, c := range []struct {
		cue  Cue
		want string
	}{
		{Cue{Start: -ms, End: time.Second, Lines: []string{"a"}}, "cue 2: it starts 1ms before the video"},
		{Cue{Start: time.Second, End: time.Second, Lines: []string{"a"}}, "cue 2: it does not end after it starts"},
		{Cue{Start: 1000 * ms, End: 1000*ms + 900*time.Microsecond, Lines: []string{"a"}}, "cue 2: it does not end after it starts"},
		{Cue{Start: 0, End: maxWritten, Lines: []string{"a"}}, "cue 2: it ends at 10000h0m0s"},
	} {
		track := Track{Cues: []Cue{good, c.cue}}
		for _, f := range Formats() {
			err := f.Write(&bytes.Buffer{}, track)
			if f.Name != "txt" && (err == nil || !strings.Contains(err.Error(), c.want)) { // plain text has no times
				t.Errorf("%s: %v, want %q", f.Name, err, c.want)
			}
		}
	}
	full := errors.New("the disk is full")
	for _, f := range Formats() {
		if err := f.Write(brokenWriter{full}, hostileTrack); !errors.Is(err, full) {
			t.Errorf("%s: got %v", f.Name, err)
		}
	}
}

type brokenWriter struct{ err error }

func (w brokenWriter) Write([]byte) (int, error) { return 0, w.err }

func TestTimestamps(t *testing.T) {
	for _, c := range []struct {
		d    time.Duration
		want string
	}{
		{0, "00:00:00.000"},
		{999 * ms, "00:00:00.999"},
		{1000 * ms, "00:00:01.000"},
		{59*time.Second + 999*ms + 999*time.Microsecond, "00:00:59.999"},
		{time.Minute, "00:01:00.000"},
		{time.Hour - ms, "00:59:59.999"},
		{time.Hour, "01:00:00.000"},
		{100 * time.Hour, "100:00:00.000"},
		{maxWritten - ms, "9999:59:59.999"},
	} {
		got := formatTime(c.d, ".")
		if got != c.want {
			t.Errorf("formatTime(%v) = %s, want %s", c.d, got, c.want)
		}
		if back, err := parseTime(got); err != nil || back != c.d.Truncate(ms) {
			t.Errorf("parseTime(%s) = %v, %v", got, back, err)
		}
	}
}
