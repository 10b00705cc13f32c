package moonshine

import (
	"testing"

	"github.com/cuepipe/cuepipe/internal/speech"
)

func TestTheBetterHearingIsKept(t *testing.T) {
	of := func(probability float64, lost bool) chunk {
		return chunk{tokens: []speech.Token{{Text: " a", Probability: probability}}, lost: lost}
	}
	for name, c := range map[string]struct {
		first, left, right chunk
		second             bool
	}{
		"it found its way":           {of(0.9, true), of(0.6, false), of(0.6, false), true},
		"a part of it lost its way":  {of(0.4, false), of(0.9, false), of(0.9, true), false},
		"both are lost, it is surer": {of(0.4, true), of(0.9, true), of(0.9, true), true},
		"it is surer":                {of(0.4, false), of(0.7, false), of(0.8, false), true},
		"it is less sure":            {of(0.5, false), of(0.3, false), of(0.6, false), false},
		"it heard nothing":           {of(0.4, false), chunk{}, chunk{}, false},
		"nothing was better":         {of(0.4, true), chunk{}, chunk{}, true},
	} {
		if kept := better(c.first, []chunk{c.left, c.right}); (len(kept) == 2) != c.second {
			t.Errorf("%s: %d parts are kept", name, len(kept))
		}
	}
}

func TestConfidence(t *testing.T) {
	two := chunk{tokens: []speech.Token{{Probability: 0.5}, {Probability: 1}}}
	if got := confidence(two, chunk{}, chunk{tokens: []speech.Token{{Probability: 0}}}); got != 0.5 {
		t.Errorf("%v, want the mean of the tokens, 0.5", got)
	}
	if got := confidence(); got != 0 {
		t.Errorf("%v without any", got)
	}
}
