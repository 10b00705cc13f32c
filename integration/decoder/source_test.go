package decoder

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/media"
)

// counting counts what is asked of a source and what is read.
type counting struct {
	media.Source
	name         string
	opens, bytes atomic.Int64
}

func (c *counting) Name() string { return c.name }

func (c *counting) Open(ctx context.Context, offset, length int64) (io.ReadCloser, error) {
	c.opens.Add(1)
	r, err := c.Source.Open(ctx, offset, length)
	return &countingReader{r, &c.bytes}, err
}

type countingReader struct {
	io.ReadCloser
	n *atomic.Int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.n.Add(int64(n))
	return n, err
}

// stalling tells when a read goes beyond a place, and then waits for the end
// of the context.
type stalling struct {
	*media.FileSource
	after   int64
	stalled func()
}

func (s *stalling) Open(ctx context.Context, offset, length int64) (io.ReadCloser, error) {
	if offset+length > s.after {
		s.stalled()
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return s.FileSource.Open(ctx, offset, length)
}

var errStore = errors.New("the store does not answer")

// failing fails at every read behind a place.
type failing struct {
	*media.FileSource
	after int64
}

func (f *failing) Open(ctx context.Context, offset, length int64) (io.ReadCloser, error) {
	if offset+length > f.after {
		return nil, errStore
	}
	return f.FileSource.Open(ctx, offset, length)
}

func TestAStoreThatFailsIsNotTheFilesFault(t *testing.T) {
	film := encode(t, "film.wav", append(tone, "-t", "120")...)
	for _, after := range []int64{0, 1 << 20} {
		src := &failing{open(t, film), after}
		if after == 0 {
			_, err := tools.Probe(t.Context(), src)
			if !errors.Is(err, errStore) || errors.Is(err, media.ErrNotMedia) {
				t.Errorf("probe: %v, want %v", err, errStore)
			}
		}
		pcm, err := tools.Decode(t.Context(), src, media.Window{Limit: time.Hour})
		if !errors.Is(err, errStore) || errors.Is(err, media.ErrNotMedia) || pcm != nil {
			t.Errorf("decode: %d samples, %v; want %v", len(pcm), err, errStore)
		}
	}
}

func TestAFilmWithItsIndexAtTheEndIsReadOnce(t *testing.T) {
	film := encode(t, "film.mp4", append(append([]string{"-f", "lavfi", "-i", marks}, "-f", "lavfi", "-i", "testsrc2=s=640x360"),
		"-t", "60", "-c:v", "libx264", "-preset", "ultrafast", "-b:v", "3M", "-c:a", "aac")...)
	src := &counting{Source: open(t, film)}
	size := src.Size()
	began := time.Now()
	if _, err := tools.Probe(t.Context(), src); err != nil {
		t.Fatal(err)
	}
	t.Logf("probe: %d of %d bytes in %d reads, %v", src.bytes.Load(), size, src.opens.Load(), time.Since(began))
	if read := src.bytes.Load(); read > 4<<20 {
		t.Errorf("a probe read %d bytes of %d", read, size)
	}
	src.bytes.Store(0)
	src.opens.Store(0)
	began = time.Now()
	pcm, err := tools.Decode(t.Context(), src, media.Window{Limit: 15 * time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("decode: %d of %d bytes in %d reads, %v", src.bytes.Load(), size, src.opens.Load(), time.Since(began))
	if read := src.bytes.Load(); read > size+size/10+(2<<20) {
		t.Errorf("decoding the whole film read %d bytes of %d", read, size)
	}
	if late := offset(t, pcm, 50*time.Second, 50*time.Second); late.Abs() > 60*time.Millisecond {
		t.Errorf("the sound at 50 s is %v late", late)
	}
	src.bytes.Store(0)
	if _, err := tools.Decode(t.Context(), src, media.Window{From: 30 * time.Second, To: 36 * time.Second, Limit: 15 * time.Minute}); err != nil {
		t.Fatal(err)
	}
	t.Logf("a tenth of it: %d of %d bytes", src.bytes.Load(), size)
	if read := src.bytes.Load(); read > size/4+(4<<20) {
		t.Errorf("decoding a tenth of the film read %d bytes of %d", read, size)
	}
}
