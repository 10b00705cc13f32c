package seams

import "math"

// level is the root of the mean square of the samples that are not silent.
func level(pcm []int16) float64 {
	var sum float64
	n := 1
	for _, s := range pcm {
		if s > 100 || s < -100 {
			sum += float64(s) * float64(s)
			n++
		}
	}
	return math.Sqrt(sum / float64(n))
}

func dB(x float64) float64 { return math.Pow(10, x/20) }
