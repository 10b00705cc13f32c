package search

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/cuepipe/cuepipe/internal/caption"
)

func cuesOf(texts ...string) (cues []caption.Cue) {
	for i, text := range texts {
		start := time.Duration(i) * 2 * time.Second
		cues = append(cues, caption.Cue{Start: start, End: start + 1500*time.Millisecond, Lines: strings.Split(text, "\n")})
	}
	return cues
}

func parse(t testing.TB, s string) Query {
	t.Helper()
	q, err := Parse(s)
	if err != nil {
		t.Fatalf("%q: %v", s, err)
	}
	return q
}

func TestWhatIsFound(t *testing.T) {
	film := []string{"So, my fellow\nAmericans:", "ask not what your country", "can do for you –", "ask what you can do", "for your country.", "字幕を", "見る。", "L’homme n’est rien"}
	for q, want := range map[string]string{
		"fellow":            "0",
		"AMERIC":            "0",
		"americansx":        "",
		"ask":               "1 3",
		"ask country":       "1 3+4",
		"country ask":       "1 3+4",
		"ask not country":   "1",
		"fellow ask":        "0+1",
		"fellow what":       "0+1",
		"fellow can":        "",
		"you":               "1 2 3 4",
		"you can":           "2 3",
		"do for country":    "1+2 3+4",
		"country can":       "1+2 3+4",
		"字":                 "5",
		"字幕":                "5",
		"幕字":                "",
		"幕 字":               "5",
		"を見":                "5+6",
		"字幕を見る":             "5+6",
		"幕見":                "",
		"homme":             "7",
		"l'homme rien":      "7",
		"lhom":              "7",
		"nest":              "7",
		"country. country.": "1 4",
	} {
		var got []string
		for _, p := range newTrack(cuesOf(film...)).find(parse(t, q), 99) {
			s := fmt.Sprint(p.cue)
			if p.both {
				s += fmt.Sprint("+", p.cue+1)
			}
			got = append(got, s)
		}
		if g := strings.Join(got, " "); g != want {
			t.Errorf("%q: %q, want %q", q, g, want)
		}
	}
}

func TestMarks(t *testing.T) {
	for _, c := range []struct {
		text, query string
		want        [][2]int
	}{
		{"Don’t say don't!", "dont", [][2]int{{0, 5}, {10, 15}}},
		{"👩‍👩‍👧 Café, cafe\u0301s", "CAFE", [][2]int{{6, 10}, {12, 18}}},
		{"Straße, straff", "strass stra", [][2]int{{0, 6}, {8, 14}}},
		{"字幕字。幕", "字幕", [][2]int{{0, 5}}}, // a full stop parts no words, as a line's end does not
		{"l’homme", "homme", [][2]int{{0, 7}}},
		{"one two", "three", nil},
	} {
		got := marks(c.text, parse(t, c.query))
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%q in %q: %v, want %v", c.query, c.text, got, c.want)
		}
	}
}

func TestAQueryWithoutWords(t *testing.T) {
	for _, s := range []string{"", " ", "?!", "'", "\u0301", "🎬", "-- …"} {
		if _, err := Parse(s); !errors.Is(err, ErrNoWords) {
			t.Errorf("%q: %v", s, err)
		}
	}
}

// naive finds by comparing every word with every other, as docs/search.md says
// what a hit is.
func naive(texts []string, q Query) (places []place) {
	type form struct{ is, tail string }
	read := func(text string) (forms []form) {
		eachWord(text, func(w word) {
			f := form{is: string(w.text)}
			if w.tail > 0 {
				f.tail = f.is[w.tail:]
			}
			forms = append(forms, f)
		})
		return forms
	}
	has := func(forms []form, t term) bool {
		for i := range forms {
			fits := i+len(t) <= len(forms)
			for k := 0; fits && k < len(t); k++ {
				f := forms[i+k]
				if k == len(t)-1 {
					fits = strings.HasPrefix(f.is, t[k]) || f.tail != "" && strings.HasPrefix(f.tail, t[k])
				} else {
					fits = f.is == t[k]
				}
			}
			if fits {
				return true
			}
		}
		return false
	}
	all := func(text string) bool {
		forms := read(text)
		return !slices.ContainsFunc(q.terms, func(t term) bool { return !has(forms, t) })
	}
	for i := 0; i < len(texts); i++ {
		switch {
		case all(texts[i]):
			places = append(places, place{cue: i})
		case i+1 < len(texts) && !all(texts[i+1]) && all(texts[i]+" "+texts[i+1]):
			places = append(places, place{i, true})
			i++
		}
	}
	return places
}

