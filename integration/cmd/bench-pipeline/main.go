// Command bench-pipeline measures what the deployed pipeline adds to
// recognition: it uploads one film several times, one after the other, and
// prints a JSON line for each and one for all.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
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
}

func main() {
	film := flag.String("film", "", "the film to upload")
	times := flag.Int("times", 7, "how often, after one to warm up")
	flag.Parse()
	if err := run(*film, *times); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(film string, times int) error {
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
	var all []result
	for i := range times + 1 {
		r, err := measure(c, s, film)
		if err != nil {
			return err
		}
		if i == 0 {
			continue // processes start and models are loaded once
		}
		all = append(all, r)
		if err := out.Encode(r); err != nil {
			return err
		}
	}
	median := func(of func(result) float64) float64 {
		var xs []float64
		for _, r := range all {
			xs = append(xs, of(r))
		}
		slices.Sort(xs)
		return xs[len(xs)/2]
	}
	return out.Encode(map[string]any{
		"runs":                 len(all),
		"captioning_median_s":  median(func(r result) float64 { return r.Captioning }),
		"captioning_max_s":     slices.MaxFunc(all, func(a, b result) int { return int((a.Captioning - b.Captioning) * 1e6) }).Captioning,
		"ready_median_s":       median(func(r result) float64 { return r.Ready }),
		"recognition_median_s": median(func(r result) float64 { return r.Recognise }),
		"overhead_median_s":    median(func(r result) float64 { return r.Overhead }),
		"overhead_max_s":       slices.MaxFunc(all, func(a, b result) int { return int((a.Overhead - b.Overhead) * 1e6) }).Overhead,
	})
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
	r.Recognise, err = recognition(filepath.Join(s.RunDir, "logs", "transcriber.log"), v.ID)
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

// recognition reads how long the engine took from the transcriber's log.
func recognition(log, id string) (float64, error) {
	f, err := os.Open(log)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var entry struct {
			Message     string  `json:"msg"`
			Video       string  `json:"video"`
			RecogniseMS float64 `json:"recognise_ms"`
		}
		if json.Unmarshal(lines.Bytes(), &entry) == nil && entry.Message == "segment recognised" && entry.Video == id {
			return entry.RecogniseMS / 1000, nil
		}
	}
	return 0, fmt.Errorf("%s does not say how long recognition of %s took: %w", log, id, lines.Err())
}
