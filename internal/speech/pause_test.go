package speech

import (
	"testing"
	"time"
)

// drawn makes frames of 10 ms of a drawing: # is speech, - is none, and + is
// unlikely to be any.
func drawn(s string) Activity {
	a := Activity{Frame: SampleRate / 100, Samples: len(s) * SampleRate / 100}
	for _, c := range s {
		a.Probabilities = append(a.Probabilities, map[rune]float32{'#': 0.9, '+': 0.2, '-': 0}[c])
	}
	return a
}

func TestTheLongestPauseIsWhereToCut(t *testing.T) {
	r := Rules{Threshold: 0.3, Bridge: 10 * time.Millisecond, Shortest: 20 * time.Millisecond}
	for _, c := range []struct {
		sound      string
		start, end int // in frames
		ok         bool
	}{
		{"####--####-----####---###", 10, 15, true},
		{"###---####---####---####", 10, 13, true}, // of equals the middle one
		{"###----####---##########", 3, 7, true},
		{"------####--####", 0, 6, true}, // at an end
		{"####--####------", 10, 16, true},
		{"-----------", 0, 11, true},
		{"#-----#####", 0, 6, true}, // a click is no speech
		{"####-#####-####", 0, 0, false},
		{"####--####", 4, 6, false}, // too short to be one
		{"##########", 0, 0, false},
		{"", 0, 0, false},
	} {
		got, ok := r.LongestPause(drawn(c.sound), 30*time.Millisecond)
		want := drawn(c.sound).span(c.start, c.end)
		if ok != c.ok || ok && got != want {
			t.Errorf("%q: %+v, %v; want %+v, %v", c.sound, got, ok, want, c.ok)
		}
	}
}

func TestWithoutAPauseTheQuietestPlaceNearTheMiddle(t *testing.T) {
	for sound, want := range map[string]int{"+##########+######+#": 11, "####": 1, "#": 0, "": 0} {
		a := drawn(sound)
		if got := a.Quietest() / a.Frame; got != want {
			t.Errorf("%q: frame %d, want %d", sound, got, want)
		}
	}
}
