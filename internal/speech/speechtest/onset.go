package speechtest

import (
	"math"
	"slices"
	"time"

	"github.com/cuepipe/cuepipe/internal/speech"
)

// Onset returns when sound begins in pcm by its own energy: at the first of
// three frames of 10 ms that are louder than 6 % of the loud ones (the 95th
// percentile) and than four times the quiet ones (the 20th). ok is false
// where nothing is.
func Onset(pcm []int16) (at time.Duration, ok bool) {
	const frame = speech.SampleRate / 100
	var levels []float64
	for i := 0; i+frame <= len(pcm); i += frame {
		sum := 0.0
		for _, v := range pcm[i : i+frame] {
			sum += float64(v) * float64(v)
		}
		levels = append(levels, math.Sqrt(sum/frame))
	}
	if len(levels) < 3 {
		return 0, false
	}
	sorted := slices.Sorted(slices.Values(levels))
	threshold := max(0.06*sorted[len(sorted)*95/100], 4*sorted[len(sorted)/5])
	for i := range levels[:len(levels)-2] {
		if levels[i] > threshold && levels[i+1] > threshold && levels[i+2] > threshold {
			return speech.Duration(i * frame), true
		}
	}
	return 0, false
}
