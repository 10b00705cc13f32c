package media

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"
)

const (
	blockSize = 128 << 10
	// keptBlocks (4 MiB) covers what ffmpeg was sent but had not used yet when
	// it turned elsewhere: it asks for that again.
	keptBlocks = 32
	// skipBlocks (1 MiB) is how far ahead reading through is quicker than a new
	// request, which takes S3 some 30 ms.
	skipBlocks = 8
	// A source is asked for a short range after a jump, and for twice as much
	// each time that reading goes on from there: a jump wastes little, and a
	// long file takes few requests.
	firstWindow, lastWindow = 512 << 10, 16 << 20
	// readAttempts are made for each block before its error counts.
	readAttempts = 5
)

// backoff is the pause after the nth failed attempt, counted from 0.
func backoff(n int) time.Duration { return 100 * time.Millisecond << n }

// blocks reads a source in aligned blocks, ahead and with retries. It is safe
// for concurrent use, and fast as long as one reader at a time moves forward.
type blocks struct {
	ctx     context.Context // of the reader's life, not of one call
	src     Source
	backoff func(attempt int) time.Duration

	mu     sync.Mutex
	kept   map[int64][]byte
	oldest []int64 // keys of kept, in the order of arrival

	body   io.ReadCloser // nil, or positioned at the start of block next
	next   int64
	left   int64 // bytes that body still has
	window int64
}

func newBlocks(ctx context.Context, src Source) *blocks {
	return &blocks{ctx: ctx, src: src, backoff: backoff, kept: map[int64][]byte{}}
}

// readAt copies bytes from offset, which lies inside the file, to p: at least
// one, at most to the end of a block. The error is the source's last one.
func (b *blocks) readAt(p []byte, offset int64) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	block, err := b.get(offset / blockSize)
	return copy(p, block[min(offset%blockSize, int64(len(block))):]), err
}

// get returns block i. It is valid until the next call.
func (b *blocks) get(i int64) ([]byte, error) {
	if block, ok := b.kept[i]; ok {
		return block, nil
	}
	if i < b.next || i > b.next+skipBlocks {
		b.close()
		b.next, b.window = i, 0
	}
	for {
		block, err := b.read()
		if err != nil {
			b.close()
			return nil, err
		}
		b.keep(b.next, block)
		b.next++
		if b.next > i {
			return block, nil
		}
	}
}

// read returns block next.
func (b *blocks) read() ([]byte, error) {
	offset := b.next * blockSize
	block := b.buffer()[:min(blockSize, b.src.Size()-offset)]
	got := 0
	for attempt := 0; ; attempt++ {
		n, err := b.fill(block[got:], offset+int64(got))
		if got += n; err == nil {
			return block, nil
		}
		b.close()
		b.window = 0
		if b.ctx.Err() != nil {
			return nil, context.Cause(b.ctx)
		}
		if attempt == readAttempts-1 {
			return nil, fmt.Errorf("read source at %d, %d attempts: %w", offset, readAttempts, err)
		}
		select {
		case <-b.ctx.Done():
		case <-time.After(b.backoff(attempt)):
		}
	}
}

// fill reads all of p from offset, which is where body stands if it is open.
func (b *blocks) fill(p []byte, offset int64) (int, error) {
	if b.body == nil {
		b.window = min(max(2*b.window, firstWindow), lastWindow)
		// Windows end where blocks end, also after an attempt that broke off.
		end := min((offset+b.window)/blockSize*blockSize, b.src.Size())
		body, err := b.src.Open(b.ctx, offset, end-offset)
		if err != nil {
			return 0, err
		}
		b.body, b.left = body, end-offset
	}
	n, err := io.ReadFull(b.body, p)
	if b.left -= int64(n); err == nil && b.left == 0 {
		b.close()
	}
	return n, err
}

// buffer returns memory for a block: that of the oldest one when enough are
// kept, so that a long file leaves no garbage.
func (b *blocks) buffer() []byte {
	if len(b.oldest) < keptBlocks {
		return make([]byte, blockSize)
	}
	block := b.kept[b.oldest[0]]
	delete(b.kept, b.oldest[0])
	b.oldest = b.oldest[1:]
	return block[:blockSize]
}

func (b *blocks) keep(i int64, block []byte) {
	if _, ok := b.kept[i]; !ok { // it may have lain on the way to another one
		b.oldest = append(b.oldest, i)
	}
	b.kept[i] = block
}

func (b *blocks) close() {
	if b.body != nil {
		_ = b.body.Close() // only read from: nothing can be lost
		b.body = nil
	}
}

// reader reads the blocks as one file, for http.ServeContent.
type reader struct {
	*blocks
	offset int64
}

func (r *reader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += r.offset
	case io.SeekEnd:
		offset += r.src.Size()
	}
	if offset < 0 {
		return 0, fmt.Errorf("seek to %d: before the start", offset)
	}
	r.offset = offset
	return offset, nil
}

func (r *reader) Read(p []byte) (int, error) {
	if r.offset >= r.src.Size() {
		return 0, io.EOF
	}
	n, err := r.readAt(p, r.offset)
	r.offset += int64(n)
	return n, err
}
