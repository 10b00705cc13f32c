package caption

import (
	"bytes"
	"os"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

func TestReadSBV(t *testing.T) {
	data, err := os.ReadFile("testdata/formats/tolerated.sbv")
	if err != nil {
		t.Fatal(err)
	}
	want := []Cue{
		{Start: time.Second, End: 2500 * ms, Lines: []string{"One", "two", "three"}},
		{Start: 3 * time.Second, End: 4250 * ms, Lines: []string{"<i>&amp;</i> as it is"}},
		{Start: time.Hour + 123004*ms, End: time.Hour + 124500*ms, Lines: []string{"no line end"}},
	}
	for _, ends := range []string{"\r\n", "\n", "\r"} {
		text := strings.ReplaceAll(string(data), "\r\n", ends)
		got, err := ReadSBV(iotest.OneByteReader(strings.NewReader(text)))
		if err != nil || !reflect.DeepEqual(got.Cues, want) {
			t.Errorf("%q: %v\n%swant\n%s", ends, err, describe(got.Cues), describe(want))
		}
	}
}

func TestWriteSBVDisarms(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{"a [br] b [BR]", "a (br) b (br)"},
		{"[[br]]", "[(br)]"},
		{"0:00:01.000,0:00:02.000", "0:00:01.000, 0:00:02.000"},
		{"0:00:01.000,0:00:02.000 and more", "0:00:01.000, 0:00:02.000 and more"},
		{"1999,2000 people", "1999,2000 people"},
		{"<b>&amp;", "<b>&amp;"},
	} {
		var out bytes.Buffer
		err := WriteSBV(&out, Track{Cues: []Cue{{Start: 0, End: 11 * time.Hour, Lines: []string{c.line}}}})
		if want := "0:00:00.000,11:00:00.000\n" + c.want + "\n"; err != nil || out.String() != want {
			t.Errorf("%v, %q, want %q", err, out.String(), want)
		}
	}
}

func TestSBVErrorsNameTheLine(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"hello\n", "line 1: this text has no times; write them above it, as in"},
		{"\n0:00:01.000,0:00:02.000\na\n\nlost\n", "line 5: this text has no times"},
		{"0:00:01.000,tomorrow\na\n", `line 1: "tomorrow" is not a time`},
		{"0:00:61.000,0:00:62.000\na\n", `line 1: "0:00:61.000" is not a time`},
		{strings.Repeat("x", maxLine+1), "line 1: the line is longer than"},
	} {
		_, err := ReadSBV(strings.NewReader(c.text))
		if err == nil || !strings.HasPrefix(err.Error(), "read SBV: "+c.want) {
			t.Errorf("%.60q: %v, want %q", c.text, err, c.want)
		}
	}
}
