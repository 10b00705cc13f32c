package captiontest

import (
	"reflect"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/speech/speechtest"
)

func TestATalkIsWhatAnEngineGives(t *testing.T) {
	words := Talk(time.Hour)
	if n := len(words); n < 8500 || n > 9500 {
		t.Errorf("%d words in an hour, want about 9,000", n)
	}
	speechtest.Transcript(t, speech.Transcript{Words: words, Confidence: 0.9, Language: "en", Engine: "made up"}, time.Hour)
	if !reflect.DeepEqual(words, Talk(time.Hour)) {
		t.Error("another call gives other words")
	}
	if words[0].Start < time.Second {
		t.Errorf("the first word begins at %v", words[0].Start)
	}
}
