package caption

import (
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/cuepipe/cuepipe/internal/speech"
)

var plainTexts = []string{
	"a", "the", "of", "and", "I", "he", "will", "not", "that", "go", "in", "to", "river", "New", "York", "Mr.", "garden,", "said.", "why?",
	"because", "beautiful", "3", "000", "20", "per", "cent", "well...", "responsibilities", "understanding;", "you're", "extraordinarily",
}

var hostileTexts = []string{
	"", " ", "\x00", "\n\n", "a\nb", "-->", "<img onerror=x>", "&amp;", `{\an8}`, "\xff\xfe", "\ufeff", "\u202e", "שלום", "مرحبا", "👨‍👩‍👧‍👦", "🇩🇪🇫🇷", "e\u0301\u0301\u0301",
	"\u0301", "\u200d", "3\u00a0000", strings.Repeat("x", 43), strings.Repeat("y", 85), strings.Repeat("z-", 60), strings.Repeat("👍🏽", 50), "WEBVTT", "NOTE", "00:00:01.000",
}

// drawWords draws words as a recogniser gives them: in order, not overlapping.
func drawWords(t *rapid.T, texts []string, n int) []speech.Word {
	count := rapid.IntRange(0, n).Draw(t, "count")
	at := time.Duration(rapid.IntRange(0, 3000).Draw(t, "first")) * ms
	words := make([]speech.Word, count)
	for i := range words {
		text := rapid.SampledFrom(texts).Draw(t, "text")
		long := time.Duration(rapid.IntRange(20, 700).Draw(t, "long")) * ms
		words[i] = speech.Word{Text: text, Start: at, End: at + long}
		at += long
		switch rapid.IntRange(0, 9).Draw(t, "silence") {
		case 0:
			at += time.Duration(rapid.IntRange(500, 3500).Draw(t, "pause")) * ms
		case 1, 2:
			at += time.Duration(rapid.IntRange(1, 600).Draw(t, "breath")) * ms
		}
	}
	return words
}

// drawBroken draws words with times that no recogniser should give.
func drawBroken(t *rapid.T, n int) []speech.Word {
	count := rapid.IntRange(0, n).Draw(t, "count")
	texts := append(append([]string{}, plainTexts...), hostileTexts...)
	words := make([]speech.Word, count)
	for i := range words {
		start := time.Duration(rapid.OneOf(rapid.Int64(), rapid.Int64Range(0, 20e9), rapid.Just(int64(0))).Draw(t, "start"))
		end := time.Duration(rapid.OneOf(rapid.Int64(), rapid.Int64Range(0, 20e9)).Draw(t, "end"))
		words[i] = speech.Word{Text: rapid.SampledFrom(texts).Draw(t, "text"), Start: start, End: end}
	}
	return words
}

// always are the rules that no words can make Layout break.
var always = map[Rule]bool{RuleText: true, RuleLineLength: true, RuleLines: true, RuleMaxDuration: true, RuleOrder: true, RuleOverlap: true}

// checkAlways fails unless what Layout promises for any words holds.
func checkAlways(t *rapid.T, words []speech.Word, cues []Cue, p Profile) {
	if got, want := lettersOfCues(cues), lettersOfWords(words); got != want {
		t.Fatalf("text was lost or moved:\n%q\n%q", got, want)
	}
	for _, f := range Check(cues, p) {
		if always[f.Rule] {
			t.Fatalf("cue %d: %s\n%s", f.Cue, f.Message, describe(cues))
		}
	}
	for _, c := range cues {
		if c.Start < 0 || c.Start%ms != 0 || c.End%ms != 0 {
			t.Fatalf("times are not whole milliseconds from 0: %v %v", c.Start, c.End)
		}
		for _, line := range c.Lines {
			if line != clean(line) || !utf8.ValidString(line) {
				t.Fatalf("line %q is not clean", line)
			}
		}
	}
	if again := Layout(words, p); !reflect.DeepEqual(cues, again) {
		t.Fatal("a second run gave other cues")
	}
}

func TestLayoutKeepsItsPromises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := drawWords(t, append(append([]string{}, plainTexts...), hostileTexts...), 60)
		p := drawProfile(t)
		checkAlways(t, words, Layout(words, p), p)
	})
}

func TestLayoutKeepsItsPromisesForBrokenTimes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words, p := drawBroken(t, 60), rapid.SampledFrom(Profiles()).Draw(t, "profile")
		checkAlways(t, words, Layout(words, p), p)
	})
}

