// Command bench-pipeline measures what the deployed pipeline adds to
// recognition, and the memory of its transcribers: it uploads one film several
// times, one after the other, and prints a JSON line for each and one for all.
// With -long another film comes first, for the peak of the memory.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/cuepipe/cuepipe/integration/functionlog"
	"github.com/cuepipe/cuepipe/integration/stack"
	"github.com/cuepipe/cuepipe/internal/client"
)

// A result is one film's way through the pipeline, in seconds from the moment
// in which S3 had accepted the last byte.
type result struct {
	Captioning float64 `json:"captioning_s"`  // until the item said so
	Ready      float64 `json:"ready_s"`       // until the captions were there
	Recognise  float64 `json:"recognition_s"` // the engine's own time, all segments together
	Overhead   float64 `json:"overhead_s"`    // ready without recognition; of one segment
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
	log, err := functionlog.Follow(s)
	if err != nil {
		return r, err
	}
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
	err = r.read(ctx, log, v.ID)
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

// read takes from the logs how long the engine took for a film, all segments
// together, and the most memory that a process had. The reports come a moment
// after the film is ready.
func (r *result) read(ctx context.Context, log *functionlog.Log, id string) error {
	running := map[string]int{} // processes by invocation
	recognised := false
	for ; ctx.Err() == nil; time.Sleep(askEvery) {
		lines, _, err := log.Next()
		if err != nil {
			return err
		}
		for _, l := range lines { // one film comes after the other
			switch {
			case l.Function != "transcriber":
			case l.Type == functionlog.Started:
				running[l.Record.RequestID] = l.Record.PID
			case l.Message == "segment recognised" && l.Video == id:
				recognised = true
				r.Recognise += l.RecogniseMS / 1000
			case l.Type == functionlog.Reported:
				if m := float64(l.Record.Metrics.MemoryMB); m > r.Memory {
					r.Memory, r.Process = m, running[l.Record.RequestID]
				}
				delete(running, l.Record.RequestID)
			}
		}
		if recognised && len(running) == 0 {
			return nil
		}
	}
	return fmt.Errorf("the transcriber's log says nothing of %s: %w", id, ctx.Err())
}
