package moonshine

import (
	"context"
	"slices"
	"time"

	"github.com/cuepipe/cuepipe/internal/speech"
)

// hearAgain hears once more, cut otherwise, what looks wrong: chunks in which the
// decoder lost its way, and those of low probability, unless all of it is: then
// it is the language. Of the two hearings the better one is kept.
func (e *Engine) hearAgain(ctx context.Context, pcm []int16, activity speech.Activity, heard []chunk) ([]chunk, error) {
	known := confidence(heard...) >= speech.LeastConfidence
	var doubtful []int // places in heard
	var spans []speech.Span
	var parts []int // how many spans each of them has
	for i, c := range heard {
		if !c.lost && (!known || len(c.tokens) == 0 || confidence(c) >= speech.LeastConfidence) {
			continue
		}
		if recut := e.rules.Recut(activity, c.Span); len(recut) > 1 {
			doubtful, parts = append(doubtful, i), append(parts, len(recut))
			spans = append(spans, recut...)
		}
	}
	if len(spans) == 0 {
		return heard, nil
	}
	again, err := e.hear(ctx, pcm, spans, func(time.Duration) {})
	if err != nil {
		return nil, err
	}
	var kept []chunk
	next := 0
	for n, i := range doubtful {
		kept = append(kept, heard[next:i]...)
		kept = append(kept, better(heard[i], again[:parts[n]])...)
		again, next = again[parts[n]:], i+1
	}
	return append(kept, heard[next:]...), nil
}

// better returns the second hearing of a chunk, in parts, where it found its
// way and the first did not, or was surer.
func better(first chunk, second []chunk) []chunk {
	lost := slices.ContainsFunc(second, func(c chunk) bool { return c.lost })
	if first.lost != lost && first.lost || first.lost == lost && confidence(second...) > confidence(first) {
		return second
	}
	return []chunk{first}
}
