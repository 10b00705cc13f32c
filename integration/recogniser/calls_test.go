package recogniser

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/speech/speechtest"
)

func TestEngine(t *testing.T) {
	sounds := speechtest.Sounds{
		Said:   samples(t, "sonnet001.mp3"),
		Other:  samples(t, "beckett.wav"),
		Silent: make([]int16, 3*speech.SampleRate),
	}
	speechtest.Engine(t, engine(t), sounds)
	speechtest.Engine(t, speech.Checked{Engine: engine(t)}, sounds)
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
