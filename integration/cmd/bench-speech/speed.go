package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	"github.com/cuepipe/cuepipe/integration/machine"
	"github.com/cuepipe/cuepipe/integration/recogniser/recording"
	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/speech/moonshine"
)

// took is what a part of the recording took in a process of its own.
type took struct {
	Load  float64 `json:"load_s"`
	Hear  float64 `json:"hear_s"`
	Words int     `json:"words"`
	Peak  float64 `json:"peak_mb"`
}

// hearPart is the process of one worker. It says when it is ready, and begins
// when it is told to.
func hearPart(film time.Duration, part string) error {
	var n, of int
	if _, err := fmt.Sscanf(part, "%d/%d", &n, &of); err != nil || n < 1 || n > of {
		return fmt.Errorf("-part %s: say n/of", part)
	}
	folder, err := recording.Cache("recogniser")
	if err != nil {
		return err
	}
	var t took
	began := time.Now()
	engine, err := moonshine.Load(folder)
	if err != nil {
		return err
	}
	defer engine.Close()
	t.Load = time.Since(began).Seconds()
	pcm, err := recording.Joined(speech.Samples(film))
	if err != nil {
		return err
	}
	pcm = pcm[len(pcm)*(n-1)/of : len(pcm)*n/of]
	fmt.Println("ready")
	if _, err := bufio.NewReader(os.Stdin).ReadString('\n'); err != nil {
		return fmt.Errorf("wait to be told to begin: %w", err)
	}
	began = time.Now()
	heard, err := speech.Checked{Engine: engine}.Recognise(context.Background(), pcm, nil)
	if err != nil {
		return err
	}
	t.Hear, t.Words = time.Since(began).Seconds(), len(heard.Words)
	if _, t.Peak, err = machine.Resident(); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(t)
}

// A worker is such a process.
type worker struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

func startWorker(ctx context.Context, film time.Duration, n, of int) (*worker, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	w := &worker{cmd: exec.CommandContext(ctx, program, "-film", film.String(), "-part", fmt.Sprintf("%d/%d", n, of))}
	w.cmd.Stderr = os.Stderr
	if w.in, err = w.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := w.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	w.out = bufio.NewReader(out)
	if err := w.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start a worker: %w", err)
	}
	if line, err := w.out.ReadString('\n'); err != nil || line != "ready\n" {
		return nil, fmt.Errorf("a worker says %q: %w", line, err)
	}
	return w, nil
}

// together has so many workers hear the film, and returns the seconds until the
// last one was done.
func together(ctx context.Context, film time.Duration, workers int) (seconds float64, each []took, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // kills who is left after an error
	var all []*worker
	for n := range workers {
		w, err := startWorker(ctx, film, n+1, workers)
		if err != nil {
			return 0, nil, err
		}
		all = append(all, w)
	}
	began := time.Now()
	for _, w := range all {
		if _, err := io.WriteString(w.in, "go\n"); err != nil {
			return 0, nil, fmt.Errorf("tell a worker to begin: %w", err)
		}
	}
	for _, w := range all {
		var t took
		if err := json.NewDecoder(w.out).Decode(&t); err != nil {
			return 0, nil, fmt.Errorf("hear from a worker: %w", err)
		}
		each = append(each, t)
	}
	seconds = time.Since(began).Seconds()
	for _, w := range all {
		if err := w.cmd.Wait(); err != nil {
			return 0, nil, fmt.Errorf("a worker: %w", err)
		}
	}
	return seconds, each, nil
}

func speed(ctx context.Context, film time.Duration, times int, r *result) error {
	var one, two, load, peaks, alone, both []float64
	for range times {
		a, b := machine.Probe()
		alone, both = append(alone, a.Seconds()), append(both, b.Seconds())
		seconds, each, err := together(ctx, film, 1)
		if err != nil {
			return err
		}
		one = append(one, seconds/film.Seconds())
		load, peaks = append(load, each[0].Load), append(peaks, each[0].Peak)
		if seconds, each, err = together(ctx, film, 2); err != nil {
			return err
		}
		two = append(two, seconds/film.Seconds())
		for _, t := range each {
			load, peaks = append(load, t.Load), append(peaks, t.Peak)
		}
	}
	fmt.Printf("\n%v of the recordings, %d times\n", film, times)
	for _, row := range []struct {
		name    string
		figures []float64
		to      *float64
	}{
		{"the machine's own work, alone, s", alone, nil},
		{"the machine's own work, both processors, s", both, nil},
		{"real-time factor, one worker", one, &r.RealTime1},
		{"real-time factor, two workers", two, &r.RealTime2},
		{"loading, s", load, &r.Load},
		{"peak memory of a worker, MB", peaks, &r.Peak},
	} {
		median, text := spread(row.figures)
		fmt.Printf("  %-44s %s\n", row.name, text)
		if row.to != nil {
			*row.to = median
		}
	}
	return nil
}
