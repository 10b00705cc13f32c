package speech

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

const ms = time.Millisecond

func TestWords(t *testing.T) {
	tests := []struct {
		name   string
		tokens []Token
		want   []Word
	}{
		{"nothing", nil, nil},
		{"parts and punctuation join", []Token{
			{" Ha", 0, 10 * ms, 0.5}, {"llo", 10 * ms, 20 * ms, 1}, {",", 20 * ms, 30 * ms, 0.9}, {" you", 30 * ms, 40 * ms, 0.7},
		}, []Word{{"Hallo,", 0, 30 * ms, 0.8, ""}, {"you", 30 * ms, 40 * ms, 0.7, ""}}},
		{"a first word without a space", []Token{{"Hi", 0, 10 * ms, 1}}, []Word{{"Hi", 0, 10 * ms, 1, ""}}},
		{"bytes join to a character", []Token{{" caf", 0, 10 * ms, 1}, {"\xc3", 10 * ms, 20 * ms, 1}, {"\xa9", 20 * ms, 30 * ms, 1}},
			[]Word{{"café", 0, 30 * ms, 1, ""}}},
		{"half a character is dropped", []Token{{" a", 0, 10 * ms, 1}, {" \xc3", 10 * ms, 20 * ms, 1}}, []Word{{"a", 0, 10 * ms, 1, ""}}},
		{"spaces are no word", []Token{{" ", 0, 10 * ms, 1}, {" a", 10 * ms, 20 * ms, 1}, {"  ", 20 * ms, 30 * ms, 1}}, []Word{{"a", 10 * ms, 20 * ms, 1, ""}}},
		{"punctuation alone is no speech", []Token{{" .", 0, 10 * ms, 1}, {" ...", 10 * ms, 20 * ms, 1}}, nil},
		{"beside words it stays", []Token{{" 7", 0, 10 * ms, 1}, {" –", 10 * ms, 20 * ms, 1}}, []Word{{"7", 0, 10 * ms, 1, ""}, {"–", 10 * ms, 20 * ms, 1, ""}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := Words(test.tokens)
			for i := range got { // means of few values
				got[i].Probability = float64(int(got[i].Probability*1e6+0.5)) / 1e6
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("words %v, want %v", got, test.want)
			}
		})
	}
}

func TestSnap(t *testing.T) {
	// 10 frames a stretch of 320 ms: silence, speech, silence, speech, silence.
	a := speaking(10, 10, 10, 10, 10)
	a.Probabilities[15] = 0 // one frame inside a word is no pause
	at := func(frame int) time.Duration { return Duration(frame * 512) }
	tests := []struct {
		name       string
		start, end int
		from, to   int
	}{
		{"trimmed on both sides", 2, 28, 10, 20},
		{"inside speech it stays", 31, 38, 31, 38},
		{"without speech it goes to the nearest", 22, 24, 18, 20},
		{"which may be the next", 25, 28, 30, 33},
		{"the longer run wins", 17, 39, 30, 39},
		{"beyond the end", 35, 60, 35, 40},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			words := []Word{{Text: "a", Start: at(test.start), End: at(test.end)}}
			DefaultRules.Snap(words, a)
			if words[0].Start != at(test.from) || words[0].End != at(test.to) {
				t.Errorf("at %v to %v, want %v to %v", words[0].Start, words[0].End, at(test.from), at(test.to))
			}
		})
	}
}

func TestSnapLeavesAWordFarFromSpeech(t *testing.T) {
	words := []Word{{Text: "a", Start: time.Second, End: 1200 * ms}}
	DefaultRules.Snap(words, speaking(60, 10))
	if words[0].Start != time.Second || words[0].End != 1200*ms {
		t.Errorf("at %v to %v", words[0].Start, words[0].End)
	}
}

func TestSettleLeavesGoodTimesAlone(t *testing.T) {
	words := []Word{{"a", 100 * ms, 200 * ms, 1, ""}, {"b", 200 * ms, 210 * ms, 1, ""}, {"c", 300 * ms, 400 * ms, 1, ""}}
	want := slices.Clone(words)
	Settle(words, 100*ms, 400*ms)
	if !slices.Equal(words, want) {
		t.Errorf("%v, want %v", words, want)
	}
}

func TestSettlePartsASharedFrame(t *testing.T) {
	words := []Word{{"a", 100 * ms, 225 * ms, 1, ""}, {"b", 200 * ms, 300 * ms, 1, ""}}
	Settle(words, 0, time.Second)
	if words[0].End != 200*ms || words[1].Start != 200*ms {
		t.Errorf("%v, want the second word's start as border", words)
	}
}

func TestWordsOfAnyChunkKeepTheContract(t *testing.T) {
	text := rapid.SampledFrom([]string{" a", "b", " c.", " ", ",", "\xc3", "\xa9", " naïve"})
	rapid.Check(t, func(t *rapid.T) {
		a := anyActivity().Draw(t, "activity")
		start := time.Duration(rapid.IntRange(0, 5000).Draw(t, "start")) * ms
		end := start + time.Duration(rapid.IntRange(500, 15000).Draw(t, "length"))*ms
		var tokens []Token
		at := start
		for range rapid.IntRange(0, 40).Draw(t, "tokens") {
			next := min(end, at+time.Duration(rapid.IntRange(0, 900).Draw(t, "ms"))*ms)
			// As an alignment gives them: rising, neighbours may share a frame.
			tokens = append(tokens, Token{text.Draw(t, "text"), at, min(end, next+24*ms), 0.5})
			at = next
		}
		words := Words(tokens)
		DefaultRules.Snap(words, a)
		Settle(words, start, end)
		before := start
		for i, w := range words {
			if w.Text == "" || w.Start < before || w.End <= w.Start || w.End > end {
				t.Fatalf("word %d of %v breaks the contract inside %v to %v", i, words, start, end)
			}
			before = w.End
		}
	})
}
