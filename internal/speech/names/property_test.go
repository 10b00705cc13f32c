package names

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/speech"

	"pgregory.net/rapid"
)

// check holds Correct to what it promises of any words and names. times says
// whether the words are in order and apart.
func check(t interface {
	Helper()
	Fatalf(string, ...any)
}, n Names, words []speech.Word, times bool) {
	t.Helper()
	before := slices.Clone(words)
	got, changes := n.Correct(words)
	if !slices.EqualFunc(words, before, same) {
		t.Fatalf("the given words became %+v", words)
	}
	at, next := 0, 0 // in got, in words
	for _, c := range changes {
		if c.First < next || c.Words < 1 || c.Words > mostWords || c.First+c.Words > len(words) {
			t.Fatalf("change %+v after word %d of %d", c, next, len(words))
		}
		for ; next < c.First; next, at = next+1, at+1 {
			if !same(got[at], words[next]) {
				t.Fatalf("word %d, which no change names: %+v became %+v", next, words[next], got[at])
			}
		}
		if !slices.Contains(n.List(), c.Name) {
			t.Fatalf("change %+v to no name of %q", c, n.List())
		}
		old := words[next : next+c.Words]
		parts := got[at : at+len(strings.Fields(c.Name))]
		if !strings.Contains(textOf(parts), c.Name) || textOf(parts) == textOf(old) {
			t.Fatalf("%q became %q by %+v", textOf(old), textOf(parts), c)
		}
		if parts[0].Start != old[0].Start || parts[len(parts)-1].End != old[len(old)-1].End {
			t.Fatalf("%+v has other times than %+v", parts, old)
		}
		next, at = next+c.Words, at+len(parts)
	}
	for ; next < len(words); next, at = next+1, at+1 {
		if !same(got[at], words[next]) {
			t.Fatalf("word %d, which no change names: %+v became %+v", next, words[next], got[at])
		}
	}
	if at != len(got) {
		t.Fatalf("%d words are left over: %+v", len(got)-at, got[at:])
	}
	end := time.Duration(math.MinInt64)
	for i, w := range got {
		if times && (w.Start < end || w.End < w.Start) {
			t.Fatalf("word %d, %+v, overlaps the one before, which ends at %v", i, w, end)
		}
		end = w.End
	}
	if again, more := n.Correct(got); len(more) > 0 || !slices.EqualFunc(again, got, same) {
		t.Fatalf("%q of %q by %q corrected again: %+v, first %+v", textOf(got), textOf(words), n.List(), more, changes)
	}
}

func same(a, b speech.Word) bool {
	return a.Text == b.Text && a.Start == b.Start && a.End == b.End && math.Float64bits(a.Probability) == math.Float64bits(b.Probability)
}

// anyText draws from few syllables, so that words are near to names often.
func anyText() *rapid.Generator[string] {
	syllables := rapid.SampledFrom([]string{"sha", "na", "ter", "form", "ka", "the", "rine", "lee", "o'", "b", "K", "Ó", "-", ".", "Mc", "DB", "3", "an", "d", "’s", "Ж", "e\u0301", "ß"})
	return rapid.OneOf(
		rapid.Map(rapid.SliceOfN(syllables, 1, 5), func(s []string) string { return strings.Join(s, "") }),
		rapid.SampledFrom([]string{"Ann", "and", "Ann's", "Terraform", "terra", "form", "Katherine", "Catherine", "St.", "St", "John", "Jon", "win", "Nguyen", "—", "McDonald's", "McDonald", "Macdonald’s,", "(Lee)", "a", "Inc.", "A."}),
		rapid.String(),
	)
}

// anyWords draws words, among them the misheard ones of cases.
func anyWords(cases []int) *rapid.Generator[[]speech.Word] {
	return rapid.Custom(func(t *rapid.T) []speech.Word {
		texts := rapid.SliceOfN(anyText(), 0, 15).Draw(t, "texts")
		for _, c := range cases {
			heard := strings.Fields(strings.NewReplacer("[", "", "]", "").Replace(misheard[c].heard))
			texts = slices.Insert(texts, rapid.IntRange(0, len(texts)).Draw(t, "place"), heard...)
		}
		var words []speech.Word
		var end time.Duration
		for _, text := range texts {
			start := end + time.Duration(rapid.IntRange(0, 900).Draw(t, "pause"))*time.Millisecond
			end = start + time.Duration(rapid.IntRange(0, 700).Draw(t, "length"))*time.Millisecond
			words = append(words, speech.Word{Text: text, Start: start, End: end, Probability: rapid.Float64Range(0, 1).Draw(t, "probability")})
		}
		return words
	})
}

