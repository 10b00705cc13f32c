package speechtest

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/speech"
)

// Sounds are what an engine is tried on. Said takes it several reports of
// progress to hear.
type Sounds struct {
	Said, Other []int16 // in which somebody speaks, each other words
	Silent      []int16
}

// Engine checks what speech.Engine promises of every engine.
func Engine(t *testing.T, engine speech.Engine, sounds Sounds) {
	hear := func(t *testing.T, pcm []int16) speech.Transcript {
		t.Helper()
		heard, err := engine.Recognise(t.Context(), pcm, nil)
		if err != nil {
			t.Fatal(err)
		}
		Transcript(t, heard, speech.Duration(len(pcm)))
		return heard
	}
	t.Run("nothing is heard where nobody speaks", func(t *testing.T) {
		for _, pcm := range [][]int16{nil, {}, sounds.Silent, sounds.Silent[:1]} {
			if heard := hear(t, pcm); len(heard.Words) > 0 {
				t.Errorf("%d samples of silence say %+v", len(pcm), heard.Words)
			}
		}
	})
	t.Run("the same samples give the same transcript", func(t *testing.T) {
		before := slices.Clone(sounds.Said)
		first := hear(t, sounds.Said)
		if len(first.Words) == 0 {
			t.Fatal("nothing is heard")
		}
		hear(t, sounds.Other) // must leave nothing behind
		if again := hear(t, sounds.Said); !reflect.DeepEqual(first, again) {
			t.Errorf("the second transcript differs:\n%+v\n%+v", first, again)
		}
		if !slices.Equal(sounds.Said, before) {
			t.Error("the samples were changed")
		}
	})
	t.Run("any beginning of a sound", func(t *testing.T) {
		for _, n := range []int{1, 700, 1600, 9000, 20001} {
			hear(t, sounds.Said[:min(n, len(sounds.Said))])
		}
	})
	t.Run("calls at once", func(t *testing.T) {
		both := [][]int16{sounds.Said, sounds.Other}
		want := []speech.Transcript{hear(t, both[0]), hear(t, both[1])}
		var all sync.WaitGroup
		for i := range 4 {
			all.Go(func() {
				got, err := engine.Recognise(t.Context(), both[i%2], nil)
				if err != nil {
					t.Error(err)
				} else if !reflect.DeepEqual(got, want[i%2]) {
					t.Errorf("beside others sound %d became %+v", i%2, got)
				}
			})
		}
		all.Wait()
	})
	t.Run("progress rises", func(t *testing.T) {
		var told []time.Duration
		if _, err := engine.Recognise(t.Context(), sounds.Said, func(d time.Duration) { told = append(told, d) }); err != nil {
			t.Fatal(err)
		}
		if len(told) < 3 || !slices.IsSorted(told) || told[len(told)-1] > speech.Duration(len(sounds.Said)) {
			t.Errorf("told %v of a sound of %v", told, speech.Duration(len(sounds.Said)))
		}
	})
	t.Run("it stops when its context ends", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		told := 0
		heard, err := engine.Recognise(ctx, sounds.Said, func(time.Duration) {
			told++
			cancel()
		})
		if !errors.Is(err, context.Canceled) || told != 1 || len(heard.Words) > 0 {
			t.Errorf("%v after %d reports, with %d words", err, told, len(heard.Words))
		}
		if _, err := engine.Recognise(ctx, sounds.Said, nil); !errors.Is(err, context.Canceled) {
			t.Errorf("%v with a context that had ended before", err)
		}
	})
}

// Text is what words say.
func Text(words []speech.Word) string {
	var texts []string
	for _, w := range words {
		texts = append(texts, w.Text)
	}
	return strings.Join(texts, " ")
}

// Transcript checks what speech.Transcript promises of one of a sound of that
// length.
func Transcript(t *testing.T, heard speech.Transcript, length time.Duration) {
	t.Helper()
	var before time.Duration
	for i, w := range heard.Words {
		if strings.TrimSpace(w.Text) != w.Text || w.Text == "" || w.Start < before || w.End <= w.Start || w.End > length {
			t.Errorf("word %d, %+v, is empty, overlaps the one before, which ends at %v, or leaves the sound of %v", i, w, before, length)
		}
		if w.Probability <= 0 || w.Probability > 1 {
			t.Errorf("word %d, %+v: probability", i, w)
		}
		before = w.End
	}
	before = -1
	for i, r := range heard.Speech {
		if r.Start <= before || r.End <= r.Start || r.End > length {
			t.Errorf("region %d, %+v, is not after %v or leaves the sound of %v", i, r, before, length)
		}
		before = r.End
	}
	if heard.Engine == "" || heard.Language == "" {
		t.Errorf("engine %q, language %q", heard.Engine, heard.Language)
	}
	if (heard.Confidence == 0) != (len(heard.Words) == 0) || heard.Confidence < 0 || heard.Confidence > 1 {
		t.Errorf("confidence %v with %d words", heard.Confidence, len(heard.Words))
	}
}
