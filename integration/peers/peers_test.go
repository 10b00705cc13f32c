package peers

import (
	"reflect"
	"testing"
	"time"
)

func TestACueFillsItsLines(t *testing.T) {
	c := Cue{Start: 1.2, End: 3.2004, Text: " Nobody fills lines  as full as this one"}
	got := c.Caption(20)
	if want := []string{"Nobody fills lines", "as full as this one"}; !reflect.DeepEqual(got.Lines, want) {
		t.Errorf("lines %q, want %q", got.Lines, want)
	}
	if got.Start != 1200*time.Millisecond || got.End != 3200*time.Millisecond {
		t.Errorf("from %v to %v", got.Start, got.End)
	}
	if long := (Cue{Text: "understandably"}).Caption(5).Lines; !reflect.DeepEqual(long, []string{"understandably"}) {
		t.Errorf("a word that is longer than a line became %q", long)
	}
}

func TestWordsShareTheirCuesTime(t *testing.T) {
	words := Cue{Start: 2, End: 4, Text: "one two three four"}.Words()
	if len(words) != 4 || words[0].Start != 2*time.Second || words[2].Text != "three" || words[2].Start != 3*time.Second || words[3].End != 4*time.Second {
		t.Errorf("words %+v", words)
	}
	if none := (Cue{Start: 2, End: 4}).Words(); len(none) != 0 {
		t.Errorf("no text became %+v", none)
	}
}