func drawProfile(t *rapid.T) Profile {
	p := rapid.SampledFrom(Profiles()).Draw(t, "profile")
	if rapid.Bool().Draw(t, "changed") {
		p.MaxCharsPerLine = rapid.SampledFrom([]int{42, 32, 10, 1}).Draw(t, "line")
		p.MaxLines = rapid.SampledFrom([]int{2, 1, 3}).Draw(t, "lines")
	}
	p.Language = rapid.SampledFrom([]string{"en", "en-GB", "de", ""}).Draw(t, "language")
	return p
}

// Every cue comes in with its first word, or up to MaxLead before it, and never
// long after its last.
func TestLayoutIsInSync(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words, p := drawWords(t, plainTexts, 40), rapid.SampledFrom(Profiles()).Draw(t, "profile")
		next := 0
		for i, c := range Layout(words, p) {
			first := words[next]
			next += len(strings.Fields(c.Text()))
			last := words[next-1]
			if lead := first.Start - c.Start; lead < 0 || lead > p.MaxLead {
				t.Fatalf("cue %d comes in %v before its speech", i, lead)
			}
			if linger := c.End - last.End; linger > p.MaxStretch+p.CloseGapsUnder {
				t.Fatalf("cue %d stays %v after its speech", i, linger)
			}
		}
	})
}

// Where some way of breaking the words keeps every rule, Layout finds one. The
// other ways are all tried, with the same times.
func TestLayoutBreaksNoRuleThatCanBeKept(t *testing.T) {
	kept := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		texts := plainTexts
		if rapid.Bool().Draw(t, "short") {
			texts = plainTexts[:11] // where time is short before reading is fast
		}
		words, p := drawWords(t, texts, 10), rapid.SampledFrom(Profiles()).Draw(t, "profile")
		p.MaxCharsPerLine = 20 // so that few words have many ways
		findings := Check(Layout(words, p), p)
		if len(findings) == 0 {
			kept[p.Name]++
			return
		}
		if way := wayWithoutFindings(words, p); way != nil {
			t.Fatalf("Layout by %s: %v\n%s\nand yet this keeps every rule:\n%s", p.Name, findings, describe(Layout(words, p)), describe(way))
		}
	})
	for _, p := range Profiles() {
		if kept[p.Name] == 0 {
			t.Errorf("no words drawn could be laid out by the rules of %s: the test proves nothing", p.Name)
		}
	}
}

func wayWithoutFindings(words []speech.Word, p Profile) []Cue {
	s := newSetter(words, p)
	n := len(s.units)
	for way := range 1 << max(0, n-1) {
		var cues []Cue
		for i, k := 0, 1; k <= n; k++ {
			if k < n && way>>(k-1)&1 == 0 {
				continue
			}
			if cost, _ := s.fit(i, k); cost == noLayout || spans(s, i, k) {
				break
			}
			in, out := p.times(s.stretch(i, k))
			cues = append(cues, Cue{Start: in, End: out, Lines: s.linesOf(i, k)})
			i = k
		}
		if lettersOfCues(cues) == lettersOfWords(words) && len(Check(cues, p)) == 0 {
			return cues
		}
	}
	return nil
}

// spans says whether a cue of units i to j holds a pause that no cue may span.
func spans(s *setter, i, j int) bool {
	for k := i + 1; k < j; k++ {
		if s.pause(k) >= s.MaxPause {
			return true
		}
	}
	return false
}

// A film that is cut where nobody speaks gives the cues of the whole film: what
// lets parts of it be laid out alone.
func TestLayoutOfPartsIsLayoutOfTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SampledFrom(Profiles()).Draw(t, "profile")
		var whole []speech.Word
		var parts []Cue
		var at time.Duration
		for range rapid.IntRange(1, 4).Draw(t, "parts") {
			part := drawWords(t, plainTexts, 30)
			for i := range part {
				part[i].Start += at
				part[i].End += at
			}
			whole = append(whole, part...)
			parts = append(parts, Layout(part, p)...)
			if len(part) > 0 {
				at = part[len(part)-1].End + p.MaxPause
			}
		}
		if got := Layout(whole, p); !reflect.DeepEqual(got, parts) {
			t.Fatalf("the whole:\n%s\nthe parts:\n%s", describe(got), describe(parts))
		}
	})
}
