package media

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
)

// The test binary plays the part of ffmpeg when it is called by one of the
// names in players: the child gets no environment that could tell it.
func TestMain(m *testing.M) {
	if play, ok := players[filepath.Base(os.Args[0])]; ok {
		os.Exit(play(os.Args[1:]))
	}
	os.Exit(m.Run())
}

// program returns the path of a program that plays the part of that name.
func program(t *testing.T, name string) string {
	t.Helper()
	if _, ok := players[name]; !ok {
		t.Fatalf("nobody plays %s", name)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.Symlink(self, path); err != nil {
		t.Fatal(err)
	}
	return path
}

var errFlaky = errors.New("the store broke off")

// flaky is a source in memory that breaks off, as trouble says: it is asked at
// every read how many of the wanted bytes come before the error; all of them
// means no error.
type flaky struct {
	content []byte
	name    string
	trouble func(want int) int
	openErr func() error

	mu    sync.Mutex
	opens int
	read  atomic.Int64
	asked atomic.Int64 // bytes
	open  atomic.Int64 // readers that were not closed
	end   int64        // of the last range
	far   int64        // ranges that did not begin where the one before ended
}

func (f *flaky) Size() int64 { return int64(len(f.content)) }

func (f *flaky) Name() string { return f.name }

// jumps is how often a range did not begin where the one before ended.
func (f *flaky) jumps() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.far
}

func (f *flaky) Open(_ context.Context, offset, length int64) (io.ReadCloser, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.opens++
	f.asked.Add(length)
	if f.opens == 1 || offset != f.end {
		f.far++
	}
	f.end = offset + length
	if offset < 0 || length <= 0 || offset+length > f.Size() {
		panic("the range is not inside the file")
	}
	if f.openErr != nil {
		if err := f.openErr(); err != nil {
			return nil, err
		}
	}
	f.open.Add(1)
	return &flakyReader{f: f, r: bytes.NewReader(f.content[offset : offset+length])}, nil
}

type flakyReader struct {
	f *flaky
	r *bytes.Reader
}

func (r *flakyReader) Read(p []byte) (int, error) {
	r.f.mu.Lock()
	defer r.f.mu.Unlock()
	want := min(len(p), r.r.Len())
	if r.f.trouble != nil {
		if n := r.f.trouble(want); n < want {
			n, _ = r.r.Read(p[:max(n, 0)])
			r.f.read.Add(int64(n))
			return n, errFlaky
		}
	}
	n, err := r.r.Read(p)
	r.f.read.Add(int64(n))
	return n, err
}

func (r *flakyReader) Close() error {
	r.f.open.Add(-1)
	return nil
}
