package video

import (
	"slices"
	"testing"
)

func TestJobsOfAServiceAreNamedAfterTheirVideos(t *testing.T) {
	id := NewID()
	for _, stack := range []string{"cuepipe-dev", "a.b", ""} {
		name := ServiceJob(stack, id, 12)
		if got, generation, ok := OfServiceJob(name); !ok || got != id || generation != 12 {
			t.Errorf("%q names %q, generation %d, %v", name, got, generation, ok)
		}
	}
	for _, name := range []string{"", ".", "..", "a.b", id, id + ".1", "s." + id, "s." + id + ".", "s." + id + ".0", "s." + id + ".-1", "s." + id + ".01",
		"s." + id + ".1x", "s." + id[1:] + ".1", "s." + id + ".1.", "s." + id + ".99999999999999999999"} {
		if got, generation, ok := OfServiceJob(name); ok {
			t.Errorf("%q names %q, generation %d", name, got, generation)
		}
	}
}

func TestSoundsForAServiceLieInTheirGenerations(t *testing.T) {
	want := []string{"videos/x/3/sound.wav", "videos/x/2/sound.wav", "videos/x/1/sound.wav"}
	if got := ServiceSounds("x", 3); !slices.Equal(got, want) || ServiceSound("x", 3) != want[0] {
		t.Errorf("%v, want %v", got, want)
	}
}
