package decoder

import (
	"math"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/speech"
)

// marks is a sound of which every part says where it belongs: a chirp of
// 300 Hz that rises by 40 Hz a second.
const marks = "aevalsrc=0.5*sin(2*PI*(300*t+20*t*t)):s=48000"

// chirp is the same sound computed here, n samples from the given time.
func chirp(from time.Duration, n int) []float64 {
	s := make([]float64, n)
	for i := range s {
		t := from.Seconds() + float64(i)/speech.SampleRate
		s[i] = 0.5 * math.Sin(2*math.Pi*(300*t+20*t*t))
	}
	return s
}

// offset returns by how much pcm[at:at+1 s] is later than the chirp that
// belongs at time when, from the best correlation within ±100 ms.
func offset(t *testing.T, pcm []int16, at, when time.Duration) time.Duration {
	t.Helper()
	const length, most = speech.SampleRate, speech.SampleRate / 10
	first := int(at.Seconds() * speech.SampleRate)
	if first < most || first+length+most > len(pcm) {
		t.Fatalf("%d samples do not hold the second at %v and 100 ms around it", len(pcm), at)
	}
	want := chirp(when, length)
	best, bestLag := 0.0, 0
	for lag := -most; lag <= most; lag++ {
		var dot, power float64
		for i, w := range want {
			v := float64(pcm[first+lag+i])
			dot += v * w
			power += v * v
		}
		if r := dot / math.Sqrt(power*length/8+1); r > best {
			best, bestLag = r, lag
		}
	}
	if best < 0.9 {
		t.Fatalf("the sound at %v is not the one of %v (correlation %.2f)", at, when, best)
	}
	return time.Duration(bestLag) * time.Second / speech.SampleRate
}

// loudFrom returns when the sound begins.
func loudFrom(pcm []int16) time.Duration {
	for i, v := range pcm {
		if v > 1000 || v < -1000 {
			return time.Duration(i) * time.Second / speech.SampleRate
		}
	}
	return time.Duration(len(pcm)) * time.Second / speech.SampleRate
}

func length(pcm []int16) time.Duration {
	return time.Duration(len(pcm)) * time.Second / speech.SampleRate
}
