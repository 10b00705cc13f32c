package names

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// listOf reads a list of names in testdata.
func listOf(t testing.TB, name string) []string {
	t.Helper()
	content, err := os.ReadFile("testdata/" + name + ".txt")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(content)), "\n")
}

// lists are all names of testdata, shuffled, in lists of a hundred.
func lists(t testing.TB, r *rand.Rand) [][]string {
	t.Helper()
	all := slices.Concat(listOf(t, "people"), listOf(t, "products"), listOf(t, "places"))
	r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return slices.Collect(slices.Chunk(all, MostNames))
}

// slips are how a recogniser spells what it does not know: as it sounds, or
// nearly. They know nothing of the rules that names are compared by.
var slips = []struct{ from, to string }{
	{"ph", "f"}, {"f", "ph"}, {"ck", "k"}, {"c", "k"}, {"k", "c"}, {"qu", "kw"}, {"x", "ks"}, {"th", "t"}, {"sh", "s"}, {"ch", "sh"}, {"j", "g"},
	{"b", "p"}, {"p", "b"}, {"d", "t"}, {"t", "d"}, {"g", "k"}, {"v", "f"}, {"v", "b"}, {"z", "s"}, {"s", "z"}, {"m", "n"}, {"n", "m"}, {"l", "ll"},
	{"ll", "l"}, {"nn", "n"}, {"n", "nn"}, {"tt", "t"}, {"ss", "s"}, {"s", "ss"}, {"h", ""}, {"y", "i"}, {"i", "y"}, {"ie", "y"}, {"a", "o"}, {"a", "e"},
	{"e", "a"}, {"e", "i"}, {"i", "e"}, {"o", "a"}, {"o", "u"}, {"u", "o"}, {"ee", "ea"}, {"ea", "ee"}, {"ai", "ay"}, {"er", "a"}, {"a", "er"}, {"r", ""},
	{"ou", "oo"}, {"w", "wh"}, {"oo", "u"}, {"au", "o"}, {"t", ""}, {"d", ""}, {"e", ""},
}

// mishear writes a name otherwise, by one or two slips, and cuts one in three
// of the longer ones into two words.
func mishear(r *rand.Rand, name string) string {
	heard := strings.ToLower(latin(name))
	for range 1 + r.IntN(2) {
		for range 100 {
			slip := slips[r.IntN(len(slips))]
			if places := strings.Count(heard, slip.from); places > 0 {
				at := 0
				for range r.IntN(places) {
					at += strings.Index(heard[at:], slip.from) + len(slip.from)
				}
				at += strings.Index(heard[at:], slip.from)
				heard = heard[:at] + slip.to + heard[at+len(slip.from):]
				break
			}
		}
	}
	if len(heard) >= 7 && !strings.Contains(heard, " ") && r.IntN(3) == 0 {
		at := 3 + r.IntN(len(heard)-5)
		heard = heard[:at] + " " + heard[at:]
	}
	first, size := utf8.DecodeRuneInString(heard)
	return string(unicode.ToUpper(first)) + heard[size:]
}

// A made count is what became of misheard names and of words around them.
type made struct{ names, right, wrong, missed int }

func (m made) recall() float64    { return float64(m.right) / float64(m.names) }
func (m made) precision() float64 { return float64(m.right) / float64(m.right+m.wrong) }

func (m made) String() string {
	return fmt.Sprintf("%d names: %d right, %d changes wrong, %d left as heard: precision %.3f, recall %.3f", m.names, m.right, m.wrong, m.missed, m.precision(), m.recall())
}

// try mishears every name of every list among common words that nobody names,
// and counts what Correct makes of it.
func try(t testing.TB, seed uint64, low, high float64) made {
	r := rand.New(rand.NewPCG(seed, 0))
	var common []string
	for line := range strings.Lines(commonText) {
		if line[0] != '#' {
			common = append(common, strings.TrimSpace(line))
		}
	}
	little := strings.Fields(smallWords)
	var m made
	for _, list := range lists(t, r) {
		n := named(t, list...)
		for _, name := range list {
			heard := mishear(r, name)
			if slices.ContainsFunc(list, func(other string) bool { return strings.EqualFold(heard, latin(other)) }) {
				continue // it cannot be told that this was another one
			}
			sentence := func() string {
				return little[r.IntN(len(little))] + " " + common[r.IntN(len(common))] + " " + little[r.IntN(len(little))]
			}
			before, after := said(sentence(), 0.95), said(sentence(), 0.95)
			middle := said(heard, low+r.Float64()*(high-low))
			words := slices.Concat(before, middle, after)
			for i, timed := range said(strings.Repeat("x ", len(words)), 1) {
				words[i].Start, words[i].End = timed.Start, timed.End
			}
			got, changes := n.Correct(words)
			m.names++
			whole := slices.ContainsFunc(changes, func(c Change) bool { return c.Name == name && c.First == 3 && c.Words == len(middle) })
			if whole && textOf(got) == textOf(before)+" "+name+" "+textOf(after) {
				m.right++
				continue
			}
			if len(changes) == 0 {
				m.missed++
			}
			m.wrong += len(changes)
		}
	}
	return m
}

// The figures of docs/vocabulary.md.
func TestMadeMishearings(t *testing.T) {
	var sum [2]made
	for i, p := range [][2]float64{{0.4, 0.8}, {0.8, 0.98}} {
		for seed := range uint64(3) {
			m := try(t, seed, p[0], p[1])
			sum[i].names, sum[i].right, sum[i].wrong, sum[i].missed = sum[i].names+m.names, sum[i].right+m.right, sum[i].wrong+m.wrong, sum[i].missed+m.missed
		}
		t.Logf("probability %.2f to %.2f: %v", p[0], p[1], sum[i])
	}
	if sum[0].names < 1000 || sum[0].precision() < 0.95 || sum[0].recall() < 0.7 {
		t.Errorf("names of which the recogniser is unsure: %v", sum[0])
	}
	if sum[1].precision() < 0.95 || sum[1].recall() < 0.5 {
		t.Errorf("names of which the recogniser is sure: %v", sum[1])
	}
}

// Isaac Newton's Opticks, Queries 30 and 31, say none of the names.
func TestABookStaysAsItIs(t *testing.T) {
	text, err := os.ReadFile("testdata/newton.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, limit := range []struct {
		probability float64
		changes     int
	}{{0.95, 0}, {0.85, 0}, {0.75, 1}, {0.6, 15}} {
		words := said(string(text), limit.probability)
		if len(words) < 8000 {
			t.Fatalf("the book has %d words", len(words))
		}
		var all []Change
		checked := 0
		for _, list := range lists(t, rand.New(rand.NewPCG(1, 1))) {
			_, changes := named(t, list...).Correct(words)
			all = append(all, changes...)
			checked += len(list)
		}
		t.Logf("probability %.2f: %d changes by %d names in %d words", limit.probability, len(all), checked, len(words))
		if len(all) > limit.changes {
			t.Errorf("%d changes where the recogniser's probability is %.2f, want at most %d: %+v", len(all), limit.probability, limit.changes, all)
		}
	}
}
