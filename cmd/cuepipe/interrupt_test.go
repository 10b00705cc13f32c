package main

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/cuepipe/cuepipe/internal/client/clienttest"
)

// A real process gets a real SIGINT at a known moment of its work: when the
// service sees the request that the test chose.
func TestCtrlCLeavesNothingHalfDone(t *testing.T) {
	for name, c := range map[string]struct {
		when func(*http.Request) bool
		says string
	}{
		"while it uploads": {func(r *http.Request) bool { return r.Method == http.MethodPut }, "The upload was not complete"},
		"while it waits":   {func(r *http.Request) bool { return r.Method == http.MethodGet }, "cuepipe captions --wait "},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			var said bytes.Buffer
			cmd := exec.CommandContext(t.Context(), os.Args[0], "caption", b.path("lecture.mp4"))
			cmd.Env = append(os.Environ(), asProgram+"=1", "CUEPIPE_API="+b.service.URL, "CUEPIPE_TOKEN="+clienttest.Token)
			cmd.Stdout, cmd.Stderr = &said, &said
			started := make(chan struct{})
			var once sync.Once
			intercept := func(_ http.ResponseWriter, r *http.Request) bool {
				if !c.when(r) {
					return false
				}
				once.Do(func() {
					<-started
					if err := cmd.Process.Signal(os.Interrupt); err != nil {
						t.Error(err)
					}
				})
				_, _ = io.Copy(io.Discard, r.Body)
				<-r.Context().Done() // no answer, until the client is gone
				return true
			}
			b.service.Behave(clienttest.Behaviour{Idle: true, Intercept: intercept})
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			close(started)
			_ = cmd.Wait() // the code says more
			if code := cmd.ProcessState.ExitCode(); code != exitInterrupted {
				t.Errorf("code %d, said %s", code, said.String())
			}
			if !strings.Contains(said.String(), "Interrupted. ") || !strings.Contains(said.String(), c.says) {
				t.Errorf("said %s", said.String())
			}
			noSecrets(t, said.String())
			if !slices.Equal(b.files(), []string{"lecture.mp4"}) {
				t.Errorf("left %v", b.files())
			}
		})
	}
}

func TestAFileIsWrittenWholeOrNotAtAll(t *testing.T) {
	b := newBench(t)
	a := &app{}
	to := b.file("lecture.vtt", []byte("older"))
	out, err := a.outputFor(b.path("lecture.mp4"), to, "vtt", false)
	if err != nil || !slices.Equal(b.files(), []string{"lecture.mp4", "lecture.vtt"}) || b.read("lecture.vtt") != "older" {
		t.Fatalf("%v; looking left %v", err, b.files())
	}
	if err := out.write([]byte("newer")); err != nil || b.read("lecture.vtt") != "newer" {
		t.Errorf("%q, %v", b.read("lecture.vtt"), err)
	}
	// In the meantime the place was taken by what a file cannot replace.
	if err := os.Remove(to); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(to, 0o700); err != nil {
		t.Fatal(err)
	}
	err = out.write([]byte("newest"))
	if err == nil || !strings.Contains(err.Error(), to+" cannot be written") || strings.Contains(err.Error(), ".part") {
		t.Errorf("%v", err)
	}
	if !slices.Equal(b.files(), []string{"lecture.mp4", "lecture.vtt"}) {
		t.Errorf("left %v", b.files())
	}
}
