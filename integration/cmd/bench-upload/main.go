// Command bench-upload uploads a large film by the command line to the deployed
// stage, through proxies that cut connections in the middle of parts, and with
// one interruption. It prints a JSON line with the program's peak memory, how
// often each part was sent, and what passed through the API; and fails where
// that is not as it should be.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/cuepipe/cuepipe/integration/stack"
)

func main() {
	program := flag.String("program", "", "the command line, bin/cuepipe")
	size := flag.Int64("size", 2<<30, "of the film, in bytes")
	cuts := flag.Int("cuts", 6, "how many parts are cut off in the middle, once each")
	limit := flag.Duration("limit", 30*time.Minute, "when to end")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, *limit)
	defer cancel()
	if err := run(ctx, *program, *size, *cuts); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// maxMemory is what the program may hold, in bytes, whatever the file's size.
const maxMemory = 200_000_000

// maxThroughAPI is more than all requests to the API have in their bodies, and
// less than a thousandth of one part.
const maxThroughAPI = 16 << 10

// A report is what is printed.
type report struct {
	Size           int64   `json:"sizeBytes"`
	Parts          int     `json:"parts"`
	SentWhole      int     `json:"partsSentWhole"`
	SentTwice      []int   `json:"partsSentTwice"` // wholly
	CutByProxy     int     `json:"cutByProxy"`
	CutByInterrupt int     `json:"cutByInterrupt"`
	BytesSent      int64   `json:"bytesSent"`
	APICalls       int64   `json:"apiCalls"`
	APIBytes       int64   `json:"apiRequestBytes"`
	PeakMemory     int64   `json:"peakMemoryBytes"` // of the larger of both runs
	Seconds        float64 `json:"seconds"`
	Captioned      bool    `json:"captioned"`
}

func run(ctx context.Context, program string, size int64, cuts int) error {
	s, err := stack.Load()
	if err != nil {
		return err
	}
	token, err := s.Token("bench-upload")
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "bench-upload")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	film, err := large(ctx, dir, size)
	if err != nil {
		return err
	}
	w, err := watched(ctx, s.API, cuts)
	if err != nil {
		return err
	}
	defer w.close()
	began := time.Now()
	first, code, err := w.caption(ctx, program, film, token, true)
	if err != nil {
		return err
	}
	if code != 130 {
		return fmt.Errorf("the first run ended with %d, and not as one that is interrupted", code)
	}
	second, code, err := w.caption(ctx, program, film, token, false)
	if err != nil {
		return err
	}
	if code != 0 {
		return fmt.Errorf("the second run ended with %d", code)
	}
	r := w.report()
	r.Size, r.PeakMemory, r.Seconds = size, max(first, second), time.Since(began).Seconds()
	_, err = os.Stat(film[:len(film)-len(filepath.Ext(film))] + ".vtt")
	r.Captioned = err == nil
	if err := json.NewEncoder(os.Stdout).Encode(r); err != nil {
		return err
	}
	if len(r.SentTwice) > 0 || r.SentWhole != r.Parts || r.CutByProxy != cuts || r.PeakMemory >= maxMemory || r.APIBytes >= maxThroughAPI || !r.Captioned {
		return errors.New("a part was sent twice or not at all, not all cuts were made, the memory or what went through the API is too much, or there are no captions; the line above says which")
	}
	return nil
}

// caption runs the program, and returns its peak memory in bytes and its code.
func (w *watch) caption(ctx context.Context, program, film, token string, interrupt bool) (peak int64, code int, err error) {
	cmd := exec.CommandContext(ctx, program, "caption", film)
	cmd.Env = append(os.Environ(), "CUEPIPE_API="+w.api, "CUEPIPE_TOKEN="+token)
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	if err := cmd.Start(); err != nil {
		return 0, 0, err
	}
	if interrupt {
		w.interrupt(func() error { return cmd.Process.Signal(os.Interrupt) })
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case err := <-ended:
			var e *exec.ExitError
			if err != nil && !errors.As(err, &e) {
				return peak, 0, err
			}
			return peak, cmd.ProcessState.ExitCode(), ctx.Err()
		case <-time.After(100 * time.Millisecond):
			// The kernel keeps the peak itself, so that none falls between.
			if now, err := memory(cmd.Process.Pid); err == nil {
				peak = max(peak, now)
			}
		}
	}
}
