package speech

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestRepetition(t *testing.T) {
	repeat := func(n int, pattern ...int64) []int64 { return slices.Repeat(pattern, n) }
	tests := []struct {
		name   string
		tokens []int64
		keep   int
		found  bool
	}{
		{"nothing", nil, 0, false},
		{"one token seven times is a person", repeat(7, 5), 7, false},
		{"one token eight times", repeat(8, 5), 1, true},
		{"a pair three times is a person", repeat(3, 5, 6), 6, false},
		{"a pair four times", repeat(4, 5, 6), 2, true},
		{"four tokens twice is a person", repeat(2, 5, 6, 7, 8), 8, false},
		{"four tokens three times, after others", append([]int64{1, 2}, repeat(3, 5, 6, 7, 8)...), 6, true},
		{"what repeated earlier does not count", append(repeat(8, 5), 6), 9, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if keep, found := Repetition(test.tokens); keep != test.keep || found != test.found {
				t.Errorf("Repetition = %d, %v; want %d, %v", keep, found, test.keep, test.found)
			}
		})
	}
}

// A decoder that asks after every token never writes more than the pattern's
// few repetitions.
func TestRepetitionEndsEveryLoop(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start := rapid.SliceOfN(rapid.Int64Range(0, 9), 0, 20).Draw(t, "start")
		pattern := rapid.SliceOfN(rapid.Int64Range(0, 9), 1, 24).Draw(t, "pattern")
		tokens := slices.Clone(start)
		for i := 0; ; i++ {
			if i > 8*len(pattern) {
				t.Fatalf("still going after %d tokens of the pattern %v", i, pattern)
			}
			tokens = append(tokens, pattern[i%len(pattern)])
			if keep, found := Repetition(tokens); found {
				if keep < 1 || keep >= len(tokens) {
					t.Fatalf("keeps %d of %d", keep, len(tokens))
				}
				return
			}
		}
	})
}
