package media

import (
	"context"
	"io"
)

const (
	// A source is asked for a short range after a jump, because the next jump
	// may be near, and for four times as much each time that reading goes on, so
	// that a long file takes few requests.
	shortest, longest = 64 << 10, 16 << 20
	// usual bounds a range where it is not known how much will be read.
	usual = 1 << 20
	// mostSkipped is how far ahead reading through is quicker than a new request,
	// which takes S3 some 30 ms.
	mostSkipped = 1 << 20
)

// A stream reads a source forward by ranged requests. It is not safe for
// concurrent use.
type stream struct {
	ctx context.Context
	src Source
	// expect is about how many bytes are wanted in the longest stretch, or 0
	// where that is not known.
	expect int64

	began  int64         // where the stretch began that is being read
	length int64         // of the last range; 0 after a jump
	body   io.ReadCloser // nil, or positioned at the next byte
	left   int64         // bytes that body still has
	ahead  *opening      // the range after body's, or nil
}

// skip is how far ahead of the stream reading through beats a jump.
func (s *stream) skip() int64 {
	if s.expect == 0 {
		return mostSkipped
	}
	return min(max(s.expect/16, shortest), mostSkipped)
}

// jump makes offset the place that is read next.
func (s *stream) jump(offset int64) {
	s.close()
	s.began, s.length = offset, 0
}

// read fills p from offset, which is where the stream stands. It returns fewer
// bytes only with an error; the next read begins behind them.
func (s *stream) read(p []byte, offset int64) (int, error) {
	if s.body == nil {
		if err := s.open(offset); err != nil {
			return 0, err
		}
	}
	n, err := io.ReadFull(s.body, p)
	s.left -= int64(n)
	if err == nil && s.left <= s.length/2 {
		s.openAhead(offset + int64(n) + s.left)
	}
	if err == nil && s.left == 0 {
		s.closeBody()
	}
	return n, err
}

// open opens the range from offset, which may have been opened already.
func (s *stream) open(offset int64) error {
	if s.ahead == nil {
		s.length = s.next(offset)
		s.ahead = s.start(offset, s.length)
	} else {
		s.length = s.ahead.length
	}
	o := s.ahead
	s.ahead = nil
	<-o.done
	s.body, s.left = o.body, s.length
	return o.err
}

// next returns how long a range from offset should be: longer than the one
// before, but only a part of how far it is to the place where the reader is
// expected to stop, so that little of it is for nothing when it does; and
// longer again beyond that place. It ends where a block ends.
func (s *stream) next(offset int64) int64 {
	most := int64(usual)
	if s.expect > 0 {
		left := s.began + s.expect - offset
		most = min(max(left/3, -left/3, s.expect/24, shortest), longest)
	}
	first := max(shortest, min(s.expect/128, 4*shortest))
	length := min(max(4*s.length, first), most)
	end := max((offset+length)/blockSize*blockSize, offset/blockSize*blockSize+blockSize)
	return min(end, s.src.Size()) - offset
}

// openAhead opens the range from offset while the one before is being read,
// where it will surely be wanted: the time that S3 takes to answer is hidden.
// The first range of a stretch says nothing yet.
func (s *stream) openAhead(offset int64) {
	if s.ahead != nil || offset >= s.src.Size() || offset-s.length <= s.began {
		return
	}
	if length := s.next(offset); offset+length-s.began <= s.expect-s.expect/8 {
		s.ahead = s.start(offset, length)
	}
}

// An opening is a range that is being opened.
type opening struct {
	length int64
	cancel context.CancelFunc
	done   chan struct{} // closed when body and err are there
	body   io.ReadCloser
	err    error
}

func (s *stream) start(offset, length int64) *opening {
	ctx, cancel := context.WithCancel(s.ctx)
	o := &opening{length: length, cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(o.done)
		body, err := s.src.Open(ctx, offset, length)
		if err != nil {
			cancel()
			o.err = err
			return
		}
		o.body = cancelling{body, cancel}
	}()
	return o
}

// cancelling ends the context of a body with it.
type cancelling struct {
	io.ReadCloser
	cancel context.CancelFunc
}

func (c cancelling) Close() error {
	defer c.cancel()
	return c.ReadCloser.Close()
}

func (s *stream) closeBody() {
	if s.body != nil {
		_ = s.body.Close() // only read from: nothing can be lost
		s.body = nil
	}
}

// close ends all that is open. The next read goes on with a short range.
func (s *stream) close() {
	s.closeBody()
	s.length = 0
	if o := s.ahead; o != nil {
		s.ahead = nil
		o.cancel()
		<-o.done
		if o.body != nil {
			_ = o.body.Close()
		}
	}
}
