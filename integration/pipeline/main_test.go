// Package pipeline tests the deployed stack from outside, as its clients see
// it: real functions, queues, buckets and table, and the real recogniser. It
// looks behind the API only for what a client cannot see.
package pipeline

import (
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/cuepipe/cuepipe/integration/recogniser/recording"
	"github.com/cuepipe/cuepipe/integration/stack"
	"github.com/cuepipe/cuepipe/integration/transcribe"
	"github.com/cuepipe/cuepipe/internal/transcribe/transcribetest"
)

var (
	deployed *stack.Stack
	root     string // of the repository
	// service stands in for Amazon Transcribe as long as there are tests: whatever
	// video a sweep comes upon, of these or of other tests, it may ask for.
	service *transcribetest.Server
)

func TestMain(m *testing.M) {
	if err := prepare(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	var failed atomic.Pointer[error]
	server, stop, err := transcribe.Serve(deployed, func(err error) { failed.Store(&err) })
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	service = server
	stopWebhook, err := serveWebhook()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	stopWebhook()
	stop()
	if err := failed.Load(); err != nil {
		fmt.Fprintln(os.Stderr, "the service:", *err)
		code = 1
	}
	if err := cleanLogs(); code == 0 && err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func prepare() (err error) {
	if deployed, err = stack.Load(); err != nil {
		return err
	}
	if root, err = recording.Repository(); err != nil {
		return err
	}
	if _, err := recording.Path("refs.tsv"); err != nil {
		return err
	}
	if _, err := exec.LookPath("ffmpeg"); err != nil {
		return fmt.Errorf("ffmpeg is missing, which makes the test videos: run tools/fetch/test-packages.sh")
	}
	return nil
}

// cleanLogs looks through everything that the functions wrote during the tests
// for what must never be there.
func cleanLogs() error {
	secrets := map[string]string{
		"eyJ":                   "a token",
		"Bearer ":               "a token",
		"X-Amz-Signature":       "a signed URL",
		"ellow Americans":       "a caption's text",
		"Vernunft":              "what a service heard",
		poison:                  "a message's body",
		sought:                  "what somebody searches",
		url.QueryEscape(sought): "what somebody searches",
		corrected:               "what somebody wrote",
	}
	for _, function := range []string{"upload", "videos", "search", "captioner", "transcriber", "deadletter", "sweeper", "notifier"} {
		file := filepath.Join(deployed.RunDir, "logs", functionName(function)+".log")
		b, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		for secret, what := range secrets {
			if strings.Contains(string(b), secret) {
				return fmt.Errorf("%s has %s: it contains %q", file, what, secret)
			}
		}
	}
	return nil
}
