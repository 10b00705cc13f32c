package media

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"
)

const (
	// blockSize is small, because what a reader turns away from is read to the
	// end of a block, and a segment of mere sound is only 1 MB.
	blockSize = 32 << 10
	// keptBlocks (4 MiB) covers what ffmpeg was sent but had not used yet when
	// it turned elsewhere: it asks for that again.
	keptBlocks = 128
	// readAttempts are made for each block before its error counts.
	readAttempts = 5
)

// backoff is the pause after the nth failed attempt, counted from 0.
func backoff(n int) time.Duration { return 100 * time.Millisecond << n }

// blocks reads a source in aligned blocks, ahead and with retries. It is safe
// for concurrent use, and fast as long as one reader at a time moves forward.
type blocks struct {
	ctx     context.Context // of the reader's life, not of one call
	backoff func(attempt int) time.Duration
	index   *indexRun // nil: nothing outlives the reader

	mu     sync.Mutex
	mended []mend // what readers see instead of the source's bytes
	stream stream
	next   int64 // the block that stream gives next
	kept   map[int64][]byte
	oldest []int64 // keys of kept, in the order of arrival
}

// newBlocks reads src. A reader probably wants some expect bytes in one
// stretch; 0 where that is not known.
func newBlocks(ctx context.Context, src Source, expect int64) *blocks {
	return &blocks{ctx: ctx, stream: stream{ctx: ctx, src: src, expect: expect}, backoff: backoff, kept: map[int64][]byte{}}
}

// readAt copies bytes from offset, which lies inside the file, to p: at least
// one, at most to the end of a block. The error is the source's last one.
func (b *blocks) readAt(p []byte, offset int64) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	block, err := b.get(offset / blockSize)
	n := copy(p, block[min(offset%blockSize, int64(len(block))):])
	for _, m := range b.mended {
		m.apply(p[:n], offset)
	}
	return n, err
}

// get returns block i. It is valid until the next call.
func (b *blocks) get(i int64) ([]byte, error) {
	if block, ok := b.kept[i]; ok {
		return block, nil
	}
	if block := b.index.get(i); block != nil {
		return block, nil
	}
	if i < b.next || (i-b.next)*blockSize > b.stream.skip() {
		b.stream.jump(i * blockSize)
		b.next = i
	}
	for {
		block, err := b.read()
		if err != nil {
			b.stream.close()
			return nil, err
		}
		b.keep(b.next, block)
		b.index.put(b.next, block)
		b.next++
		if b.next > i {
			return block, nil
		}
	}
}

// read returns block next.
func (b *blocks) read() ([]byte, error) {
	offset := b.next * blockSize
	block := b.buffer()[:min(blockSize, b.stream.src.Size()-offset)]
	got := 0
	for attempt := 0; ; attempt++ {
		n, err := b.stream.read(block[got:], offset+int64(got))
		if got += n; err == nil {
			return block, nil
		}
		b.stream.close()
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
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stream.close()
}

// reader reads the blocks as one file, for http.ServeContent.
type reader struct {
	*blocks
	offset int64
}

func (r *reader) size() int64 { return r.stream.src.Size() }

func (r *reader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += r.offset
	case io.SeekEnd:
		offset += r.size()
	}
	if offset < 0 {
		return 0, fmt.Errorf("seek to %d: before the start", offset)
	}
	r.offset = offset
	return offset, nil
}

func (r *reader) Read(p []byte) (int, error) {
	if r.offset >= r.size() {
		return 0, io.EOF
	}
	n, err := r.readAt(p, r.offset)
	r.offset += int64(n)
	return n, err
}
