package captioningtest

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/cuepipe/cuepipe/internal/captioning"
	"github.com/cuepipe/cuepipe/internal/speech"
)

// Told is what a service hears of a film's bytes. Of as many speakers as are
// asked for, each says three words and is followed by the next.
func Told(file []byte, speakers int) (speech.Transcript, error) {
	var f Film
	if err := json.Unmarshal(file, &f); err != nil {
		return speech.Transcript{}, fmt.Errorf("hear: %w", captioning.ErrServiceRefused)
	}
	t := speech.Transcript{Language: "xx", Engine: "service 1"}
	var end time.Duration
	f.each(func(text string, start time.Duration) {
		w := speech.Word{Text: text, Start: start, End: start + WordTime, Probability: sure}
		if f.Unsure {
			w.Probability = unsure
		}
		if speakers > 0 {
			w.Speaker = fmt.Sprintf("Speaker %d", 1+len(t.Words)/3%speakers)
		}
		t.Confidence = w.Probability
		t.Words = append(t.Words, w)
	}, &end)
	return t, nil
}
