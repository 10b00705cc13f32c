package names

import (
	"strings"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/speech"
)

// said makes words of a sentence, each with the probability, a third of a
// second and a pause of 20 ms.
func said(sentence string, probability float64) []speech.Word {
	var words []speech.Word
	for i, text := range strings.Fields(sentence) {
		start := time.Duration(i) * 320 * time.Millisecond
		words = append(words, speech.Word{Text: text, Start: start, End: start + 300*time.Millisecond, Probability: probability})
	}
	return words
}

func textOf(words []speech.Word) string {
	var texts []string
	for _, w := range words {
		texts = append(texts, w.Text)
	}
	return strings.Join(texts, " ")
}

func named(t testing.TB, list ...string) Names {
	t.Helper()
	n, err := New(list)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// What recognisers make of names, as far as we have seen or would expect it. The
// words of the misheard name have the probability 0.7, the others 0.95.
var misheard = []struct{ name, heard string }{
	{"Siobhan", "I asked [Shivaun] about it"},
	{"Siobhan Ó Briain", "with [Shivon O'Brien] in Cork"},
	{"Saoirse", "[Sersha] won the award"},
	{"Niamh", "and [Neve] said so"},
	{"Aoife", "[Eefa's] book is out"},
	{"Caoimhe", "thank you [Keeva.]"},
	{"Nguyen", "Doctor [Nwen] is here"},
	{"Sean", "[Shawn] wrote this"},
	{"Shaun", "[Sean] wrote this"},
	{"Catherine", "[Katherine] wrote this"},
	{"Geoffrey", "[Jeffrey] wrote this"},
	{"Stephen", "[Steven] wrote this"},
	{"Bryan", "[Brian] wrote this"},
	{"Kristina", "[Christina] wrote this"},
	{"Mohammed", "[Muhamed] wrote this"},
	{"Xavier", "[Zavier] wrote this"},
	{"Joaquin", "[Wakeen] wrote this"},
	{"Tchaikovsky", "a waltz by [Chaikovsky.]"},
	{"Dvořák", "a waltz by [Dvorjak.]"},
	{"Nietzsche", "as [Neetcha] wrote"},
	{"Goethe", "as [Gerta] wrote"},
	{"Björn", "as [Bjorn] wrote"},
	{"Zoë", "as [Zoey] wrote"},
	{"Rhys", "as [Reece] wrote"},
	{"Llewellyn", "as [Lewellin] wrote"},
	{"Wojciech", "as [Voychek] wrote"},
	{"Schwarzenegger", "as [Schwartz anager] said"},
	{"Kubernetes", "we run it on [cooper netties] now"},
	{"Kubernetes", "we run it on [Coobernetes] now"},
	{"Kubernetes", "we run it on [cuber netes,] now"},
	{"Terraform", "written in [Terra form] of course"},
	{"Postgres", "kept in [Post gress] of course"},
	{"PostgreSQL", "kept in [Postgress QL] of course"},
	{"LangChain", "built with [Lang chain] of course"},
	{"PyTorch", "built with [pie torch] of course"},
	{"NumPy", "built with [num pie] of course"},
	{"TensorFlow", "built with [tensor flow] of course"},
	{"NGINX", "behind [engine X] of course"},
	{"Django", "built with [Jango] of course"},
	{"Svelte", "built with [Svelt] of course"},
	{"Ansible", "set up by [Ansable] of course"},
	{"Grafana", "look at [Gravana] for that"},
	{"Prometheus", "look at [Promethius] for that"},
	{"Elasticsearch", "look into [elastic search] for that"},
	{"GitHub", "it is on [git hub] already"},
	{"DynamoDB", "kept in [Dynamo DB] of course"},
	{"Cuepipe", "captioned by [cue pipe] of course"},
	{"Worcester", "he lives in [Wooster] now"},
	{"Edinburgh", "he lives in [Edinborough] now"},
	{"Reykjavik", "he lives in [Reikjavic] now"},
	{"Llandudno", "he lives in [Landudno] now"},
	{"Albuquerque", "he lives in [Albakerky] now"},
	{"Tucson", "he lives in [Tuson] now"},
	{"Kyiv", "he lives in [Keev] now"},
	{"ISO 27001", "certified by [Iso 27001] last year"},
	{"St. Albans", "the road to [Saint Albans.]"},
	{"McDonald's", "we ate at [Macdonald's] again"},
	{"Acme Inc.", "she works for [Acmi Inc.]"},
}

// hearing returns the words of a case without its brackets, and what they
// should become.
func hearing(name, heard string, mishearing, other float64) (words []speech.Word, want string) {
	inside := false
	var texts []string
	for _, w := range said(heard, other) {
		if strings.HasPrefix(w.Text, "[") {
			inside = true
			texts = append(texts, name)
		}
		if inside {
			w.Probability = mishearing
		} else {
			texts = append(texts, w.Text)
		}
		if before, after, found := strings.Cut(w.Text, "]"); found {
			w.Text = before + after
			inside = false
			owner := ""
			for _, tail := range []string{"'s", ",", "."} {
				if strings.HasSuffix(before, tail) && !strings.HasSuffix(name, tail) {
					owner = tail
				}
			}
			texts[len(texts)-1] += owner + after
		}
		w.Text = strings.TrimPrefix(w.Text, "[")
		words = append(words, w)
	}
	return words, strings.Join(texts, " ")
}

func TestMisheardNamesBecomeRight(t *testing.T) {
	for _, test := range misheard {
		t.Run(test.heard, func(t *testing.T) {
			words, want := hearing(test.name, test.heard, 0.7, 0.95)
			got, changes := named(t, test.name).Correct(words)
			if textOf(got) != want || len(changes) != 1 || changes[0].Name != test.name {
				t.Errorf("%q, changes %+v; want %q", textOf(got), changes, want)
			}
		})
	}
}

// The same with all the names in one list: no name takes another's place.
func TestMisheardNamesBecomeRightAmongOthers(t *testing.T) {
	var list []string
	for _, test := range misheard {
		switch test.name {
		case "Sean", "Stephen": // beside Shaun, and heard as they are
		default:
			list = append(list, test.name)
		}
	}
	n := named(t, list...)
	for _, test := range misheard {
		if test.name == "Sean" || test.name == "Stephen" {
			continue
		}
		words, want := hearing(test.name, test.heard, 0.7, 0.95)
		if got, changes := n.Correct(words); textOf(got) != want {
			t.Errorf("%q, changes %+v; want %q", textOf(got), changes, want)
		}
	}
}

// Names beside words that sound nearly like them, and were said. Where nothing
// else is given the recogniser is sure of them (0.95).
var innocent = []struct {
	name, said  string
	probability float64
}{
	{"Ann", "salt and pepper", 0}, {"Ian", "he is in there", 0}, {"Will", "what will you do", 0}, {"Will", "what will you do", 0.5},
	{"Kate", "a piece of cake", 0}, {"Kate", "the gate was late", 0}, {"Nguyen", "we can win this", 0}, {"Justin", "just in time", 0},
	{"Tobias", "he came to buy us lunch", 0}, {"Ivan", "I've an idea", 0}, {"Isabel", "there is a bell in it", 0}, {"Anita", "I need a pen", 0},
	{"Mark", "please mark it", 0}, {"Rose", "the sun rose early", 0}, {"Rose", "the sun rose early", 0.6}, {"Grace", "say grace now", 0},
	{"Jack", "jack of all trades", 0}, {"Bill", "pay the bill", 0}, {"Frank", "to be frank", 0}, {"Sue", "they may sue you", 0},
	{"Pat", "a pat on the back", 0}, {"Rob", "to rob a bank", 0}, {"Dean", "the dean and the team", 0}, {"Neil", "kneel down here", 0},
	{"Jim", "I go to the gym", 0}, {"Phil", "fill the glass", 0}, {"Gene", "a pair of jeans", 0}, {"Carrie", "carry the box", 0},
	{"Barry", "bury the treasure, eat a berry", 0}, {"Harry", "hurry up, hairy dog", 0}, {"Mary", "they will marry and be merry", 0},
	{"Terry", "a scary story", 0}, {"Sean", "the light shone on them", 0}, {"Dawn", "don't go down", 0}, {"Paul", "pull the ball", 0},
	{"Niamh", "a naive knave", 0}, {"Sam", "the same sum", 0}, {"Dan", "done then", 0}, {"Ken", "we can, you can", 0}, {"Ben", "it has been", 0},
	{"Tom", "it is time to come", 0}, {"Lee", "leave it, please", 0}, {"Jane", "change the chain", 0}, {"Eve", "even if we leave", 0},
	{"Adele", "a deal is a deal", 0}, {"Eleanor", "one or eleven or more", 0}, {"Andover", "over and over again", 0}, {"Warren", "the war in the south", 0},
	{"Terraform", "the form of the terrace", 0}, {"Postgres", "the post office and the progress", 0}, {"Kubernetes", "the cabinet meets", 0},
	{"Docker", "see a doctor", 0}, {"Redis", "it is ready, read this", 0}, {"Rust", "trust the rest", 0}, {"Go", "we go so far", 0},
	{"Java", "we have a job", 0}, {"Swift", "a swift reply", 0}, {"Kafka", "a cup of coffee", 0}, {"Slack", "cut me some slack", 0},
	{"Zoom", "in the room, soon", 0}, {"Figma", "the stigma of it", 0}, {"Azure", "as you are", 0}, {"Oracle", "an article", 0},
	{"Dover", "do over", 0}, {"Rome", "the room to roam", 0}, {"Cork", "of course", 0}, {"Bath", "both of them", 0}, {"Wales", "well, he was", 0},
	{"Paris", "a pair is enough", 0}, {"Chile", "a chilly day", 0}, {"Cuba", "a cube of ice", 0}, {"Turin", "during the day", 0},
	{"Lima", "a lemon", 0}, {"Iran", "I ran home", 0}, {"Iraq", "a rock", 0}, {"Oman", "oh man", 0}, {"Ghana", "we are gonna go", 0},
	{"Python 3", "we use Python 2 here", 0}, {"ISO 27001", "by ISO 27002 of last year", 0}, {"S3", "kept in EC2", 0},
	{"Erica", "all over America", 0}, {"Ryan", "so Brian said", 0}, {"Jordan", "in the garden", 0}, {"Morgan", "the organ and the margin", 0},
	{"Siobhan", "she shaved and shone", 0}, {"Siobhan", "Siobhan said so", 0}, {"Shawn", "as Sharon said", 0}, {"Ó Briain", "Mr. Ó Briain's car", 0},
	{"Siobhan", "the ship. On it", 0.5}, {"Terraform", "of Terra. Form a line", 0.5}, {"Мария", "Maria said so", 0}, {"Ann", "an apple and", 0.6},
	{"Ian", "in and on", 0.6}, {"Kate", "cake at eight", 0.6}, {"Al", "all of it", 0.5}, {"Ed", "and had", 0.5}, {"Anna", "and a man", 0.6},
	{"Ann", "an hour", 0.1}, {"Ben", "it has been", 0.1}, {"Vera", "very good", 0.1}, {"Mei", "give me one", 0.1},
}

func TestWhatWasSaidStays(t *testing.T) {
	for _, test := range innocent {
		t.Run(test.name+": "+test.said, func(t *testing.T) {
			p := test.probability
			if p == 0 {
				p = 0.95
			}
			if got, changes := named(t, test.name).Correct(said(test.said, p)); textOf(got) != test.said || len(changes) > 0 {
				t.Errorf("%q, changes %+v", textOf(got), changes)
			}
		})
	}
}

// A name is said by one of them, who goes on being its speaker.
func TestNamesStayTheirSpeakers(t *testing.T) {
	n := named(t, "Kubernetes")
	for second, want := range map[string]string{"Speaker 1": "we run Kubernetes now", "Speaker 2": "we run cooper netties now"} {
		words := said("we run cooper netties now", 0.6)
		for i := range words {
			words[i].Speaker = "Speaker 1"
			if i > 2 {
				words[i].Speaker = second
			}
		}
		got, _ := n.Correct(words)
		if textOf(got) != want || got[2].Speaker != "Speaker 1" || got[len(got)-1].Speaker != second {
			t.Errorf("%s: %+v", second, got)
		}
	}
}
