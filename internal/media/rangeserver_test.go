package media

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// content is n bytes of which no stretch repeats.
func content(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{}).Read(b) // it never fails
	return b
}

func atOnce(int) time.Duration { return 0 }

func start(t interface {
	Helper()
	Fatal(...any)
}, ctx context.Context, src Source) *rangeServer {
	t.Helper()
	s, err := Tools{backoff: atOnce}.serve(ctx, src, 0)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func get(t *testing.T, method, url, ranges string) (*http.Response, []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if ranges != "" {
		r.Header.Set("Range", ranges)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, body
}

func TestAnswersOfTheRangeServer(t *testing.T) {
	src := &flaky{content: content(3*blockSize + 17)}
	size := len(src.content)
	s := start(t, t.Context(), src)
	defer s.Close()
	for _, c := range []struct {
		method, ranges string
		status         int
		from, to       int // of the content; the same: no body
		header         string
	}{
		{"GET", "", 200, 0, size, ""},
		{"HEAD", "", 200, 0, 0, ""},
		{"GET", "bytes=0-", 206, 0, size, fmt.Sprintf("bytes 0-%d/%d", size-1, size)},
		{"HEAD", "bytes=5-8", 206, 0, 0, fmt.Sprintf("bytes 5-8/%d", size)},
		{"GET", "bytes=0-0", 206, 0, 1, fmt.Sprintf("bytes 0-0/%d", size)},
		{"GET", fmt.Sprintf("bytes=%d-%d", blockSize-1, blockSize), 206, blockSize - 1, blockSize + 1,
			fmt.Sprintf("bytes %d-%d/%d", blockSize-1, blockSize, size)},
		{"GET", "bytes=-17", 206, size - 17, size, fmt.Sprintf("bytes %d-%d/%d", size-17, size-1, size)},
		{"GET", fmt.Sprintf("bytes=%d-", size-1), 206, size - 1, size, fmt.Sprintf("bytes %d-%d/%d", size-1, size-1, size)},
		{"GET", fmt.Sprintf("bytes=%d-", size), 416, 0, 0, fmt.Sprintf("bytes */%d", size)},
		{"GET", "bytes=9-3", 416, 0, 0, ""},
		{"POST", "", 405, 0, 0, ""},
	} {
		resp, body := get(t, c.method, s.url, c.ranges)
		if resp.StatusCode != c.status || resp.Header.Get("Content-Range") != c.header {
			t.Errorf("%s %s: %d %q, want %d %q", c.method, c.ranges, resp.StatusCode, resp.Header.Get("Content-Range"), c.status, c.header)
		}
		if c.status < 300 && c.method == "GET" && !bytes.Equal(body, src.content[c.from:c.to]) {
			t.Errorf("%s %s: %d bytes, not the ones from %d to %d", c.method, c.ranges, len(body), c.from, c.to)
		}
	}
	if resp, _ := get(t, "GET", strings.TrimSuffix(s.url, s.path)+"/", ""); resp.StatusCode != 404 {
		t.Errorf("another address than the secret one: %d", resp.StatusCode)
	}
}

// The program opens a new connection before it leaves the old one. What the
// old one still gets would be read for nothing.
func TestTheOldAnswerEndsWhereANewOneBegins(t *testing.T) {
	src := &flaky{content: content(32 << 20)}
	s := start(t, t.Context(), src)
	defer s.Close()
	old, err := http.Get(s.url)
	if err != nil {
		t.Fatal(err)
	}
	defer old.Body.Close()
	if _, body := get(t, "GET", s.url, "bytes=100-199"); !bytes.Equal(body, src.content[100:200]) {
		t.Error("the new answer is not what was asked for")
	}
	if n, err := io.Copy(io.Discard, old.Body); err == nil || n > 8<<20 {
		t.Errorf("the old answer went on for %d bytes, %v", n, err)
	}
	if s.ctx.Err() != nil {
		t.Errorf("that ended the server: %v", context.Cause(s.ctx))
	}
}

func TestASourceThatFailsForGoodEndsTheServersContext(t *testing.T) {
	for name, src := range map[string]*flaky{
		"open": {content: content(blockSize), openErr: func() error { return errFlaky }},
		"read": {content: content(blockSize), trouble: func(int) int { return 0 }},
	} {
		s := start(t, t.Context(), src)
		resp, err := http.Get(s.url)
		if err == nil {
			_, err = io.ReadAll(resp.Body)
			_ = resp.Body.Close()
		}
		if err == nil {
			t.Errorf("%s: the answer was whole", name)
		}
		<-s.ctx.Done()
		if !errors.Is(context.Cause(s.ctx), errFlaky) {
			t.Errorf("%s: %v, want %v", name, context.Cause(s.ctx), errFlaky)
		}
		if src.opens != readAttempts {
			t.Errorf("%s: %d attempts, want %d", name, src.opens, readAttempts)
		}
		s.Close()
		if n := src.open.Load(); n != 0 {
			t.Errorf("%s: %d readers of the source were not closed", name, n)
		}
	}
}

func TestPausesBetweenAttemptsGrowAndStayShort(t *testing.T) {
	var all, last time.Duration
	for n := range readAttempts - 1 {
		if backoff(n) <= last {
			t.Errorf("pause %d is %v after %v", n, backoff(n), last)
		}
		last = backoff(n)
		all += last
	}
	if all > 2*time.Second {
		t.Errorf("a source that fails keeps everybody waiting for %v", all)
	}
}

func TestCloseEndsAClientThatDoesNotRead(t *testing.T) {
	src := &flaky{content: content(32 << 20)}
	s := start(t, t.Context(), src)
	resp, err := http.Get(s.url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	s.Close() // would hang here
	if n := src.open.Load(); n != 0 {
		t.Errorf("%d readers of the source were not closed", n)
	}
	if _, err := http.Get(s.url); err == nil {
		t.Error("a closed server answers")
	}
}

// slowToStop is a source that takes its time to notice the context's end.
type slowToStop struct {
	*flaky
	asked   chan struct{}
	stopped atomic.Bool
}

func (s *slowToStop) Open(ctx context.Context, _, _ int64) (io.ReadCloser, error) {
	close(s.asked)
	<-ctx.Done()
	for range 10_000 {
		runtime.Gosched()
	}
	s.stopped.Store(true)
	return nil, ctx.Err()
}

func TestCloseWaitsForTheSource(t *testing.T) {
	src := &slowToStop{flaky: &flaky{content: content(blockSize)}, asked: make(chan struct{})}
	s := start(t, t.Context(), src)
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		if resp, err := http.Get(s.url); err == nil {
			_ = resp.Body.Close()
		}
	}()
	<-src.asked
	s.Close()
	if !src.stopped.Load() {
		t.Error("the source is still being read after Close")
	}
	<-answered
}

func FuzzRange(f *testing.F) {
	src := &flaky{content: content(2*blockSize + 5)}
	for _, seed := range []string{"bytes=0-", "bytes=-1", "bytes=1-0", "bytes=0-0,2-3", "bytes=", "lines=0-", "bytes=99999999999999999999-"} {
		f.Add(seed)
	}
	s := start(f, context.Background(), src)
	f.Cleanup(s.Close)
	f.Fuzz(func(t *testing.T, ranges string) {
		r, err := http.NewRequest("GET", s.url, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header["Range"] = []string{ranges}
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			return // not a header that can be sent
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		switch resp.StatusCode {
		case 200:
			if !bytes.Equal(body, src.content) {
				t.Errorf("%q: 200 without the whole file", ranges)
			}
		case 206:
			var from, to, size int
			if strings.HasPrefix(resp.Header.Get("Content-Type"), "multipart/") {
				return
			}
			if _, err := fmt.Sscanf(resp.Header.Get("Content-Range"), "bytes %d-%d/%d", &from, &to, &size); err != nil {
				t.Fatalf("%q: Content-Range %q", ranges, resp.Header.Get("Content-Range"))
			}
			if !bytes.Equal(body, src.content[from:to+1]) || size != len(src.content) {
				t.Errorf("%q: the body is not what Content-Range %q says", ranges, resp.Header.Get("Content-Range"))
			}
		case 400, 416:
		default:
			t.Errorf("%q: %s", ranges, resp.Status)
		}
	})
}
