package media

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Whatever is read in whatever order, from a source that keeps breaking off,
// with whatever expectation and with an index that other runs have filled, is
// what the source holds.
func TestReadersSeeTheSourceAsItIs(t *testing.T) {
	all := content(160*blockSize + 321)
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(1, len(all)).Draw(t, "size")
		seed := rapid.Uint64().Draw(t, "seed")
		chance := rand.New(rand.NewPCG(seed, 1))
		failures := 0 // in a row
		src := &flaky{content: all[:size], name: "film"}
		src.trouble = func(want int) int {
			if failures < readAttempts-1 && chance.IntN(3) == 0 {
				failures++
				return chance.IntN(want + 1)
			}
			failures = 0
			return want
		}
		index := NewIndexCache(int64(rapid.IntRange(0, size).Draw(t, "index")))
		for range rapid.IntRange(1, 3).Draw(t, "runs") {
			b := newBlocks(context.Background(), src, int64(rapid.IntRange(0, size).Draw(t, "expect")))
			b.backoff, b.index = atOnce, index.run(src)
			r := &reader{blocks: b}
			for range rapid.IntRange(1, 20).Draw(t, "reads") {
				from := rapid.IntRange(0, size).Draw(t, "from")
				n := rapid.IntRange(0, min(size-from, 12*blockSize)).Draw(t, "n")
				if _, err := r.Seek(int64(from), io.SeekStart); err != nil {
					t.Fatal(err)
				}
				got := make([]byte, n)
				if _, err := io.ReadFull(r, got); err != nil {
					t.Fatalf("read [%d, %d) of %d: %v", from, from+n, size, err)
				}
				if !bytes.Equal(got, all[from:from+n]) {
					t.Fatalf("read [%d, %d) of %d: other bytes", from, from+n, size)
				}
			}
			if len(b.kept) > keptBlocks || len(b.kept) != len(b.oldest) {
				t.Fatalf("%d blocks are kept, %d listed", len(b.kept), len(b.oldest))
			}
			b.close()
			if n := src.open.Load(); n != 0 {
				t.Fatalf("%d readers of the source were not closed", n)
			}
			if index.size > index.limit {
				t.Fatalf("the index has %d bytes, more than %d", index.size, index.limit)
			}
		}
	})
}

func TestAJumpReadsLittleMoreThanItNeeds(t *testing.T) {
	src := &flaky{content: content(64 << 20)}
	b := newBlocks(t.Context(), src, 0)
	defer b.close()
	r := &reader{blocks: b}
	p := make([]byte, 100)
	const near = mostSkipped / blockSize
	for i, step := range []struct{ to, jumps, blocks int64 }{
		{0, 1, 1},
		{50, 1, 1},                                // the same block
		{blockSize * near, 1, near + 1},           // near: reads through
		{blockSize, 1, near + 1},                  // back, kept
		{40 << 20, 2, near + 2},                   // far: a new request
		{(40 << 20) - 1000, 3, near + 3},          // back, and not kept: the block before
		{(40 << 20) + 4*blockSize, 3, near + 8},   // forward again, through a block that is kept
		{0, 3, near + 8},                          // still kept
		{40<<20 + blockSize*100, 4, near + 9},     // far
		{40<<20 + blockSize*100 + 7, 4, near + 9}, // the same block
	} {
		if _, err := r.Seek(step.to, io.SeekStart); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(r, p); err != nil {
			t.Fatal(err)
		}
		if src.jumps() != step.jumps || src.read.Load() != step.blocks*blockSize {
			t.Errorf("step %d, to %d: %d jumps and %d blocks, want %d and %d", i, step.to, src.jumps(), src.read.Load()/blockSize, step.jumps, step.blocks)
		}
	}
}

// A stretch out of the middle of a film, of which about the length is known.
func TestAStretchIsReadInFewRequestsAndHardlyBeyond(t *testing.T) {
	const first, wanted = 2 << 20, 15 << 20
	all := content(56 << 20)
	for _, c := range []struct {
		name          string
		expect, reads int64
		most          float64 // of what was wanted
		requests      int
	}{
		{"as expected", wanted, wanted, 1.03, 12},
		{"a fifth less", wanted, wanted * 4 / 5, 1.07, 12},
		{"a fifth more", wanted, wanted * 6 / 5, 1.03, 18},
		{"three times as much", wanted, wanted * 3, 1.17, 26},
		{"nobody knows", 0, wanted, 1.07, 20},
	} {
		src := &flaky{content: all}
		b := newBlocks(t.Context(), src, c.expect)
		r := &reader{blocks: b}
		if _, err := r.Seek(first, io.SeekStart); err != nil {
			t.Fatal(err)
		}
		if _, err := io.CopyN(io.Discard, r, c.reads); err != nil {
			t.Fatal(err)
		}
		b.close()
		if asked := float64(src.asked.Load()) / float64(c.reads); asked > c.most || src.opens > c.requests || src.jumps() != 1 {
			t.Errorf("%s: %.3f of the stretch in %d requests and %d jumps, want at most %.2f and %d, and one jump",
				c.name, asked, src.opens, src.jumps(), c.most, c.requests)
		}
		if n := src.open.Load(); n != 0 {
			t.Errorf("%s: %d readers of the source were not closed", c.name, n)
		}
	}
}

