// Package uploadtest has the conformance suite of stores of uploads. Both pass
// it: the one in memory in its own test, S3 against a real server, because what
// a signature allows, and which of two is first, only a server decides.
package uploadtest

import (
	"bytes"
	"context"
	"crypto/md5"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/upload"
	"github.com/cuepipe/cuepipe/internal/video"
)

// Store is what is tested.
type Store interface {
	upload.Objects
	RemoveAll(ctx context.Context, key string) error
	Left(ctx context.Context, key string) (bool, error)
}

// full is the smallest size that S3 takes of a part that is not the last.
const full = 5 << 20

// Run tests a store; newKey returns a place in it where nothing is.
func Run(t *testing.T, s Store, newKey func() string) {
	for _, c := range []struct {
		name string
		run  func(t *testing.T, s Store, key string)
	}{
		{"parts are listed as they arrive, and a part that is sent again replaces itself", listed},
		{"a listing begins after any number", after},
		{"a part takes what was signed, and nothing else", signed},
		{"parts become one file, which is played by ranges", joined},
		{"what is there is not replaced by parts", once},
		{"a part that was sent again since it was listed is noticed", changed},
		{"of many that put the same parts together at once all find the same file", atOnce},
		{"an upload that was given up is gone, and so are its parts", aborted},
		{"whoever removes a video's file also gives its upload up", removed},
		{"a file that is gone cannot be played", gone},
	} {
		t.Run(c.name, func(t *testing.T) {
			key := newKey()
			t.Cleanup(func() {
				// The test's own context has ended by now.
				if err := s.RemoveAll(context.WithoutCancel(t.Context()), key); err != nil {
					t.Error(err)
				}
			})
			c.run(t, s, key)
		})
	}
}

func begin(t *testing.T, s Store, key string) (id string) {
	t.Helper()
	id, err := s.Begin(t.Context(), key, "video/mp4")
	if err != nil || id == "" {
		t.Fatalf("begin: %q, %v", id, err)
	}
	return id
}

