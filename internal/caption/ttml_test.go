package caption

import (
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

func TestReadTTML(t *testing.T) {
	file, err := os.Open("testdata/formats/tolerated.ttml")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	got, err := ReadTTML(iotest.OneByteReader(file))
	want := Track{Language: "en-GB", Cues: []Cue{
		{Start: 10 * time.Second, End: 11 * time.Second, Lines: []string{"earlier"}},
		{Start: 11200 * ms, End: 12500 * ms, Lines: []string{"White space & colours", "second line"}},
		{Start: 13 * time.Second, End: 14 * time.Second, Lines: []string{"two  spaces"}},
		{Start: 41 * time.Second, End: 42 * time.Second, Lines: []string{"One"}},
		{Start: 42 * time.Second, End: 43 * time.Second, Lines: []string{"One", "Two"}},
		{Start: 43 * time.Second, End: 44 * time.Second, Lines: []string{"Two"}},
		{Start: 46 * time.Second, End: 50 * time.Second, Lines: []string{"To the end of its div"}},
	}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v, %q\n%swant\n%s", err, got.Language, describe(got.Cues), describe(want.Cues))
	}
}

func TestTTMLTimes(t *testing.T) {
	const ntsc = `frameRate="30" frameRateMultiplier="1000 1001"`
	for _, c := range []struct {
		root, time string
		want       time.Duration
	}{
		{"", "00:00:01", time.Second},
		{"", "00:00:01.5", 1500 * ms},
		{"", "1:02:03.004", time.Hour + 123004*ms},
		{"", "100:00:00.000", 100 * time.Hour},
		{"", " 00:00:01.0006 ", 1001 * ms},
		{"", "00:00:01.123456789", 1123 * ms},
		{"", "00:00:01:15", 1500 * ms}, // 30 frames unless the root says otherwise
		{`frameRate="25"`, "00:00:01:24", 1960 * ms},
		{`frameRate="24" frameRateMultiplier="1000 1001"`, "00:00:00:23", 959 * ms},
		{`frameRate="24" frameRateMultiplier="1000:1001"`, "24f", 1001 * ms},
		{ntsc, "01:00:00:00", time.Hour}, // media time: only frames are stretched
		{ntsc + ` timeBase="smpte"`, "01:00:00:00", time.Hour + 3600*ms},
		{ntsc + ` timeBase="smpte" dropMode="nonDrop"`, "00:00:10:15", 10510*ms + 1*ms},
		{`timeBase="media" dropMode="dropNTSC"`, "00:00:01:15", 1500 * ms}, // of no meaning there
		{"", "1.5h", 90 * time.Minute},
		{"", "1.5m", 90 * time.Second},
		{"", "1.5s", 1500 * ms},
		{"", "1500ms", 1500 * ms},
		{"", "15f", 500 * ms},
		{"", "2t", 2 * time.Second},                             // a tick a second
		{`frameRate="25"`, "50t", 2 * time.Second},              // a tick a frame
		{`frameRate="25" subFrameRate="2"`, "50t", time.Second}, // a tick a sub-frame
		{`tickRate="10000000"`, "15000000t", 1500 * ms},
		{"", "9999:59:59.999", maxWritten - ms},
	} {
		text := fmt.Sprintf(`<tt %s><body><p begin="0s" end=%q>a</p></body></tt>`, c.root, c.time)
		got, err := ReadTTML(strings.NewReader(text))
		if err != nil || len(got.Cues) != 1 || got.Cues[0].End != c.want {
			t.Errorf("%s %q: %v, %v, want %v", c.root, c.time, got.Cues, err, c.want)
		}
	}
}

func TestTTMLText(t *testing.T) {
	for _, c := range []struct{ p, want string }{
		{`<p> a <span> b</span></p>`, "a b"},
		{`<p>a<span> </span>b</p>`, "a b"},
		{"<p>a\n\tb</p>", "a b"},
		{"<p xml:space='preserve'>a  b\nc</p>", "a  b|c"},
		{"<p xml:space='preserve'>a<span xml:space='default'> \n b</span></p>", "a b"},
		{`<p>a<br/><br/>b<br/></p>`, "a|b"},
		{`<p><![CDATA[<i> &amp;]]></p>`, "<i> &amp;"},
		{`<p>&lt;&gt;&amp;&quot;&apos;&#x41;</p>`, `<>&"'A`},
		{`<p>a<!-- no -->b<?no no?>c</p>`, "abc"},
		{`<p><ruby>no</ruby><span>漢</span></p>`, "漢"},
	} {
		p := strings.Replace(c.p, "<p", `<p begin="1s" dur="1s"`, 1)
		got, err := ReadTTML(strings.NewReader("<tt><body><div>" + p + "</div></body></tt>"))
		if err != nil || len(got.Cues) != 1 || strings.Join(got.Cues[0].Lines, "|") != c.want {
			t.Errorf("%s: %v, %v, want %q", c.p, describe(got.Cues), err, c.want)
		}
	}
}

func TestTTMLErrorsNameTheLine(t *testing.T) {
	body := func(s string) string { return "<tt>\n<body>\n" + s + "\n</body></tt>" }
	for _, c := range []struct{ text, want string }{
		{"", "line 1: there is no tt element"},
		{"just text", "line 1: there is no tt element"},
		{"\n<html/>", `line 2: the file should be one tt element, and here is "html"`},
		{"<tt/>\n<tt/>", "line 2: the file should be one tt element"},
		{"<tt>\n<body>", "line 2: the XML is broken: unexpected EOF"},
		{"<tt>\n</body>", "line 2: the XML is broken"},
		{body("<p begin='1s' end='2s'>&eacute;</p>"), "line 3: the XML is broken: invalid character entity &eacute;"},
		{"<!DOCTYPE tt [\n<!ENTITY a 'b'>]><tt/>", "line 1: a DOCTYPE is not read; remove it"},
		{"<?xml version='1.0' encoding='latin1'?><tt/>", `the file is in "latin1"; save it as UTF-8`},
		{body("<p begin='1s'>a</p>"), "line 3: this p has text and no end"},
		{body("<p begin='x' end='2s'>a</p>"), `line 3: in p: "x" is not a time like`},
		{body("<p begin='00:00:01:30' end='2s'>a</p>"), "has frame 30, and the document 30 frames a second; set ttp:frameRate"},
		{body("<p begin='00:61:01' end='2s'>a</p>"), "is not a time like"},
		{body("<p begin='-1s' end='2s'>a</p>"), "is not a time like"},
		{body("<p end='99999h'>a</p>"), "after more than 9999 hours"},
		{body("<div begin='9999h'><p begin='9999h' end='9999h'/><p begin='1h' dur='1s'>a</p></div>"), "line 3: this p ends at"},
		{body("<div timeContainer='seq'/>"), `line 3: in div: timeContainer="seq" cannot be read`},
		{body("<p><p/></p>"), "line 3: a p stands in a p"},
		{"<tt frameRate='0'/>", "frameRate is \"0\"; it should be a whole number above 0"},
		{"<tt tickRate='x'/>", "tickRate is"},
		{"<tt frameRateMultiplier='1001'/>", "it should be two numbers, such as 1000 1001"},
		{"<tt frameRateMultiplier='1000 0'/>", "it should be a whole number"},
		{"<tt timeBase='clock'/>", "only media and smpte can be read"},
		{"<tt timeBase='smpte' dropMode='dropNTSC'/>", "only nonDrop can be read"},
		{body(strings.Repeat("<div>", maxDepth)), "line 3: elements stand in one another too deep"},
		{body(strings.Repeat("<x>", maxDepth)), "line 3: elements stand in one another too deep"},
		{body("<p end='1s'>" + strings.Repeat("<br/>", maxPieces+1)), "line 3: this p has more than"},
		{body("<p end='1s'>" + strings.Repeat("a", maxParagraph+1)), "line 3: this p has more than"},
		{body("<p end='9s'>" + strings.Repeat("a", maxParagraph/2) + manySpans(10)), "line 3: this p changes its text"},
		{body("<!--" + strings.Repeat("a", 2*maxPiece)), "line 3: one string, tag or comment is longer than"},
	} {
		_, err := ReadTTML(strings.NewReader(c.text))
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "read TTML: line ") {
			t.Errorf("%.80q: %v, want %q", c.text, err, c.want)
		}
	}
}

// FuzzTTMLTimes: whatever stands in the attributes, cues come in order, end after
// they start, and can be written.
func FuzzTTMLTimes(f *testing.F) {
	f.Fuzz(func(t *testing.T, rate, base, div, begin, end, dur, text string) {
		for _, s := range []*string{&rate, &base, &div, &begin, &end, &dur, &text} {
			*s = escapeXML.Replace(clean(*s))
		}
		doc := fmt.Sprintf(`<tt frameRate="%s" timeBase="%s"><body begin="%s"><p begin="%s" end="%s">%s<span dur="%s">%s</span></p></body></tt>`,
			rate, base, div, begin, end, text, dur, text)
		got, err := ReadTTML(strings.NewReader(doc))
		if err != nil {
			return
		}
		for i, c := range got.Cues {
			if err := writable(c); err != nil || i > 0 && c.Start < got.Cues[i-1].Start {
				t.Fatalf("%v: %s%s", err, describe(got.Cues), doc)
			}
		}
		ttmlFormat.checkRoundTrip(t, got)
	})
}

func manySpans(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `<span begin="%ds">a</span>`, i)
	}
	return b.String() + "</p>"
}
