package captioningtest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/cuepipe/cuepipe/internal/captioning"
	"github.com/cuepipe/cuepipe/internal/video"
)

// Streams holds a store to what captioning.Captions promises of PutStream and
// Remove. part is how many bytes the store takes at a time, so that streams end
// before, at and behind the borders of its parts.
func Streams(t *testing.T, c captioning.Captions, part int) {
	t.Helper()
	const kind = "audio/wav"
	prefix := video.ResultsPrefix + video.NewID() + "/"
	broken := errors.New("the film cannot be read")
	// stream writes so many bytes, in pieces that fit into no part, and stops with
	// an error where there is one.
	stream := func(size int, err error) func(io.Writer) ([]byte, error) {
		return func(w io.Writer) ([]byte, error) {
			for rest := body(size); len(rest) > 0; {
				n := min(len(rest), 1+part/3)
				if _, err := w.Write(rest[:n]); err != nil {
					return nil, err
				}
				rest = rest[n:]
			}
			return fmt.Appendf(nil, "%d bytes:", size), err
		}
	}
	for _, size := range []int{0, 1, part - 1, part, part + 1, 2*part - 1, 2 * part, 2*part + 1, 3*part + part/2} {
		key := fmt.Sprintf("%s1/%d.wav", prefix, size)
		if err := c.PutStream(t.Context(), key, kind, stream(size, broken)); !errors.Is(err, broken) {
			t.Errorf("%d bytes, broken off: %v", size, err)
		}
		if _, err := c.Get(t.Context(), key); !errors.Is(err, video.ErrNoObject) {
			t.Errorf("%d bytes, broken off: what was written is there, %v", size, err)
		}
		if err := c.PutStream(t.Context(), key, kind, stream(size, nil)); err != nil {
			t.Errorf("%d bytes: %v", size, err)
		}
		called := false
		err := c.PutStream(t.Context(), key, kind, func(io.Writer) ([]byte, error) { called = true; return nil, nil })
		if err != nil || called {
			t.Errorf("%d bytes, once more: %v, written again: %v", size, err, called)
		}
		got, err := c.Get(t.Context(), key)
		if want := fmt.Appendf(nil, "%d bytes:%s", size, body(size)); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d bytes: %d are there, %v; want %d", size, len(got), err, len(want))
		}
		for range 2 { // what is gone is no error
			if err := c.Remove(t.Context(), key); err != nil {
				t.Errorf("remove: %v", err)
			}
		}
		if _, err := c.Get(t.Context(), key); !errors.Is(err, video.ErrNoObject) {
			t.Errorf("%d bytes, removed: %v", size, err)
		}
	}
}

// body is so many bytes, of which no two parts are alike.
func body(size int) []byte {
	b := make([]byte, size)
	for i := range b {
		b[i] = byte(i ^ i>>8 ^ i>>16)
	}
	return b
}
