package tracks

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/cuepipe/cuepipe/internal/caption"
)

func TestCaptionsThatAreNotTaken(t *testing.T) {
	const head = "WEBVTT\n\n"
	for name, c := range map[string]struct{ format, body, says string }{
		"nothing":               {"vtt", "", "nothing in the request"},
		"blanks":                {"srt", " \r\n\n", "nothing in the request"},
		"no header":             {"vtt", "00:01.000 --> 00:02.000\nHi.\n", "line 1"},
		"a bad time":            {"vtt", head + "00:01.000 --> 00:0x\nHi.\n", "line 3"},
		"no times":              {"srt", "1\n00:00:01,000 --> 00:00:02,000\nHi.\n\nlost\n", "line 5"},
		"it ends too early":     {"vtt", head + "00:02.000 --> 00:01.000\nHi.\n", "cue 1"},
		"Latin-1":               {"srt", "1\n00:00:01,000 --> 00:00:02,000\nM\xfcller\n", "Line 3"},
		"lost by a gateway":     {"srt", "1\n00:00:01,000 --> 00:00:02,000\nM\ufffdller\n", "Line 3"},
		"UTF-16":                {"srt", "\xff\xfe1\x00\n\x00", "Line 1"},
		"another format":        {"ttml", "<tt/>", "WebVTT and SRT"},
		"no format":             {"", head, "WebVTT and SRT"},
		"a cue too many":        {"vtt", head + strings.Repeat("00:01.000 --> 00:02.000\na\n\n", MostCues+1), "50001 cues"},
		"a cue too long":        {"vtt", head + "00:01.000 --> 00:02.000\na\n\n00:02.000 --> 00:03.000\n" + strings.Repeat("é\n", MostCueText/2+1), "Cue 2 has 4001 characters"},
		"a line without an end": {"vtt", head + "00:01.000 --> 00:02.000\n" + strings.Repeat("a", 2<<20), "line 4"},
	} {
		_, err := Read(c.format, []byte(c.body))
		var invalid *Invalid
		if !errors.As(err, &invalid) || !strings.Contains(invalid.Message, c.says) || !strings.HasSuffix(invalid.Message, ".") {
			t.Errorf("%s: %v, want what says %q", name, err, c.says)
		}
	}
	for name, body := range map[string]string{"no cue": "WEBVTT", "as many as there may be": head + strings.Repeat("00:01.000 --> 00:02.000\na\n\n", MostCues),
		"as long a cue as there may be": head + "00:01.000 --> 00:02.000\n" + strings.Repeat("é", MostCueText)} {
		if _, err := Read("vtt", []byte(body)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A text that attacks is text in every format: whatever reads the file has one
// cue of these words, and no other.
func TestATextThatAttacksIsText(t *testing.T) {
	for name, text := range map[string]string{
		"HTML":                     `<img src=x onerror=alert(1)>`,
		"an end of HTML":           `</v></script><script>alert(1)</script>`,
		"an arrow":                 `00:00:05.000 --> 00:00:06.000`,
		"a right-to-left override": "abc\u202egpj.exe\u202c",
		"a command":                `{\an8}{\p1}m 0 0`,
		"references":               `&lt;b&gt; &amp;amp; &#60;`,
		"a comment":                `NOTE nothing`,
		"an entity of XML":         `]]><!DOCTYPE x [<!ENTITY a "b">]>&a;`,
		"JSON":                     `"],"cues":[{"start":1}]`,
	} {
		for _, from := range []string{"vtt", "srt"} {
			f, _ := caption.FormatByName(from)
			var sent bytes.Buffer
			if err := f.Write(&sent, saying(text)); err != nil {
				t.Fatal(err)
			}
			track, err := Read(from, sent.Bytes())
			if err != nil {
				t.Fatalf("%s as %s: %v", name, from, err)
			}
			files, err := written(track, caption.Default())
			if err != nil {
				t.Fatal(err)
			}
			want := text
			if from == "srt" { // what begins a command loses its backslash there
				want = strings.ReplaceAll(text, `{\`, "{")
			}
			for _, file := range files {
				format, known := caption.FormatByName(file.format)
				if !known || format.Read == nil {
					continue
				}
				got, err := format.Read(bytes.NewReader(file.body))
				said := want
				if file.format == "srt" {
					said = strings.ReplaceAll(want, `{\`, "{")
				}
				if err != nil || len(got.Cues) != 1 || got.Cues[0].Text() != said {
					t.Errorf("%s, sent as %s, is %+v as %s, %v", name, from, got.Cues, file.format, err)
				}
			}
		}
	}
	// What no text has is left out.
	track, err := Read("vtt", []byte("WEBVTT\n\n00:01.000 --> 00:02.000\na\x00b\x1bc\n"))
	if err != nil || track.Cues[0].Text() != "abc" {
		t.Errorf("control characters: %+v, %v", track, err)
	}
	// A tag that was sent as one is none of the text, and no other format has it.
	track, err = Read("vtt", []byte("WEBVTT\n\n00:01.000 --> 00:02.000\nHi <img src=x onerror=alert(1)>there\n"))
	if err != nil || track.Cues[0].Text() != "Hi there" {
		t.Fatalf("%+v, %v", track, err)
	}
	files, err := written(track, caption.Default())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if f.format != "vtt" && bytes.Contains(f.body, []byte("onerror")) {
			t.Errorf("%s has the tag: %s", f.format, f.body)
		}
	}
}

func TestWhatCannotBeAnsweredIsNotSaved(t *testing.T) {
	var sent strings.Builder
	sent.WriteString("WEBVTT\n\n")
	line := strings.Repeat(`"`, 80)
	for sent.Len() < 3<<20 {
		fmt.Fprintf(&sent, "00:01.000 --> 00:02.000\n%s\n\n", line)
	}
	track, err := Read("vtt", []byte(sent.String()))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := written(track, caption.Default()); !errors.Is(err, ErrTooLarge) {
		t.Errorf("%d bytes of quotation marks: %v", sent.Len(), err)
	}
}

func TestAReportHasAnEnd(t *testing.T) {
	track, err := Read("vtt", []byte("WEBVTT\n\n"+strings.Repeat("00:01.000 --> 00:01.010\na\n\n", 20_000)))
	if err != nil {
		t.Fatal(err)
	}
	r := Inspect(track, caption.Default())
	if len(r.Findings) != caption.MostFindings || r.Cues != 20_000 || r.Broken[caption.RuleMinDuration] != 1 {
		t.Errorf("%d findings of %d cues, %v", len(r.Findings), r.Cues, r.Broken)
	}
}
