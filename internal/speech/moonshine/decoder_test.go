package moonshine

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestLikeliest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		logits := rapid.SliceOfN(rapid.Float32Range(-60, 60), 1, 300).Draw(t, "logits")
		best, sum := 0, 0.0
		for i, v := range logits {
			if v > logits[best] {
				best = i
			}
		}
		for _, v := range logits {
			sum += math.Exp(float64(v) - float64(logits[best]))
		}
		id, probability := likeliest(logits)
		if id != int64(best) || math.Abs(probability-1/sum) > 1e-4 {
			t.Fatalf("token %d with %v, want %d with %v", id, probability, best, 1/sum)
		}
	})
}

// The encoder's shortest sound must have a frame, and a second about 41.
func TestEncoderFrames(t *testing.T) {
	for samples, want := range map[int]int{894: 0, 895: 1, shortest: 19, 16000: 40, 240000: 623} {
		if got := encoderFrames(samples); got != want {
			t.Errorf("%d samples give %d frames, want %d", samples, got, want)
		}
	}
}
