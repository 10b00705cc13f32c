package names

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/speech"
)

func TestNewTidiesAList(t *testing.T) {
	n := named(t, "  Siobhan   Ó Briain ", "Siobhan O\u0301 Briain", "", "   ", "ISO 27001", "O’Neill", "Node.js", "Jean-Luc", "Мария")
	want := []string{"Siobhan Ó Briain", "ISO 27001", "O’Neill", "Node.js", "Jean-Luc", "Мария"}
	if !slices.Equal(n.List(), want) {
		t.Errorf("%q, want %q", n.List(), want)
	}
	if n := named(t); len(n.List()) != 0 {
		t.Errorf("no list is %q", n.List())
	}
}

// many returns names that all differ.
func many(n, length int) []string {
	var list []string
	for i := range n {
		name := strings.Repeat("a", length-2) + string(rune('a'+i/26)) + string(rune('a'+i%26))
		list = append(list, name)
	}
	return list
}

func TestNewKeepsTheLimits(t *testing.T) {
	for name, list := range map[string][]string{
		"as many names as may be":          many(MostNames, 20),
		"a name as long as may be":         {strings.Repeat("é", MostLength)},
		"names as large as may be":         many(50, 40),
		"the same name many times":         slices.Repeat([]string{"Ann"}, 500),
		"marks that become one letter":     {strings.Repeat("e\u0301", MostLength)},
		"digits and a letter, a full stop": {"B. 52"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := New(list); err != nil {
				t.Error(err)
			}
		})
	}
	for name, test := range map[string]struct {
		list []string
		says string
	}{
		"too many names":       {many(MostNames+1, 10), "at most 100 names"},
		"a name too long":      {[]string{strings.Repeat("é", MostLength+1)}, "shorten it"},
		"names too large":      {append(many(50, 40), "b"), "2000 bytes in all"},
		"digits alone":         {[]string{"27001"}, "at least one letter"},
		"punctuation alone":    {[]string{"-"}, "at least one letter"},
		"a control character":  {[]string{"Ann\x00"}, "write it with letters"},
		"a mark-up":            {[]string{"<i>Ann</i>"}, "write it with letters"},
		"a line of a cue":      {[]string{"Ann --> Bob"}, "write it with letters"},
		"a picture":            {[]string{"Ann 🙂"}, "write it with letters"},
		"a direction's change": {[]string{"Ann\u202e"}, "write it with letters"},
		"bytes of no text":     {[]string{"Ann\xff"}, "write it with letters"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := New(test.list); err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("error %v, want one that says %q", err, test.says)
			}
		})
	}
}