// vocabulary is small, so that words meet often.
var vocabulary = []string{"a", "an", "and", "Ann's", "dont", "don't", "l'an", "Änd", "straße", "strasse", "字", "幕", "字幕", "見字", "กิ", "ก", "한", "한국", "½", "e-and", "", "—", "an.", "AND"}

func TestItFindsWhatANaiveSearchFinds(t *testing.T) {
	hits := map[bool]int{}
	for seed := range uint64(20_000) {
		random := rand.New(rand.NewPCG(seed, 14))
		some := func(most int, between string) string {
			var words []string
			for range random.IntN(most + 1) {
				words = append(words, vocabulary[random.IntN(len(vocabulary))])
			}
			return strings.Join(words, between)
		}
		texts := make([]string, random.IntN(7))
		for i := range texts {
			texts[i] = strings.TrimSpace(some(4, " "))
		}
		q, err := Parse(some(3, []string{" ", " ", " ", ""}[random.IntN(4)]))
		if err != nil {
			continue
		}
		track := newTrack(cuesOf(texts...))
		want := naive(texts, q)
		if got := track.find(q, 99); !slices.Equal(got, want) {
			t.Fatalf("seed %d: %q in %q: %v, want %v", seed, q.terms, texts, got, want)
		}
		if most := random.IntN(4); !slices.Equal(track.find(q, most), want[:min(most, len(want))]) {
			t.Fatalf("seed %d: the first %d are %v of %v", seed, most, track.find(q, most), want)
		}
		for _, p := range want {
			hits[p.both]++
			_, _, text := track.at(p)
			checkMarks(t, text, q)
		}
	}
	if hits[true] < 300 || hits[false] < 1000 {
		t.Errorf("there were too few hits to mean anything: %v", hits)
	}
}

// checkMarks holds marks to the text: cut out of the original, they have every
// word of the query, and the rest of the text has none.
func checkMarks(t *testing.T, text string, q Query) {
	t.Helper()
	points := []rune(text)
	last := -1
	var inside strings.Builder
	for _, m := range marks(text, q) {
		if m[0] <= last || m[1] <= m[0] || m[1] > len(points) {
			t.Fatalf("%q in %q: %v", q.terms, text, marks(text, q))
		}
		last = m[1]
		inside.WriteString(string(points[m[0]:m[1]]) + " ")
	}
	if !slices.Equal(naive([]string{inside.String()}, q), []place{{}}) {
		t.Fatalf("%q in %q: the marks %v have not all of it", q.terms, text, marks(text, q))
	}
	for _, one := range q.terms {
		outside, at := "", 0
		for _, m := range marks(text, q) {
			outside += string(points[at:m[0]]) + " 𐎠 " // a word that nobody asks for
			at = m[1]
		}
		outside += string(points[at:])
		if len(naive([]string{outside}, Query{terms: []term{one}})) > 0 {
			t.Fatalf("%q in %q: the marks %v leave some of it out", one, text, marks(text, q))
		}
	}
}

func FuzzFindAndMarks(f *testing.F) {
	for i, s := range seeds {
		f.Add(s, seeds[(i+1)%len(seeds)], s)
		f.Add(s, s, strings.ToUpper(s[:len(s)/2]))
	}
	f.Fuzz(func(t *testing.T, first, second, query string) {
		q, err := Parse(query)
		if err != nil || !utf8.ValidString(first) || !utf8.ValidString(second) {
			return
		}
		texts := []string{first, second}
		track := newTrack([]caption.Cue{{Lines: []string{first}}, {Lines: []string{second}}})
		want := naive(texts, q)
		if got := track.find(q, 9); !slices.Equal(got, want) {
			t.Fatalf("%q in %q: %v, want %v", q.terms, texts, got, want)
		}
		for _, p := range want {
			_, _, text := track.at(p)
			checkMarks(t, text, q)
		}
	})
}
