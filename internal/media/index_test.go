package media

import (
	"bytes"
	"sync"
	"testing"
)

// segment reads as ffmpeg does: the head, the index at the end, and then a part
// of the film's sound. It returns how many bytes came from the source.
func segment(t *testing.T, index *IndexCache, src *flaky, part int64) int64 {
	t.Helper()
	const head, tail, sound = 4, 40, 200 // blocks
	before := src.read.Load()
	b := newBlocks(t.Context(), src, sound*blockSize)
	defer b.close()
	b.index = index.run(src)
	last := src.Size() / blockSize
	read := func(from, n int64) {
		for i := from; i < from+n; i++ {
			p := make([]byte, blockSize)
			n, err := b.readAt(p, i*blockSize)
			if err != nil || !bytes.Equal(p[:n], src.content[i*blockSize:][:n]) {
				t.Errorf("block %d: other bytes, %v", i, err)
			}
		}
	}
	read(0, head)
	read(last-tail, tail)
	read(head+part*sound, sound)
	return (src.read.Load() - before) / blockSize
}

func TestTheIndexIsFetchedOnceAndTheSoundDoesNotPushItOut(t *testing.T) {
	all := content(1300 * blockSize)
	for _, c := range []struct {
		name        string
		limit       int64 // blocks
		first, then int64
	}{
		{"room for the index and half of the sound", 144, 244, 200},
		{"room for just the index", 44, 244, 200},
		{"room for half the index", 22, 244, 222},
		{"no room", 0, 244, 244},
	} {
		src := &flaky{content: all, name: "film"}
		index := NewIndexCache(c.limit * blockSize)
		for part, want := range []int64{c.first, c.then, c.then, c.then, c.then} {
			if got := segment(t, index, src, int64(part)); got != want {
				t.Errorf("%s: segment %d read %d blocks, want %d", c.name, part, got, want)
			}
			if index.size > index.limit {
				t.Errorf("%s: it has %d bytes, more than %d", c.name, index.size, index.limit)
			}
		}
	}
	src := &flaky{content: all, name: "film"}
	for range 2 {
		if got := segment(t, nil, src, 1); got != 244 {
			t.Errorf("without a cache a segment read %d blocks, want 244", got)
		}
	}
}

func TestAnotherFilmHasNothingOfTheLastOne(t *testing.T) {
	index := NewIndexCache(16 << 20)
	for _, name := range []string{"a", "b", "a"} { // what a left is forgotten when it comes again
		all := bytes.Repeat([]byte(name), 500*blockSize)
		if got := segment(t, index, &flaky{content: all, name: name}, 0); got != 244 {
			t.Errorf("film %s: %d blocks, want 244", name, got)
		}
	}
	nameless := &flaky{content: content(500 * blockSize)}
	for range 2 {
		if got := segment(t, index, nameless, 0); got != 244 {
			t.Errorf("a source without a name: %d blocks, want 244", got)
		}
	}
}

// Two films at once, by workers of one process: each sees its own bytes.
func TestRunsOfTwoFilmsAtOnce(t *testing.T) {
	index := NewIndexCache(2 << 20)
	films := []*flaky{
		{content: bytes.Repeat([]byte("a"), 700*blockSize), name: "a"},
		{content: bytes.Repeat([]byte("b"), 700*blockSize), name: "b"},
	}
	var all sync.WaitGroup
	for worker := range 4 {
		all.Go(func() {
			for part := range int64(3) {
				segment(t, index, films[worker%2], part)
			}
		})
	}
	all.Wait()
	if index.size > index.limit {
		t.Errorf("it has %d bytes, more than %d", index.size, index.limit)
	}
}
