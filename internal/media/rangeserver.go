package media

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// socketBuffer bounds, on either side of a connection, what is sent before
// ffmpeg asks for it. With the kernel's default each jump in a file would throw
// megabytes away.
const socketBuffer = 16 << 10

// A rangeServer serves one source over HTTP to one program on this machine, at
// an address that nobody else can guess.
type rangeServer struct {
	url string
	// ctx ends with the parent, or when the source fails for good; its cause
	// then is the source's error.
	ctx    context.Context
	cancel context.CancelCauseFunc

	path   string
	blocks *blocks
	http   *http.Server
	latest atomic.Int64 // number of the newest answer

	mu       sync.Mutex
	closed   bool
	handlers sync.WaitGroup
	serving  chan struct{} // closed when the listener is
}

// serve starts a server of src, of which the program will probably read some
// expect bytes in one stretch; 0 where that is not known. The caller closes it.
func (t Tools) serve(ctx context.Context, src Source, expect int64) (*rangeServer, error) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("serve ranges: %w", err)
	}
	s := &rangeServer{path: "/" + rand.Text(), serving: make(chan struct{})}
	s.url = "http://" + listener.Addr().String() + s.path
	s.ctx, s.cancel = context.WithCancelCause(ctx)
	s.blocks = newBlocks(s.ctx, src, expect)
	s.blocks.index = t.Index.run(src)
	if t.backoff != nil {
		s.blocks.backoff = t.backoff
	}
	s.http = &http.Server{
		Handler: s,
		// A client that turns away in the middle of an answer is the normal case.
		ErrorLog: log.New(io.Discard, "", 0),
		ConnState: func(c net.Conn, state http.ConnState) {
			if tcp, ok := c.(*net.TCPConn); ok && state == http.StateNew {
				_ = tcp.SetWriteBuffer(socketBuffer) // the default only costs reads
			}
		},
	}
	go func() {
		defer close(s.serving)
		_ = s.http.Serve(listener) // it ends by Close
	}()
	return s, nil
}

// ServeHTTP answers GET and HEAD with 200, 206 or 416.
func (s *rangeServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !s.enter() {
		panic(http.ErrAbortHandler)
	}
	defer s.handlers.Done()
	if r.URL.Path != s.path {
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	// When a read fails ServeContent stops, and the server closes the connection
	// because the answer is shorter than it said.
	http.ServeContent(w, r, "", time.Time{}, &served{reader{blocks: s.blocks}, s, s.latest.Add(1)})
}

// enter counts a handler in, unless the server is closed.
func (s *rangeServer) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.handlers.Add(1)
	}
	return !s.closed
}

// served ends the server's context by the source's error, so that the program
// stops and its caller sees that error, not what the program made of it.
type served struct {
	reader
	server *rangeServer
	number int64
}

// errTurnedAway: the program asks for another place. It closes the connection
// to the old one only after that, and must not be sent more until then.
var errTurnedAway = errors.New("the program reads elsewhere")

func (s *served) Read(p []byte) (int, error) {
	if s.number != s.server.latest.Load() {
		return 0, errTurnedAway
	}
	n, err := s.reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.server.cancel(err)
	}
	return n, err
}

// Close ends all connections and returns when no goroutine of the server and
// no reader of the source is left.
func (s *rangeServer) Close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.cancel(context.Canceled)
	_ = s.http.Close()
	<-s.serving
	s.handlers.Wait()
	s.blocks.close()
}
