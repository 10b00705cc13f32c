package main

import (
	"bytes"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/client/clienttest"
	"github.com/cuepipe/cuepipe/internal/upload"
)

// big is a film that goes in five parts: as small as one can be.
func big() []byte {
	return append(film.Bytes(), bytes.Repeat([]byte(" "), upload.MaxPut)...)
}

// An uploadWatch counts what a service is sent, and lets some of it fail.
type uploadWatch struct {
	mu      sync.Mutex
	created int
	puts    int // of parts, that were let through
	most    int // how many are let through; 0 is all
}

func (u *uploadWatch) intercept(w http.ResponseWriter, r *http.Request) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	switch {
	case r.Method == http.MethodPost && r.URL.Path == "/v1/videos":
		u.created++
	case r.Method == http.MethodPut && u.most > 0 && u.puts == u.most:
		w.WriteHeader(http.StatusForbidden)
		return true
	case r.Method == http.MethodPut:
		u.puts++
	}
	return false
}

// starts forgets what was counted, and lets so many parts through.
func (u *uploadWatch) starts(most int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.created, u.puts, u.most = 0, 0, most
}

func (u *uploadWatch) counted() (created, puts int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.created, u.puts
}

func TestAnInterruptedUploadGoesOnWhereItStopped(t *testing.T) {
	b := newBench(t)
	var u uploadWatch
	b.service.Behave(clienttest.Behaviour{Intercept: u.intercept})
	path := b.file("big.mp4", big())
	u.starts(2)
	if _, said := b.run(1, "caption", path, "--names", b.file("names.txt", []byte("Ann  Lee\n"))); !strings.Contains(said, "Go on where it stopped with the same command; until ") {
		t.Errorf("said %s", said)
	}
	_, first := u.counted()
	u.starts(0)
	// Asked for something else it is another video's; the same again goes on.
	out, _ := b.run(0, "caption", path, "--names", b.path("names.txt"), "--json")
	if created, puts := u.counted(); created != 0 || puts != 5-first {
		t.Errorf("%d parts, and then %d and %d videos", first, puts, created)
	}
	if !strings.Contains(out, `"status":"checking"`) || !strings.Contains(b.read("big.vtt"), "Something is said.") {
		t.Errorf("out %s", out)
	}
}

func TestWhenAnUploadStartsAnew(t *testing.T) {
	other := big()
	other[0], other[1] = other[1], other[0]
	for name, c := range map[string]struct {
		args    []string
		content []byte
	}{
		"it is wanted":                   {[]string{"--no-resume"}, big()},
		"another profile is asked for":   {[]string{"--profile", "bbc"}, big()},
		"it is another file of its name": {nil, other},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			var u uploadWatch
			b.service.Behave(clienttest.Behaviour{Idle: true, Intercept: func(w http.ResponseWriter, r *http.Request) bool {
				if r.Method == http.MethodGet && strings.Count(r.URL.Path, "/") == 3 { // a video that is waited for
					w.WriteHeader(http.StatusNotFound) // what comes after the upload is no matter here
					return true
				}
				return u.intercept(w, r)
			}})
			path := b.file("big.mp4", big())
			u.starts(4) // the first part is among them
			b.run(1, "caption", path)
			u.starts(0)
			b.file("big.mp4", c.content)
			b.run(1, append([]string{"caption", path}, c.args...)...)
			if created, puts := u.counted(); created != 1 || puts != 5 {
				t.Errorf("%d videos, %d parts", created, puts)
			}
		})
	}
}

func TestAFileThatChangesWhileItIsUploaded(t *testing.T) {
	b := newBench(t)
	path := b.file("big.mp4", big())
	var once sync.Once
	b.service.Behave(clienttest.Behaviour{Intercept: func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodPut {
			once.Do(func() {
				if err := os.Chtimes(path, time.Now(), time.Now().Add(time.Hour)); err != nil {
					t.Error(err)
				}
			})
		}
		return false
	}})
	if _, said := b.run(1, "caption", path); !strings.Contains(said, "was changed while it was uploaded") {
		t.Errorf("said %s", said)
	}
}

func TestTwoFilesOfOneNameAndSizeAreNotMixed(t *testing.T) {
	b := newBench(t)
	for _, dir := range []string{"a", "b"} {
		if err := os.Mkdir(b.path(dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	other := append(long.Bytes(), bytes.Repeat([]byte(" "), upload.MaxPut)...)
	same := append(film.Bytes(), bytes.Repeat([]byte(" "), len(other)-len(film.Bytes()))...)
	b.file("a/big.mp4", same)
	b.file("b/big.mp4", other)
	b.run(0, "caption", b.path("a"), b.path("b"))
	if !strings.Contains(b.read("a/big.vtt"), "Something") || !strings.Contains(b.read("b/big.vtt"), "Much") {
		t.Errorf("%s\n%s", b.read("a/big.vtt"), b.read("b/big.vtt"))
	}
}
