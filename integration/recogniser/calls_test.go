package recogniser

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/speech"
)

func TestSameSamplesSameTranscript(t *testing.T) {
	pcm := samples(t, "beckett.wav")
	before := slices.Clone(pcm)
	first := recognise(t, pcm)
	recognise(t, samples(t, "jfk.wav")) // must leave nothing behind
	if again := recognise(t, pcm); !reflect.DeepEqual(first, again) {
		t.Errorf("the second transcript differs:\n%+v\n%+v", first, again)
	}
	if !slices.Equal(pcm, before) {
		t.Error("the samples were changed")
	}
}

func TestCallsAtOnce(t *testing.T) {
	clips := [][]int16{samples(t, "beckett.wav"), samples(t, "jfk.wav")}
	want := []speech.Transcript{recognise(t, clips[0]), recognise(t, clips[1])}
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			got, err := engine(t).Recognise(t.Context(), clips[i%2], nil)
			if err != nil {
				t.Error(err)
			} else if !reflect.DeepEqual(got, want[i%2]) {
				t.Errorf("beside others clip %d became %+v", i%2, got)
			}
		})
	}
	all.Wait()
}

func TestProgressRises(t *testing.T) {
	pcm := samples(t, "sonnet001.mp3")
	var told []time.Duration
	if _, err := engine(t).Recognise(t.Context(), pcm, func(d time.Duration) { told = append(told, d) }); err != nil {
		t.Fatal(err)
	}
	if len(told) < 4 || !slices.IsSorted(told) || told[len(told)-1] != speech.Duration(len(pcm)) {
		t.Errorf("told %v of a sound of %v", told, speech.Duration(len(pcm)))
	}
}

func TestCancelledBetweenChunks(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	told := 0
	transcript, err := engine(t).Recognise(ctx, samples(t, "sonnet001.mp3"), func(time.Duration) {
		told++
		cancel()
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
	if told != 1 || len(transcript.Words) > 0 {
		t.Errorf("went on for %d reports and returned %d words", told, len(transcript.Words))
	}
}

func TestCancelledBefore(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := engine(t).Recognise(ctx, samples(t, "jfk.wav"), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
}

// Who waits for another sound's end stops waiting when its context ends.
func TestCancelledWhileAnotherIsHeard(t *testing.T) {
	started, stop := make(chan struct{}), make(chan struct{})
	var other sync.WaitGroup
	pcm := samples(t, "jfk.wav")
	other.Go(func() {
		first := true
		if _, err := engine(t).Recognise(t.Context(), pcm, func(time.Duration) {
			if first {
				first = false
				close(started)
				<-stop // holds the engine's turn
			}
		}); err != nil {
			t.Error(err)
		}
	})
	<-started
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := engine(t).Recognise(ctx, pcm, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
	close(stop)
	other.Wait()
}
