package caption

import (
	"bytes"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestVTTKeepsWhatIsBesideTheText(t *testing.T) {
	data, err := os.ReadFile("testdata/formats/tolerated.vtt")
	if err != nil {
		t.Fatal(err)
	}
	track, err := ReadVTT(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	track.Cues = nil // TestReadTolerates has them
	want := Track{
		Header:  "- a title with a tab\nKind: captions\nLanguage: en",
		Styles:  []string{"::cue { color: yellow }"},
		Regions: []string{"id:left\nwidth:40%"},
		Notes:   []Note{{Text: "a comment on one line"}, {Text: "a comment on\ntwo lines"}},
	}
	if !reflect.DeepEqual(track, want) {
		t.Errorf("got\n%+v\nwant\n%+v", track, want)
	}
	track, _ = ReadVTT(bytes.NewReader(data))
	var out bytes.Buffer
	if err := WriteVTT(&out, track); err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/formats/kept.vtt", out.Bytes())
}

func TestVTTMarkup(t *testing.T) {
	const times = "\n00:00:01.000 --> 00:00:02.000"
	for _, c := range []struct {
		name string
		cue  Cue
		want string
	}{
		{"no markup", Cue{Lines: []string{"a <b> & c"}}, "a &lt;b&gt; &amp; c\n"},
		{"a voice", Cue{Lines: []string{"Hi & bye"}, Markup: "<v Mary>Hi &amp; bye</v>"}, "<v Mary>Hi &amp; bye</v>\n"},
		{"nested", Cue{Lines: []string{"one", "two"}, Markup: "<c.loud>one\n<i>two</i></c>"}, "<c.loud>one\n<i>two</i></c>\n"},
		{"ruby and times", Cue{Lines: []string{"漢kan ji"}, Markup: "<ruby>漢<rt>kan</rt></ruby> <00:00:01.500>ji"}, "<ruby>漢<rt>kan</rt></ruby> <00:00:01.500>ji\n"},
		{"edited lines win", Cue{Lines: []string{"Ho"}, Markup: "<v Mary>Hi</v>"}, "Ho\n"},
		{"a changed line break wins", Cue{Lines: []string{"one two"}, Markup: "<i>one\ntwo</i>"}, "one two\n"},
		{"no lines, no cue", Cue{Markup: "<v Mary>Hi</v>"}, ""},
		{"no lines and no tag of WebVTT, no cue", Cue{Markup: "<img src=x>"}, ""},
		{"what is no tag is text", Cue{Lines: []string{"a < b <3 <i"}, Markup: "<i></i>a < b <3 <i"}, "<i></i>a &lt; b &lt;3 &lt;i\n"},
		{"an arrow out of a tag", Cue{Lines: []string{"a --> b"}, Markup: "<i.x-->a --> b</i-->"}, "<i.x-- >a --&gt; b\n"},
		{"blank lines", Cue{Lines: []string{"a", "b"}, Markup: "<i>a\n\n \x00\r\nb</i>"}, "<i>a\nb</i>\n"},
		{"a tag on two lines", Cue{Lines: []string{"a"}, Markup: "<v\n\nMary>a"}, "<v Mary>a\n"},
		{"a tag of HTML", Cue{Lines: []string{"a b"}, Markup: "<img src=x onerror=alert(1)>a <i>b</i>"}, "a <i>b</i>\n"},
		{"an attribute of HTML", Cue{Lines: []string{"a b"}, Markup: "<b.x onclick=alert(1)>a</b.x onclick=alert(1)> <lang en>b"}, "<b.x>a</b> <lang en>b\n"},
		{"attributes of HTML elsewhere", Cue{Lines: []string{"a b"}, Markup: "<v Ann onclick=alert(1)>a <b.x/onclick=alert(2)>b</b>"}, "<v Ann onclick&#61;alert(1)>a b</b>\n"},
		{"no tag that WebVTT has", Cue{Lines: []string{"a < b"}, Markup: "<script>a < b</script></>"}, "a &lt; b\n"},
	} {
		c.cue.Start, c.cue.End = time.Second, 2*time.Second
		want := "WEBVTT\n"
		if c.want != "" {
			want += times + "\n" + c.want
		}
		checkVTT(t, c.name, Track{Cues: []Cue{c.cue}}, want)
	}
}

func TestVTTNamesAndSettings(t *testing.T) {
	for _, c := range []struct{ id, settings, wantID, wantSettings string }{
		{"intro", "align:start line:0", "intro\n", " align:start line:0"},
		{" two\nlines ", "a\nb\t c", "two lines\n", " a b c"},
		{"a --> b", "--> 00:00:09.000", "", " -- > 00:00:09.000"},
		{"--\x00>", "--\x00>", "", " -- >"},
		{"NOTE x", "", "", ""},
		{"STYLE", "", "", ""},
		{"REGION", "", "", ""},
		{"NOTES", "", "NOTES\n", ""},
	} {
		cue := Cue{Start: time.Second, End: 2 * time.Second, Lines: []string{"a"}, ID: c.id, Settings: c.settings}
		want := "WEBVTT\n\n" + c.wantID + "00:00:01.000 --> 00:00:02.000" + c.wantSettings + "\na\n"
		checkVTT(t, c.id, Track{Cues: []Cue{cue}}, want)
	}
}

func TestVTTBlocks(t *testing.T) {
	cue := Cue{Start: time.Second, End: 2 * time.Second, Lines: []string{"a"}}
	const written = "\n00:00:01.000 --> 00:00:02.000\na\n"
	for _, c := range []struct {
		name  string
		track Track
		want  string
	}{
		{"a header", Track{Header: "title\nKind: x"}, "WEBVTT title\nKind: x\n"},
		{"a header without a title", Track{Header: "\nKind: x"}, "WEBVTT\nKind: x\n"},
		{"a hostile header", Track{Header: "a\n\n00:01.000 --> 00:02.000\nb"}, "WEBVTT a\n00:01.000 -- > 00:02.000\nb\n"},
		{"a style with a hole", Track{Styles: []string{"a {\n\n\n  b --> c }", "\n"}}, "WEBVTT\n\nSTYLE\na {\n  b -- > c }\n"},
		{"regions before styles", Track{Styles: []string{"a"}, Regions: []string{"id:b"}}, "WEBVTT\n\nREGION\nid:b\n\nSTYLE\na\n"},
		{"notes between cues", Track{Notes: []Note{{0, "one"}, {1, "two\nlines"}, {7, "end"}, {8, ""}}, Cues: []Cue{cue, cue}},
			"WEBVTT\n\nNOTE one\n" + written + "\nNOTE\ntwo\nlines\n" + written + "\nNOTE end\n"},
		{"a note before a cue that is left out", Track{Notes: []Note{{0, "one"}}, Cues: []Cue{{}, cue}}, "WEBVTT\n\nNOTE one\n" + written},
	} {
		checkVTT(t, c.name, c.track, c.want)
	}
}

// A style after a cue has no effect in players, and would have one if it moved
// to the top.
func TestVTTLateStyle(t *testing.T) {
	got, err := ReadVTT(strings.NewReader("WEBVTT\n\n00:01.000 --> 00:02.000\n\nSTYLE\na\n\nREGION\nid:b\n\nNOTE c\n"))
	if want := (Track{Notes: []Note{{0, "c"}}}); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
}

// checkVTT compares what is written, and that it is written again the same.
func checkVTT(t *testing.T, name string, track Track, want string) {
	t.Helper()
	var out, again bytes.Buffer
	if err := WriteVTT(&out, track); err != nil || out.String() != want {
		t.Errorf("%s: %v\n%s\nwant\n%s", name, err, out.String(), want)
	}
	back, err := ReadVTT(bytes.NewReader(out.Bytes()))
	if err == nil {
		err = WriteVTT(&again, back)
	}
	if err != nil || again.String() != want {
		t.Errorf("%s: read back: %v\n%s\nwant\n%s", name, err, again.String(), want)
	}
}
