package caption

import (
	"strings"
	"testing"
)

// costsOf weighs every break of a text, as newSetter does.
func costsOf(text, language string) (words []string, costs []int) {
	p := Default()
	p.Language = language
	words = strings.Fields(text)
	opens := true
	for k := 1; k < len(words); k++ {
		a, b := newBound(words[k-1], p.english()), newBound(words[k], p.english())
		costs = append(costs, breakCost(a, b, opens, p.english()))
		opens = endsSentence(a, b)
	}
	return words, costs
}

// "|" marks the break that is cheapest, "_" a pair that a break would tear and
// that costs more than a break between two words of no relation.
func TestEnglishBreaks(t *testing.T) {
	for _, c := range []string{
		"we drove home | because it rained",
		"we drove home, | because it rained.",
		"we drove | in the_rain",
		"she_said | that he_was late",
		"look for the_old_man | in the_house",
		"they_will go | and they_will_not return",
		"it cost 20_per_cent | of my_salary",
		"there were 3_000 people | in New_York",
		"I told Mr._Smith | about Abraham_Lincoln",
		"He came. | Then he_left.",
		"he came on May_5 | with twenty_five others",
		"nobody knows | where the_others went",
		"these_are the world's_fresh_ornament | and yours",
		"we_have_been waiting here | for the_very_beautiful_garden",
		"you_don't want it | and I_can't take it",
		"Dr._J._F._Kennedy spoke | to us",
		"he_used_to walk | in the_garden",
		"We saw it; | nobody else did",
		"turn to chapter_3 | and read",
	} {
		text := strings.NewReplacer(" | ", " ", "_", " ").Replace(c)
		words, costs := costsOf(text, "en-US")
		cheapest := costs[0]
		for _, cost := range costs {
			cheapest = min(cheapest, cost)
		}
		at := 0
		for k, cost := range costs {
			at += len(words[k])
			mark := c[at]
			if strings.HasPrefix(c[at:], " | ") {
				at += 3
				if cost != cheapest {
					t.Errorf("%q: %q | %q costs %d, the cheapest %d", c, words[k], words[k+1], cost, cheapest)
				}
				continue
			}
			at++
			if mark == '_' && cost <= plainBreak {
				t.Errorf("%q: %q | %q costs only %d", c, words[k], words[k+1], cost)
			}
		}
	}
}

func TestSentences(t *testing.T) {
	for _, c := range []string{
		"It ends. | Here too! | And here? | Yes.",
		"Mr. Smith and Dr. Jones met. | They talked.",
		"J. F. Kennedy and George W. Bush.",
		"So do I. | You too.",
		"At 5 p.m. we left.",
		"He said: \"Stop.\" | Nobody did.",
		"He waited... and waited.",
		"He waited… | Then he left.",
		"No. 5 is alive.",
		"No. | Never.",
		"¿Qué? | Nada.",
	} {
		words := strings.Fields(strings.ReplaceAll(c, " | ", " "))
		got := words[0]
		for k := 1; k < len(words); k++ {
			if endsSentence(newBound(words[k-1], true), newBound(words[k], true)) {
				got += " |"
			}
			got += " " + words[k]
		}
		if got != c {
			t.Errorf("got  %q\nwant %q", got, c)
		}
	}
}

// Without a grammar only what every script has decides.
func TestOtherLanguages(t *testing.T) {
	_, costs := costsOf("Das ist, wie gesagt: kein Problem. Es kostet 3 000 Euro", "de")
	want := []int{plainBreak, afterComma, plainBreak, afterClause, plainBreak, afterSentence, plainBreak, plainBreak, insideNumber, plainBreak}
	if len(costs) != len(want) {
		t.Fatalf("%d costs, want %d", len(costs), len(want))
	}
	for i := range want {
		if costs[i] != want[i] {
			t.Errorf("break %d costs %d, want %d", i+1, costs[i], want[i])
		}
	}
}

func TestThousands(t *testing.T) {
	for _, c := range []struct {
		text   string
		inside bool
	}{
		{"3 000", true}, {"3 000.", true}, {"3 000,", true}, {"1 000.5", true}, {"12 345", true},
		{"3, 000", false}, {"3 00", false}, {"3 0000", false}, {"3 people", false}, {"2021 100", false}, {"3 000km", false}, {"in 2021", false},
	} {
		_, costs := costsOf(c.text, "")
		if got := costs[0] == insideNumber; got != c.inside {
			t.Errorf("%q is one number: %v, want %v", c.text, got, c.inside)
		}
	}
}