func TestAWholeFileTakesFewRequests(t *testing.T) {
	src := &flaky{content: content(64 << 20)}
	b := newBlocks(t.Context(), src, src.Size())
	if n, err := io.Copy(io.Discard, struct{ io.Reader }{&reader{blocks: b}}); err != nil || n != src.Size() {
		t.Fatal(n, err)
	}
	if len(b.kept) != keptBlocks {
		t.Errorf("%d blocks are kept, want %d", len(b.kept), keptBlocks)
	}
	if src.opens > 25 || src.read.Load() != src.Size() || src.asked.Load() != src.Size() {
		t.Errorf("%d bytes of %d in %d requests, want %d in 25 at most", src.read.Load(), src.asked.Load(), src.opens, src.Size())
	}
}

// What breaks off is asked for again from where it broke off.
func TestABrokenRangeIsTakenUpWhereItBrokeOff(t *testing.T) {
	src := &flaky{content: content(8 << 20)}
	reads := 0
	src.trouble = func(want int) int {
		if reads++; reads%7 == 0 {
			return want / 3
		}
		return want
	}
	b := newBlocks(t.Context(), src, src.Size())
	b.backoff = atOnce
	var got bytes.Buffer
	if _, err := io.Copy(&got, struct{ io.Reader }{&reader{blocks: b}}); err != nil || !bytes.Equal(got.Bytes(), src.content) {
		t.Fatalf("%d bytes, %v", got.Len(), err)
	}
	if src.read.Load() != src.Size() {
		t.Errorf("%d bytes were read of %d", src.read.Load(), src.Size())
	}
}

// gated is a source that answers when it is told to.
type gated struct {
	*flaky
	asked chan int64    // offsets
	gate  chan struct{} // one a request
}

func (g *gated) Open(ctx context.Context, offset, length int64) (io.ReadCloser, error) {
	g.asked <- offset
	select {
	case <-g.gate:
		return g.flaky.Open(ctx, offset, length)
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// In the middle of a stretch the next range is asked for while the one before
// is still being read; a jump or the end gives it up, and leaves nothing open.
func TestTheNextRangeIsOpenedAhead(t *testing.T) {
	for _, end := range []string{"a jump", "the end"} {
		src := &gated{&flaky{content: content(8 << 20)}, make(chan int64, 4), make(chan struct{}, 4)}
		b := newBlocks(t.Context(), src, 8<<20)
		src.gate <- struct{}{}
		src.gate <- struct{}{}
		p := make([]byte, blockSize)
		// The first range has two blocks, the second eight.
		for i := range int64(7) {
			if _, err := b.readAt(p, i*blockSize); err != nil {
				t.Fatal(err)
			}
		}
		for _, want := range []int64{0, 2 * blockSize, 10 * blockSize} { // the last one waits at the gate
			if offset := <-src.asked; offset != want {
				t.Errorf("asked for %d, want %d", offset, want)
			}
		}
		if end == "a jump" {
			b.stream.jump(4 << 20)
		}
		b.close()
		if n := src.open.Load(); n != 0 || b.stream.ahead != nil {
			t.Errorf("%s: %d readers of the source were not closed", end, n)
		}
	}
}

// A range that was asked for ahead and fails is asked for again.
func TestARangeAheadThatFailsIsTriedAgain(t *testing.T) {
	src := &flaky{content: content(8 << 20)}
	opened := 0
	src.openErr = func() error {
		if opened++; opened%2 == 0 {
			return errFlaky
		}
		return nil
	}
	b := newBlocks(t.Context(), src, src.Size())
	pauses := 0
	b.backoff = func(int) time.Duration { pauses++; return 0 }
	var got bytes.Buffer
	if _, err := io.Copy(&got, struct{ io.Reader }{&reader{blocks: b}}); err != nil || !bytes.Equal(got.Bytes(), src.content) {
		t.Fatalf("%d bytes, %v", got.Len(), err)
	}
	if pauses == 0 {
		t.Error("nothing failed")
	}
}
