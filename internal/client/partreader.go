package client

import (
	"context"
	"crypto/md5"
	"hash"
	"io"
	"net/http"
	"sync"
	"time"
)

// putPart sends one part, with no header but what every request has, and
// returns the ETag of what arrived.
func (c *Client) putPart(parent context.Context, s SignedPart, r *partReader, size int64) (etag string, err error) {
	ctx, cancel := context.WithCancelCause(parent)
	defer cancel(nil)
	still := time.AfterFunc(stillstand, func() { cancel(errStill) })
	defer still.Stop()
	res, err := c.send(ctx, target{method: http.MethodPut, url: s.URL}, func() io.ReadCloser {
		r.begin(still)
		return io.NopCloser(r)
	}, size)
	switch {
	case err == nil:
		return res.Get("ETag"), nil
	case parent.Err() == nil && context.Cause(ctx) == errStill:
		return "", &Unreachable{hostOf(s.URL), errStill}
	}
	return "", err
}

// A partReader reads a part, and says how much of it was read and its MD5. The
// transport may go on reading for a moment after it has given up: that counts
// no more once it is closed.
type partReader struct {
	source io.ReadSeeker
	size   int64
	told   func(bytes int64)

	mu     sync.Mutex
	still  *time.Timer // runs out where nothing is read
	sum    hash.Hash
	read   int64
	failed error // of the file itself
	closed bool
}

// begin starts again from the part's first byte.
func (r *partReader) begin(still *time.Timer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.read > 0 {
		r.told(-r.read)
	}
	_, _ = r.source.Seek(0, io.SeekStart) // of a section, which knows no failure
	r.still, r.sum, r.read = still, md5.New(), 0
}

func (r *partReader) Read(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return 0, io.ErrClosedPipe
	}
	n, err := r.source.Read(b)
	_, _ = r.sum.Write(b[:n]) // never fails
	r.read += int64(n)
	r.still.Reset(stillstand)
	if n > 0 {
		r.told(int64(n))
	}
	if err != nil && err != io.EOF || err == io.EOF && r.read < r.size {
		r.failed = err
	}
	return n, err
}

// close returns the MD5 of what was read and how much that was, or why the file
// could not be read.
func (r *partReader) close() (sum string, read int64, failed error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	if r.sum == nil {
		return "", 0, nil
	}
	return etag(r.sum.Sum(nil)), r.read, r.failed
}
