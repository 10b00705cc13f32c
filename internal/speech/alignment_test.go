package speech

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestMedian7(t *testing.T) {
	// By the 0-1 principle a network of exchanges that is right for all zeros
	// and ones is right for everything.
	for bits := range 1 << 7 {
		var v [7]float32
		ones := 0
		for i := range v {
			v[i] = float32(bits >> i & 1)
			ones += bits >> i & 1
		}
		want := float32(0)
		if ones > 3 {
			want = 1
		}
		if got := median7(&v); got != want {
			t.Fatalf("median of %v is %v", v, got)
		}
	}
}

// looking makes attention of two layers with two heads that look at [start, end).
func looking(frames, start, end int) [][]float32 {
	head := make([]float32, frames)
	for i := start; i < end; i++ {
		head[i] = 1 / float32(end-start)
	}
	layer := append(slices.Clone(head), head...)
	return [][]float32{layer, layer}
}

func TestAlignmentFollowsTheLook(t *testing.T) {
	var a Alignment
	want := []Span{{0, 20}, {20, 50}, {50, 64}, {64, 100}}
	for range 2 { // the second time in used memory
		a.Reset(100)
		for _, s := range want {
			a.Add(looking(100, s.Start, s.End))
		}
		got := a.Times(len(want))
		for i := range want {
			if got[i].Start < want[i].Start-2 || got[i].Start > want[i].Start+2 {
				t.Errorf("token %d at %v, want about %v", i, got[i], want[i])
			}
		}
		a.Reset(10)
		a.Add(looking(10, 0, 10))
	}
}

func TestAlignmentOfFewerTokens(t *testing.T) {
	var a Alignment
	a.Reset(10)
	if got := a.Times(3); got != nil {
		t.Errorf("times without tokens: %v", got)
	}
	a.Add(looking(10, 0, 5))
	a.Add(looking(10, 5, 10))
	if got := a.Times(1); !slices.Equal(got, []Span{{0, 10}}) {
		t.Errorf("one of two tokens at %v", got)
	}
}

func TestAlignmentOfAnything(t *testing.T) {
	var a Alignment
	rapid.Check(t, func(t *rapid.T) {
		frames := rapid.IntRange(1, 40).Draw(t, "frames")
		tokens := rapid.IntRange(1, 30).Draw(t, "tokens")
		a.Reset(frames)
		value := rapid.OneOf(rapid.Float32Range(0, 1), rapid.Just(float32(math.NaN())), rapid.Just(float32(0)))
		for range tokens {
			a.Add([][]float32{rapid.SliceOfN(value, 3*frames, 3*frames).Draw(t, "attention")})
		}
		if a.Tokens() != tokens {
			t.Fatalf("%d tokens, want %d", a.Tokens(), tokens)
		}
		times := a.Times(tokens)
		if times[0].Start != 0 || times[tokens-1].End != frames {
			t.Fatalf("%v does not cover %d frames", times, frames)
		}
		for i, s := range times {
			if s.Len() < 1 {
				t.Fatalf("token %d is empty in %v", i, times)
			}
			if i > 0 && s.Start != times[i-1].End && s.Start != times[i-1].End-1 {
				t.Fatalf("token %d does not follow the one before in %v", i, times)
			}
		}
	})
}
