package speech

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// speaking makes an activity from lengths in frames: silence, speech, silence…
func speaking(lengths ...int) Activity {
	a := Activity{Frame: 512}
	for i, n := range lengths {
		p := float32(0.01)
		if i%2 == 1 {
			p = 0.95
		}
		a.Probabilities = append(a.Probabilities, slices.Repeat([]float32{p}, n)...)
	}
	a.Samples = len(a.Probabilities) * a.Frame
	return a
}

func spans(a Activity, frames ...int) []Span {
	var s []Span
	for i := 0; i < len(frames); i += 2 {
		s = append(s, Span{frames[i] * a.Frame, frames[i+1] * a.Frame})
	}
	return s
}

// A second is 31.25 frames: padding is 9 frames, the pause that is dropped is
// over 62, the longest chunk 468 with its padding and 450 without.
func TestChunks(t *testing.T) {
	tests := []struct {
		name     string
		activity Activity
		want     []int // frames
	}{
		{"silence", speaking(500), nil},
		{"nothing", Activity{Frame: 512}, nil},
		{"a click is no speech", speaking(50, 1, 50), nil},
		{"the shortest speech is padded", speaking(50, 2, 50), []int{41, 61}},
		{"padding ends with the sound", speaking(3, 20, 4), []int{0, 27}},
		{"a pause of two seconds stays", speaking(50, 40, 62, 40, 50), []int{41, 201}},
		{"a longer pause is dropped", speaking(50, 40, 63, 40, 50), []int{41, 99, 144, 202}},
		{"the longest chunk is one", speaking(50, 450, 50), []int{41, 509}},
		{"one frame more is two, at the pause", speaking(50, 200, 10, 241, 50), []int{41, 255, 255, 510}},
		{"the longest pause wins", speaking(50, 150, 12, 150, 30, 150, 50), []int{41, 371, 383, 551}},
		{"a pause near the middle wins over the edge's", speaking(50, 10, 20, 200, 18, 230, 50), []int{41, 289, 289, 537}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, want := DefaultRules.Chunks(test.activity), spans(test.activity, test.want...)
			if !slices.Equal(got, want) {
				t.Errorf("chunks %v, want %v", got, want)
			}
		})
	}
}

func TestChunksCutSpeechWithoutPauseWhereItSoundsLeast(t *testing.T) {
	a := speaking(0, 600)
	a.Probabilities[320] = 0.5
	if got, want := DefaultRules.Chunks(a), spans(a, 0, 320, 320, 600); !slices.Equal(got, want) {
		t.Errorf("chunks %v, want %v", got, want)
	}
}

func TestRegions(t *testing.T) {
	a := speaking(10, 20, 3, 20, 10, 30, 40)
	a.Probabilities[9] = 0.2 // goes on down to half the threshold, both ways
	a.Probabilities[93] = 0.16
	a.Probabilities[94] = 0.14
	at := func(frame int) time.Duration { return Duration(frame * 512) }
	want := []Region{{at(9), at(53)}, {at(63), at(94)}}
	if got := DefaultRules.Regions(a); !slices.Equal(got, want) {
		t.Errorf("regions %v, want %v", got, want)
	}
}

func anyActivity() *rapid.Generator[Activity] {
	return rapid.Custom(func(t *rapid.T) Activity {
		a := Activity{Frame: 512}
		for range rapid.IntRange(0, 12).Draw(t, "stretches") {
			n := rapid.IntRange(1, 900).Draw(t, "frames")
			p := rapid.Float32Range(0, 1).Draw(t, "probability")
			a.Probabilities = append(a.Probabilities, slices.Repeat([]float32{p}, n)...)
		}
		for range rapid.IntRange(0, 30).Draw(t, "blips") {
			if len(a.Probabilities) > 0 {
				at := rapid.IntRange(0, len(a.Probabilities)-1).Draw(t, "at")
				a.Probabilities[at] = rapid.Float32Range(0, 1).Draw(t, "blip")
			}
		}
		if n := len(a.Probabilities); n > 0 {
			a.Samples = n*a.Frame - rapid.IntRange(0, a.Frame-1).Draw(t, "missing")
		}
		return a
	})
}

func TestChunksOfAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := anyActivity().Draw(t, "activity")
		rules := DefaultRules
		rules.Longest = time.Duration(rapid.IntRange(2000, 30000).Draw(t, "longest ms")) * time.Millisecond
		chunks := rules.Chunks(a)
		end := 0
		for _, c := range chunks {
			if c.Start < end || c.Len() <= 0 || c.End > a.Samples {
				t.Fatalf("chunk %v after %d in %d samples: not in order, apart and inside", c, end, a.Samples)
			}
			if c.Len() > Samples(rules.Longest) {
				t.Fatalf("chunk %v lasts %v, longest %v", c, Duration(c.Len()), rules.Longest)
			}
			end = c.End
		}
		var before time.Duration
		for _, r := range rules.Regions(a) {
			if r.Start < before || r.End <= r.Start {
				t.Fatalf("region %v after %v: not in order and apart", r, before)
			}
			before = r.End
			for at := Samples(r.Start); at < Samples(r.End); at += a.Frame {
				if !slices.ContainsFunc(chunks, func(c Span) bool { return c.Start <= at && at < c.End }) {
					t.Fatalf("speech at sample %d is in no chunk of %v", at, chunks)
				}
			}
		}
	})
}

// Cut otherwise a chunk still has all its speech, in order, in shorter parts.
func TestRecut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := anyActivity().Draw(t, "activity")
		for _, chunk := range DefaultRules.Chunks(a) {
			parts := DefaultRules.Recut(a, chunk)
			if len(parts) == 1 {
				continue
			}
			end := chunk.Start
			for _, p := range parts {
				if p.Start < end || p.End <= p.Start || p.End > chunk.End || p.Len() >= chunk.Len() {
					t.Fatalf("%v is cut into %v", chunk, parts)
				}
				end = p.End
			}
			for i, p := range a.Probabilities {
				at := Span{i * a.Frame, min((i+1)*a.Frame, a.Samples)}
				edge := 4 * a.Frame // where the chunk may have cut off less than counts as speech
				if p >= DefaultRules.Threshold && spoken(DefaultRules, a, i) && at.Start >= chunk.Start+edge && at.End <= chunk.End-edge &&
					!slices.ContainsFunc(parts, func(s Span) bool { return s.Start <= at.Start && at.End <= s.End }) {
					t.Fatalf("the speech at %v is in none of %v, parts of %v", at, parts, chunk)
				}
			}
		}
	})
}

// spoken reports whether a frame lies in a stretch that counts as speech in
// every part.
func spoken(r Rules, a Activity, frame int) bool {
	return slices.ContainsFunc(r.speech(a), func(s Span) bool { return s.Start <= frame && frame < s.End && s.Len() > 2*a.frames(r.Shortest) })
}