// send puts a part to a URL that is signed for it.
func send(t *testing.T, s Store, key, id string, number int, b []byte) {
	t.Helper()
	url, err := s.PresignPart(t.Context(), key, id, number, int64(len(b)), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	status, header, said := call(t, http.MethodPut, url, b, nil)
	if status != http.StatusOK || header.Get("ETag") != etag(b) {
		t.Fatalf("part %d: %d %s, ETag %s, want %s", number, status, said, header.Get("ETag"), etag(b))
	}
}

func etag(b []byte) string { return fmt.Sprintf(`"%x"`, md5.Sum(b)) }

func call(t *testing.T, method, url string, b []byte, headers map[string]string) (int, http.Header, []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range headers {
		r.Header.Set(name, value)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	said, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, res.Header, said
}

func parts(t *testing.T, s Store, key, id string, after int) []video.Part {
	t.Helper()
	all, next, err := s.Parts(t.Context(), key, id, after)
	if err != nil || next != 0 {
		t.Fatalf("%d parts, next %d, %v", len(all), next, err)
	}
	return all
}

func listed(t *testing.T, s Store, key string) {
	id := begin(t, s, key)
	if all := parts(t, s, key, id, 0); len(all) != 0 {
		t.Errorf("%d parts of nothing", len(all))
	}
	send(t, s, key, id, 3, []byte("three"))
	send(t, s, key, id, 1, []byte("one"))
	send(t, s, key, id, 3, []byte("again"))
	want := []video.Part{{Number: 1, Size: 3, ETag: etag([]byte("one"))}, {Number: 3, Size: 5, ETag: etag([]byte("again"))}}
	if all := parts(t, s, key, id, 0); !slices.Equal(all, want) {
		t.Errorf("%+v, want %+v", all, want)
	}
	if _, _, err := s.Stat(t.Context(), key); !errors.Is(err, video.ErrNoObject) {
		t.Errorf("parts are a file before they are put together: %v", err)
	}
}

func after(t *testing.T, s Store, key string) {
	id := begin(t, s, key)
	for _, n := range []int{1, 2, 9, 10_000} {
		send(t, s, key, id, n, []byte{byte(n)})
	}
	for from, want := range map[int][]int{0: {1, 2, 9, 10_000}, 1: {2, 9, 10_000}, 5: {9, 10_000}, 9: {10_000}, 10_000: nil} {
		var got []int
		for _, p := range parts(t, s, key, id, from) {
			got = append(got, p.Number)
		}
		if !slices.Equal(got, want) {
			t.Errorf("after %d: %v, want %v", from, got, want)
		}
	}
}

func signed(t *testing.T, s Store, key string) {
	id := begin(t, s, key)
	url, err := s.PresignPart(t.Context(), key, id, 2, 5, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		method, url, body string
	}{
		"a byte too many":  {http.MethodPut, url, "012345"},
		"a byte too few":   {http.MethodPut, url, "0123"},
		"another key":      {http.MethodPut, strings.Replace(url, key, key+"x", 1), "01234"},
		"a read":           {http.MethodGet, url, ""},
		"another way in":   {http.MethodPost, url, "01234"},
		"without the sign": {http.MethodPut, strings.Replace(url, "X-Amz-Signature=", "X-Amz-Signature=0", 1), "01234"},
	} {
		if status, _, said := call(t, c.method, c.url, []byte(c.body), nil); status != http.StatusForbidden {
			t.Errorf("%s: %d %s", name, status, said)
		}
	}
	if all := parts(t, s, key, id, 0); len(all) != 0 {
		t.Errorf("%d parts were taken", len(all))
	}
	// A browser says of which type a part is, or of none, as it likes.
	for _, headers := range []map[string]string{nil, {"Content-Type": "application/octet-stream"}} {
		if status, _, said := call(t, http.MethodPut, url, []byte("01234"), headers); status != http.StatusOK {
			t.Errorf("with %v: %d %s", headers, status, said)
		}
	}
}

// two sends a file of two parts.
func two(t *testing.T, s Store, key, id string) (file []byte) {
	t.Helper()
	first, last := bytes.Repeat([]byte("0123456789abcdef"), full/16), []byte("and the rest")
	send(t, s, key, id, 1, first)
	send(t, s, key, id, 2, last)
	return append(first, last...)
}

func joined(t *testing.T, s Store, key string) {
	id := begin(t, s, key)
	file := two(t, s, key, id)
	if err := s.Join(t.Context(), key, id, parts(t, s, key, id, 0)); err != nil {
		t.Fatal(err)
	}
	source, size, err := s.Stat(t.Context(), key)
	if err != nil || size != int64(len(file)) || source.VersionID == "" {
		t.Fatalf("%+v, %d, %v", source, size, err)
	}
	if _, _, err := s.Parts(t.Context(), key, id, 0); !errors.Is(err, video.ErrNoUpload) {
		t.Errorf("its parts are still listed: %v", err)
	}
	url, err := s.PresignGet(t.Context(), source, "Ein Film ☕.mp4", "audio/mpeg", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	status, header, b := call(t, http.MethodGet, url, nil, nil)
	if status != http.StatusOK || !bytes.Equal(b, file) || header.Get("Content-Type") != "audio/mpeg" || !strings.HasPrefix(header.Get("Content-Disposition"), "inline;") {
		t.Errorf("%d, %d bytes, %v", status, len(b), header)
	}
	status, header, b = call(t, http.MethodGet, url, nil, map[string]string{"Range": fmt.Sprintf("bytes=%d-%d", full-2, full+2)})
	if status != http.StatusPartialContent || string(b) != "efand" || header.Get("Content-Range") != fmt.Sprintf("bytes %d-%d/%d", full-2, full+2, len(file)) {
		t.Errorf("a range: %d %q %s", status, b, header.Get("Content-Range"))
	}
	if status, _, _ := call(t, http.MethodPut, url, []byte("x"), nil); status != http.StatusForbidden {
		t.Errorf("it can be written to: %d", status)
	}
}

func once(t *testing.T, s Store, key string) {
	first, second := begin(t, s, key), begin(t, s, key)
	for _, id := range []string{first, second} {
		send(t, s, key, id, 1, []byte(id[:7]))
	}
	if err := s.Join(t.Context(), key, first, parts(t, s, key, first, 0)); err != nil {
		t.Fatal(err)
	}
	before, _, err := s.Stat(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Join(t.Context(), key, second, parts(t, s, key, second, 0)); !errors.Is(err, video.ErrObjectExists) {
		t.Errorf("a second file: %v", err)
	}
	if now, _, err := s.Stat(t.Context(), key); err != nil || now != before {
		t.Errorf("it is another: %+v, was %+v, %v", now, before, err)
	}
}

func changed(t *testing.T, s Store, key string) {
	id := begin(t, s, key)
	two(t, s, key, id)
	seen := parts(t, s, key, id, 0)
	send(t, s, key, id, 2, []byte("something else"))
	if err := s.Join(t.Context(), key, id, seen); !errors.Is(err, video.ErrPartChanged) {
		t.Errorf("a part that was replaced: %v", err)
	}
	if err := s.Join(t.Context(), key, id, []video.Part{seen[0], {Number: 3, ETag: etag(nil)}}); !errors.Is(err, video.ErrPartChanged) {
		t.Errorf("a part that never was: %v", err)
	}
	if err := s.Join(t.Context(), key, id, parts(t, s, key, id, 0)); err != nil {
		t.Errorf("nothing was lost by that: %v", err)
	}
}

func atOnce(t *testing.T, s Store, key string) {
	id := begin(t, s, key)
	file := two(t, s, key, id)
	all := parts(t, s, key, id, 0)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			err := s.Join(t.Context(), key, id, all)
			if err != nil && !errors.Is(err, video.ErrNoUpload) && !errors.Is(err, video.ErrObjectExists) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if _, size, err := s.Stat(t.Context(), key); err != nil || size != int64(len(file)) {
		t.Errorf("%d bytes, %v", size, err)
	}
}

func aborted(t *testing.T, s Store, key string) {
	id := begin(t, s, key)
	send(t, s, key, id, 1, []byte("one"))
	seen := parts(t, s, key, id, 0)
	for range 2 { // what is gone is no error
		if err := s.Abort(t.Context(), key, id); err != nil {
			t.Fatal(err)
		}
	}
	isGone(t, s, key, id, seen)
}

func removed(t *testing.T, s Store, key string) {
	id := begin(t, s, key)
	send(t, s, key, id, 1, []byte("one"))
	seen := parts(t, s, key, id, 0)
	if left, err := s.Left(t.Context(), key); !left || err != nil {
		t.Errorf("nothing is left, and it has a part: %v", err)
	}
	if err := s.RemoveAll(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	isGone(t, s, key, id, seen)
}

func isGone(t *testing.T, s Store, key, id string, seen []video.Part) {
	t.Helper()
	if _, _, err := s.Parts(t.Context(), key, id, 0); !errors.Is(err, video.ErrNoUpload) {
		t.Errorf("listing its parts: %v", err)
	}
	if err := s.Join(t.Context(), key, id, seen); !errors.Is(err, video.ErrNoUpload) {
		t.Errorf("putting it together: %v", err)
	}
	url, err := s.PresignPart(t.Context(), key, id, 1, 3, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if status, _, said := call(t, http.MethodPut, url, []byte("one"), nil); status != http.StatusNotFound || !strings.Contains(string(said), "NoSuchUpload") {
		t.Errorf("sending a part: %d %s", status, said)
	}
	if left, err := s.Left(t.Context(), key); left || err != nil {
		t.Errorf("something is left: %v, %v", left, err)
	}
}

func gone(t *testing.T, s Store, key string) {
	id := begin(t, s, key)
	send(t, s, key, id, 1, []byte("one"))
	if err := s.Join(t.Context(), key, id, parts(t, s, key, id, 0)); err != nil {
		t.Fatal(err)
	}
	source, _, err := s.Stat(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	url, err := s.PresignGet(t.Context(), source, "film.mp4", "video/mp4", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Remove(t.Context(), source); err != nil {
		t.Fatal(err)
	}
	if status, _, said := call(t, http.MethodGet, url, nil, nil); status != http.StatusNotFound {
		t.Errorf("%d %s", status, said)
	}
	if _, _, err := s.Stat(t.Context(), key); !errors.Is(err, video.ErrNoObject) {
		t.Errorf("it is still there: %v", err)
	}
}
