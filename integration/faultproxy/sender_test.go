package faultproxy

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/video"
)

// This program is the function of the tests below, too: it asks for an address
// and prints what it was answered.
func TestMain(m *testing.M) {
	if address := os.Getenv("FUNCTION_GETS"); address != "" {
		response, err := http.Get(address)
		if err != nil {
			os.Stdout.WriteString(err.Error())
			os.Exit(3)
		}
		io.Copy(os.Stdout, response.Body)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// function runs this program as a function's, from a file of that name.
func function(t *testing.T, program, gets string) (output string, err error) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(program), 0o755); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(program, b, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program)
	cmd.Env = []string{"FUNCTION_GETS=" + gets, "STAGE=test", "AWS_LAMBDA_FUNCTION_NAME=cuepipe-test-captioner"}
	out, err := cmd.Output()
	return string(out), err
}

func TestTheSenderIsKilled(t *testing.T) {
	for _, c := range []struct {
		fault Fault
		asked int32
	}{{KillBefore, 0}, {KillAfter, 1}} {
		t.Run(string(c.fault), func(t *testing.T) {
			var asked atomic.Int32
			service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				asked.Add(1)
				io.WriteString(w, "answered")
			}))
			defer service.Close()
			target, _ := url.Parse(service.URL)
			folder := t.TempDir()
			client := Client{URL: serving(t, NewServer(&Proxy{Target: target, Functions: filepath.Join(folder, "stage"), Log: slog.New(slog.DiscardHandler)}))}
			id := video.NewID()
			if err := client.Set(t.Context(), Rule{Name: "point", Videos: []string{id}, Functions: []string{"captioner"}, Operation: "GetObject", Fault: c.fault, Nth: 1}); err != nil {
				t.Fatal(err)
			}
			gets := client.URL + "/bucket/videos/" + id + "/1/en.vtt"
			// Others name the same video, and stay alive.
			for _, other := range []string{"stage/code/another-program", "another-stage/code/bootstrap"} {
				if out, err := function(t, filepath.Join(folder, other), gets); out != "answered" || err != nil {
					t.Errorf("%s: %q, %v", other, out, err)
				}
			}
			asked.Store(0)
			program := filepath.Join(folder, "stage", "code", "bootstrap")
			out, err := function(t, program, gets)
			var exit *exec.ExitError
			if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL || out != "" {
				t.Errorf("it ended with %v and said %q, want it killed", err, out)
			}
			if asked.Load() != c.asked {
				t.Errorf("the service was asked %d times, want %d", asked.Load(), c.asked)
			}
			calls, err := client.Calls(t.Context(), id)
			for began := time.Now(); err == nil && len(calls) == 0 && time.Since(began) < time.Minute; { // it is noted right after
				calls, err = client.Calls(t.Context(), id)
			}
			if err != nil || len(calls) != 1 || !calls[0].Killed || calls[0].PID != exit.Pid() || calls[0].Function != "captioner" || calls[0].Rule != "point" {
				t.Errorf("noted: %+v, %v", calls, err)
			}
			// It has happened: the next one lives.
			if out, err := function(t, program, gets); out != "answered" || err != nil {
				t.Errorf("the second time: %q, %v", out, err)
			}
		})
	}
}

// A caller that died before its answer has had its effect, as without a proxy.
func TestTheEffectOutlivesItsSender(t *testing.T) {
	begun, finished := make(chan bool), make(chan error, 1)
	service := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(begun)
		select {
		case <-r.Context().Done():
			finished <- errors.New("it was taken back")
		case <-time.After(200 * time.Millisecond):
			finished <- nil
		}
	}))
	defer service.Close()
	target, _ := url.Parse(service.URL)
	address := serving(t, NewServer(&Proxy{Target: target, Log: slog.New(slog.DiscardHandler)}))
	impatient := &http.Client{Timeout: 50 * time.Millisecond}
	if _, err := impatient.Post(address, "text/plain", strings.NewReader("work")); err == nil {
		t.Error("it was answered")
	}
	<-begun
	if err := <-finished; err != nil {
		t.Error(err)
	}
}
