package main

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"
)

// A request is one that is made again and again.
type request struct {
	name, path string
	status     int // wanted
}

// A target answers requests.
type target struct {
	name     string
	base     string // before /v1
	token    string
	requests []request
	through  http.RoundTripper
	// routes says what the handlers said of themselves since a time; nil where
	// they are not asked.
	routes func(since time.Time) ([]map[string]any, error)
}

// An answer is what came of one request.
type answer struct {
	took time.Duration
	err  error
}

func (t target) do(client *http.Client, r request) answer {
	req, err := http.NewRequest(http.MethodGet, t.base+r.path, nil)
	if err != nil {
		return answer{err: err}
	}
	req.Header.Set("Authorization", "Bearer "+t.token)
	began := time.Now()
	res, err := client.Do(req)
	if err != nil {
		return answer{time.Since(began), fmt.Errorf("%s: %w", r.name, err)}
	}
	_, err = io.Copy(io.Discard, res.Body)
	_ = res.Body.Close()
	took := time.Since(began)
	switch {
	case err != nil:
		return answer{took, fmt.Errorf("%s: %w", r.name, err)}
	case res.StatusCode != r.status:
		return answer{took, fmt.Errorf("%s: %d, want %d", r.name, res.StatusCode, r.status)}
	}
	return answer{took: took}
}

// warm has every function process started that so many requests at once want.
func (t target) warm(atOnce int) error {
	for _, a := range t.load(atOnce, 3*time.Second) {
		if a.err != nil {
			return a.err
		}
	}
	return nil
}

// load makes so many requests at once, all kinds in turn, until the time is over.
func (t target) load(atOnce int, lasts time.Duration) []answer {
	client := &http.Client{Transport: t.through, Timeout: 30 * time.Second}
	end := time.Now().Add(lasts)
	var mu sync.Mutex
	var all []answer
	var workers sync.WaitGroup
	for n := range atOnce {
		workers.Go(func() {
			var own []answer
			for i := n; time.Now().Before(end); i++ {
				own = append(own, t.do(client, t.requests[i%len(t.requests)]))
			}
			mu.Lock()
			defer mu.Unlock()
			all = append(all, own...)
		})
	}
	workers.Wait()
	return all
}

func summary(name string, atOnce int, lasted time.Duration, answers []answer) map[string]any {
	var took []time.Duration
	errors := map[string]int{}
	failed := 0
	for _, a := range answers {
		took = append(took, a.took)
		if a.err != nil {
			failed++
			errors[a.err.Error()]++
		}
	}
	line := map[string]any{"target": name, "at_once": atOnce, "requests": len(answers), "errors": failed,
		"per_s": float64(len(answers)) / lasted.Seconds(), "p50_ms": milliseconds(percentile(took, 50)), "p99_ms": milliseconds(percentile(took, 99))}
	if failed > 0 {
		line["what"] = errors
	}
	return line
}

func percentile(ds []time.Duration, p int) time.Duration {
	if len(ds) == 0 {
		return 0
	}
	slices.Sort(ds)
	return ds[(len(ds)-1)*p/100]
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
