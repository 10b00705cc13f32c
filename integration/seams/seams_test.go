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
	whole, err := bench.Caption(t.Context(), pcm, 2*speech.Duration(len(pcm)))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		pcm    []int16
		length time.Duration
		errors int // words, more than one pass has
	}{
		{"every 20 s", pcm, 20 * time.Second, 2},
		// Music under speech leaves no pause; one pass has three times the errors.
		{"every 20 s, under music", Under(pcm, 10), 20 * time.Second, 20},
	} {
		t.Run(c.name, func(t *testing.T) {
			cut, err := bench.Caption(t.Context(), c.pcm, c.length)
			if err != nil {
				t.Fatal(err)
			}
			if len(cut.Seams) != 3 {
				t.Errorf("%d seams, want 3", len(cut.Seams))
			}
			t.Logf("seams: %+v", cut.Seams)
			most := speechtest.Errors(said, whole.Words()) + c.errors
			if got := speechtest.Errors(said, cut.Words()); got > most {
				t.Errorf("%d of %d words are wrong, in one pass %d", got, len(said), most-c.errors)
			}
			if findings := caption.Check(cut.Cues, caption.Default()); len(findings) > 0 {
				t.Errorf("the cues break the rules: %v", findings)
			}
		})
	}
}