// word makes a word of times in seconds.
func word(text string, start, end float64, probability float64) speech.Word {
	at := func(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
	return speech.Word{Text: text, Start: at(start), End: at(end), Probability: probability}
}

func TestAsManyWordsKeepTheirTimes(t *testing.T) {
	words := []speech.Word{word("“Katherine", 1, 1.5, 0.6), word("Jonson's!”", 1.6, 2, 0.8)}
	got, changes := named(t, "Catherine Johnson").Correct(words)
	want := []speech.Word{word("“Catherine", 1, 1.5, 0.6), word("Johnson's!”", 1.6, 2, 0.8)}
	if !slices.Equal(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	wantChange := Change{Name: "Catherine Johnson", Heard: "“Katherine Jonson's!”", First: 0, Words: 2, Start: time.Second, End: 2 * time.Second}
	if len(changes) != 1 || changes[0] != wantChange {
		t.Errorf("changes %+v, want %+v", changes, wantChange)
	}
}

func TestFewerWordsHaveAllTheTime(t *testing.T) {
	got, _ := named(t, "Kubernetes").Correct([]speech.Word{word("cooper", 1, 1.5, 0.5), word("netties,", 1.6, 2, 0.7)})
	if want := []speech.Word{word("Kubernetes,", 1, 2, 0.6)}; !slices.Equal(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestMoreWordsShareTheTimeByLetters(t *testing.T) {
	got, _ := named(t, "Vincent van Gogh").Correct([]speech.Word{word("Vincent", 1, 1.7, 0.7), word("Vangogh", 1.7, 2.4, 0.7)})
	want := []speech.Word{word("Vincent", 1, 1.7, 0.7), word("van", 1.7, 2, 0.7), word("Gogh", 2, 2.4, 0.7)}
	if !slices.Equal(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestTheGivenWordsAreNotChanged(t *testing.T) {
	words := said("Shivaun said so", 0.7)
	before := slices.Clone(words)
	if got, _ := named(t, "Siobhan").Correct(words); got[0].Text != "Siobhan" {
		t.Fatalf("%+v", got)
	}
	if !slices.Equal(words, before) {
		t.Errorf("%+v became %+v", before, words)
	}
}

func TestWithoutNamesNothingChanges(t *testing.T) {
	words := said("Shivaun said so", 0.1)
	for _, n := range []Names{{}, named(t)} {
		if got, changes := n.Correct(words); !slices.Equal(got, words) || len(changes) > 0 {
			t.Errorf("%+v, %+v", got, changes)
		}
	}
	if got, changes := named(t, "Siobhan").Correct(nil); len(got) > 0 || len(changes) > 0 {
		t.Errorf("no words became %+v, %+v", got, changes)
	}
}

func TestTheNearestOfSeveralNames(t *testing.T) {
	for _, test := range []struct {
		list        []string
		heard, want string
	}{
		{[]string{"Terrafirma", "Terraform"}, "Terra form", "Terraform"},
		{[]string{"Siobhan", "Siobhan Ó Briain"}, "Shivaun O'Brien", "Siobhan Ó Briain"},
		{[]string{"Siobhan", "Siobhan Ó Briain"}, "Shivaun", "Siobhan"},
		{[]string{"Zoë", "Zoé"}, "Zoey", "Zoë"},                              // the first of two as near
		{[]string{"Shaun", "Sean"}, "Shawn", "Shaun"},                        // as near in sound, nearer in letters
		{[]string{"Jon", "John"}, "John", "John"},                            // right already
		{[]string{"Ann Lee", "Lee Smith"}, "Ann Lee Smith", "Ann Lee Smith"}, // right twice
	} {
		if got, changes := named(t, test.list...).Correct(said(test.heard, 0.7)); textOf(got) != test.want {
			t.Errorf("%q of %q: %q, changes %+v", test.heard, test.list, textOf(got), changes)
		}
	}
}

// docs/vocabulary.md says so.
func TestWhatIsTooFarStays(t *testing.T) {
	for _, test := range []struct{ name, heard string }{
		{"Siobhan", "Chavonne"}, {"Nguyen", "win"}, {"MySQL", "my sequel"}, {"Justin", "just in"}, {"Siobhan Ó Briain", "Siobhan"}, {"S3", "S three"},
	} {
		if got, changes := named(t, test.name).Correct(said(test.heard, 0.9)); textOf(got) != test.heard {
			t.Errorf("%q became %q: %+v", test.heard, textOf(got), changes)
		}
	}
}

// "win" is corrected where the recogniser itself does not believe it.
func TestADoubtfulWordMayBeAName(t *testing.T) {
	n := named(t, "Nguyen")
	for probability, want := range map[float64]string{0.3: "Doctor Nguyen said", 0.5: "Doctor Nguyen said", 0.8: "Doctor win said", 0.95: "Doctor win said"} {
		words := said("Doctor win said", 0.95)
		words[1].Probability = probability
		if got, _ := n.Correct(words); textOf(got) != want {
			t.Errorf("probability %v: %q, want %q", probability, textOf(got), want)
		}
	}
}

func TestWordsApartAreNotOneName(t *testing.T) {
	n := named(t, "Terraform")
	words := []speech.Word{word("Terra", 1, 1.4, 0.7), word("form", 1.5, 2, 0.7)}
	if got, _ := n.Correct(words); len(got) != 1 {
		t.Fatalf("%+v", got)
	}
	words[1].Start, words[1].End = words[1].Start+time.Second, words[1].End+time.Second
	if got, changes := n.Correct(words); len(got) != 2 {
		t.Errorf("after a pause of a second %+v: %+v", changes, got)
	}
}
