package speechtest

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/speech"
)

func TestOnset(t *testing.T) {
	pcm := make([]int16, speech.SampleRate)
	pcm[1000] = math.MaxInt16 // a click is no onset
	for i := 8000; i < 12000; i++ {
		pcm[i] = int16(5000 * math.Sin(float64(i)/10))
	}
	if at, ok := Onset(pcm); !ok || at != 500*time.Millisecond {
		t.Errorf("onset at %v, %v; want 500 ms", at, ok)
	}
	if at, ok := Onset(make([]int16, speech.SampleRate)); ok {
		t.Errorf("silence begins at %v", at)
	}
	if _, ok := Onset(nil); ok {
		t.Error("nothing begins")
	}
}

func TestWordlessSoundsAreSoundsAndTheSameAgain(t *testing.T) {
	again := Wordless(time.Second)
	for name, pcm := range Wordless(time.Second) {
		if len(pcm) != speech.SampleRate {
			t.Errorf("%s lasts %v", name, speech.Duration(len(pcm)))
		}
		if !slices.Equal(pcm, again[name]) {
			t.Errorf("%s differs from call to call", name)
		}
		if silent := !slices.ContainsFunc(pcm, func(v int16) bool { return v != 0 }); silent != (name == "silence") {
			t.Errorf("%s: silent is %v", name, silent)
		}
	}
}
