// Command bench-pipeline measures what the deployed pipeline adds to
// recognition, and the memory of its transcribers: it uploads one film several
// times, one after the other, and prints a JSON line for each and one for all.
// With -long another film comes first, for the peak of the memory.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/cuepipe/cuepipe/integration/stack"
	"github.com/cuepipe/cuepipe/internal/client"
)

// A result is one film's way through the pipeline, in seconds from the moment
// in which S3 had accepted the last byte.
type result struct {
	Captioning float64 `json:"captioning_s"`  // until the item said so
	Ready      float64 `json:"ready_s"`       // until the captions were there
	Recognise  float64 `json:"recognition_s"` // the engine's own time
	Overhead   float64 `json:"overhead_s"`    // ready without recognition
	// Of the transcriber's process and its ffmpeg: memory that cannot be given
	// back, at its highest during this film.
	Memory  float64 `json:"memory_mb"`
	Process int     `json:"process"`
}

func main() {
	film := flag.String("film", "", "the film to upload")
	long := flag.String("long", "", "a film to upload once before, for the peak of the memory")
	times := flag.Int("times", 20, "how often, after one to warm up")
	flag.Parse()
	if err := run(*film, *long, *times); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(film, long string, times int) error {
	s, err := stack.Load()
	if err != nil {
		return err
	}
	token, err := s.Token("bench")
	if err != nil {
		return err
	}
	c := &client.Client{API: s.API, Token: token}
	out := json.NewEncoder(os.Stdout)
	if _, err := measure(c, s, film); err != nil { // processes start and models are loaded once
		return err
	}
	var peak result
	if long != "" {
		if peak, err = measure(c, s, long); err != nil {
			return err
		}
		if err := out.Encode(peak); err != nil {
			return err
		}
	}
	var all []result
	for range times {
		r, err := measure(c, s, film)
		if err != nil {
			return err
		}
		all = append(all, r)
		if err := out.Encode(r); err != nil {
			return err
		}
	}
	return out.Encode(map[string]any{
		"runs":                 len(all),
		"captioning_median_s":  median(all, func(r result) float64 { return r.Captioning }),
		"captioning_max_s":     most(all, func(r result) float64 { return r.Captioning }),
		"ready_median_s":       median(all, func(r result) float64 { return r.Ready }),
		"recognition_median_s": median(all, func(r result) float64 { return r.Recognise }),
		"overhead_median_s":    median(all, func(r result) float64 { return r.Overhead }),
		"overhead_max_s":       most(all, func(r result) float64 { return r.Overhead }),
		"peak_mb":              max(peak.Memory, most(all, func(r result) float64 { return r.Memory })),
		"growth_mb":            growth(all),
	})
}

func median(rs []result, of func(result) float64) float64 {
	xs := figures(rs, of)
	slices.Sort(xs)
	return xs[len(xs)/2]
}

func most(rs []result, of func(result) float64) float64 { return slices.Max(figures(rs, of)) }

func figures(rs []result, of func(result) float64) (xs []float64) {
	for _, r := range rs {
		xs = append(xs, of(r))
	}
	return xs
}

// growth is how much more memory the latter half of a process's films took at
// most than the former half, for the process that had the most of them.
func growth(rs []result) float64 {
	of := map[int][]float64{}
	var busiest []float64
	for _, r := range rs {
		of[r.Process] = append(of[r.Process], r.Memory)
		if xs := of[r.Process]; len(xs) > len(busiest) {
			busiest = xs
		}
	}
	half := len(busiest) / 2
	return slices.Max(busiest[half:]) - slices.Max(busiest[:max(half, 1)])
}

// askEvery is how exactly the times are known.
const askEvery = 20 * time.Millisecond

func measure(c *client.Client, s *stack.Stack, film string) (result, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	var r result
	v, err := upload(ctx, c, film)
	if err != nil {
		return r, err
	}
	uploaded := time.Now()
	for ; ; time.Sleep(askEvery) {
		got, err := c.Get(ctx, v.ID)
		if err != nil {
			return r, err
		}
		since := time.Since(uploaded).Seconds()
		if r.Captioning == 0 && got.Status != "pending" && got.Status != "queued" {
			r.Captioning = since
		}
		if got.Status == "ready" {
			r.Ready = since
			break
		}
		if got.Failure != nil {
			return r, fmt.Errorf("the film ended without captions: %s", got.Failure.Message)
		}
	}
	err = r.read(ctx, filepath.Join(s.RunDir, "logs", s.Output("TranscriberFunction")+".log"), v.ID)
	r.Overhead = r.Ready - r.Recognise
	return r, err
}

func upload(ctx context.Context, c *client.Client, film string) (client.Video, error) {
	f, err := os.Open(film)
	if err != nil {
		return client.Video{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return client.Video{}, err
	}
	v, ticket, err := c.Create(ctx, client.File{Filename: filepath.Base(film), Size: info.Size(), ContentType: "video/mp4"})
	if err != nil {
		return v, err
	}
	return v, c.Upload(ctx, ticket, f, info.Size(), nil)
}

// read takes from the transcriber's log how long the engine took for a film,
// and what memory its process had. The report comes a moment after the film is
// ready.
func (r *result) read(ctx context.Context, log, id string) error {
	for ; ctx.Err() == nil; time.Sleep(askEvery) {
		f, err := os.Open(log)
		if err != nil {
			return err
		}
		found := r.find(f, id)
		f.Close()
		if found {
			return nil
		}
	}
	return fmt.Errorf("%s says nothing of %s: %w", log, id, ctx.Err())
}

// find reads a log in which one film comes after the other.
func (r *result) find(log io.Reader, id string) bool {
	lines := bufio.NewScanner(log)
	lines.Buffer(nil, 1<<20)
	process, recognised := 0, false
	for lines.Scan() {
		var entry struct {
			Message     string  `json:"msg"`
			Video       string  `json:"video"`
			RecogniseMS float64 `json:"recognise_ms"`
			Type        string  `json:"type"`
			Record      struct {
				PID     int `json:"pid"`
				Metrics struct {
					MaxMemoryUsedMB float64 `json:"maxMemoryUsedMB"`
				} `json:"metrics"`
			} `json:"record"`
		}
		if json.Unmarshal(lines.Bytes(), &entry) != nil {
			continue
		}
		switch {
		case entry.Type == "platform.start":
			process = entry.Record.PID
		case entry.Message == "segment recognised" && entry.Video == id:
			recognised, r.Recognise, r.Process = true, entry.RecogniseMS/1000, process
		case entry.Type == "platform.report" && recognised:
			r.Memory = entry.Record.Metrics.MaxMemoryUsedMB
			return true
		}
	}
	return false
}
