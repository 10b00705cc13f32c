package captioningtest

import (
	"bytes"
	"context"
	"io"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/media"
	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/speech/speechtest"
)

type file []byte

func (f file) Size() int64  { return int64(len(f)) }
func (f file) Name() string { return "" }
func (f file) Open(_ context.Context, offset, length int64) (io.ReadCloser, error) {
	return io.NopCloser(bytes.NewReader(f[offset : offset+length])), nil
}

// What stands in for an engine keeps what engines promise.
func TestEngine(t *testing.T) {
	sound := func(words string) []int16 {
		f := Film{Words: words}
		pcm, err := Media{}.Decode(t.Context(), file(f.Bytes()), media.Window{To: f.Length(), Limit: time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		return pcm
	}
	sounds := speechtest.Sounds{Said: sound("one two | three four five"), Other: sound("six | seven"), Silent: make([]int16, speech.SampleRate)}
	speechtest.Engine(t, Engine{Name: "test 1"}, sounds)
	speechtest.Engine(t, speech.Checked{Engine: Engine{Name: "test 1"}}, sounds)
}