func TestAnyWordsAndNames(t *testing.T) {
	changed := 0
	rapid.Check(t, func(t *rapid.T) {
		var list []string
		for range rapid.IntRange(0, 8).Draw(t, "names") {
			name := strings.Join(rapid.SliceOfN(anyText(), 1, 3).Draw(t, "name"), " ")
			if _, err := New([]string{name}); err == nil {
				list = append(list, name)
			}
		}
		cases := rapid.SliceOfN(rapid.IntRange(0, len(misheard)-1), 0, 3).Draw(t, "cases")
		for _, c := range cases {
			list = append(list, misheard[c].name)
		}
		n, err := New(list)
		if err != nil {
			t.Fatal(err)
		}
		words := anyWords(cases).Draw(t, "words")
		check(t, n, words, true)
		if _, changes := n.Correct(words); len(changes) > 0 {
			changed++
		}
	})
	if changed < 10 {
		t.Errorf("only %d tries changed anything", changed)
	}
}

func TestMadeMishearingsKeepWhatIsPromised(t *testing.T) {
	for _, test := range misheard {
		words, _ := hearing(test.name, test.heard, 0.7, 0.95)
		check(t, named(t, test.name), words, true)
	}
}

// A fuzzer's text is names and words, by lines; a line's words have the same
// probability, and times that need not be in order.
func FuzzCorrect(f *testing.F) {
	for _, test := range misheard {
		f.Add(test.name, strings.NewReplacer("[", "", "]", "").Replace(test.heard), 0.6, int64(1e8))
	}
	f.Add("St. John\nJohn Inc.\n'Ali", "St John's Inc. ''Ali Saint Jon inc", 0.3, int64(-1))
	f.Add("McDonald's\nMcDonald", "Macdonald's's mcdonalds McDonald's’s", 0.2, int64(math.MaxInt64))
	f.Fuzz(func(t *testing.T, list, text string, probability float64, step int64) {
		n, err := New(strings.Split(list, "\n"))
		if err != nil {
			return
		}
		var words []speech.Word
		for i, word := range strings.Split(text, " ") {
			words = append(words, speech.Word{Text: word, Start: time.Duration(int64(i) * step), End: time.Duration(int64(i+1) * step), Probability: probability})
		}
		check(t, n, words, false)
	})
}

// What is written in the files of rules and readings is understood.
func TestRulesAndReadings(t *testing.T) {
	count := 0
	for letter := byte('a'); letter <= 'z'; letter++ {
		of := rules()[letter]
		if len(of) == 0 || of[len(of)-1].left != "" || of[len(of)-1].right != "" {
			t.Errorf("%c has no rule that always fits, as its last", letter)
		}
		for _, r := range of {
			if bad := strings.Trim(r.sounds, "ptkbdgfvszmnlrwyhTSZCJNiIeaAOoUu@EYWQ"); bad != "" {
				t.Errorf("%+v has the sounds %q", r, bad)
			}
			if i := strings.IndexByte(r.left, '&'); i > 0 {
				t.Errorf("%+v has something left of &", r)
			}
			count++
		}
	}
	if len(rules()) != 26 || count < 200 {
		t.Errorf("%d letters have %d rules", len(rules()), count)
	}
	for word, want := range map[string]string{"kate": "kEt", "cake": "kEk", "knight": "nYt", "sheep": "Sip", "chain": "CEn", "edge": "eJ", "station": "stES@n", "christine": "krIstYn", "donated": "dAnEtId"} {
		if got := read(word); got != want {
			t.Errorf("%s sounds %s, want %s", word, got, want)
		}
	}
	for word, readings := range lexicon() {
		if fold(word) != strings.ReplaceAll(word, "'", "") || slices.Contains(readings, "") {
			t.Errorf("%q reads %q", word, readings)
		}
	}
	for word, want := range map[string]rank{"the": small, "that's": small, "That’s": small, "garden": common, "Gardens": common, "hurried": common, "carefully": common, "aardvark": common, "zip": common, "shivaun": rare, "": rare, "#": rare} {
		if got := rankOf(word); got != want {
			t.Errorf("%q has rank %d, want %d", word, got, want)
		}
	}
}
