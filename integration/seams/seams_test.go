package seams

import (
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/caption"
	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/speech/speechtest"
)

// Real speech, cut far more often than films are: the seams cost no words, and
// the cues keep the rules.
func TestSeamsCostNothing(t *testing.T) {
	bench, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	defer bench.Close()
	pcm, said, err := Film(1, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	breathless, err := bench.Breathless(t.Context(), pcm)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		pcm    []int16
		pauses bool
		errors int // words, more than one pass has
	}{
		{"with pauses", pcm, true, 2},
		{"without a pause", breathless, false, 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			whole, err := bench.Caption(t.Context(), c.pcm, 2*speech.Duration(len(c.pcm)))
			if err != nil {
				t.Fatal(err)
			}
			cut, err := bench.Caption(t.Context(), c.pcm, 20*time.Second)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range cut.Seams {
				if (s.Pause > 0) != c.pauses || (s.Cut-s.Nominal).Abs() > 5*time.Second {
					t.Errorf("a seam: %+v", s)
				}
				t.Logf("at %v: %q, in one pass %q", s.Cut, cut.Around(s.Cut, 2*time.Second), whole.Around(s.Cut, 2*time.Second))
			}
			one, got := speechtest.Errors(said, whole.Words()), speechtest.Errors(said, cut.Words())
			if len(cut.Seams) < 2 || got > one+c.errors {
				t.Errorf("%d seams, %d of %d words are wrong, in one pass %d", len(cut.Seams), got, len(said), one)
			}
			t.Logf("%d of %d words are wrong, in one pass %d", got, len(said), one)
			if findings := caption.Check(cut.Cues, caption.Default()); len(findings) > 0 {
				t.Errorf("the cues break the rules: %v", findings)
			}
		})
	}
}
