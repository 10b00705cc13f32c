package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/cuepipe/cuepipe/integration/stack"
	"github.com/cuepipe/cuepipe/internal/client"
)

const stageVideos = 30

// onStage are the deployed handlers, with a video that has captions and others
// that wait for their files.
func onStage(s *stack.Stack, film string) (target, error) {
	token, err := s.Token(fmt.Sprintf("bench-%d", time.Now().Unix()))
	if err != nil {
		return target{}, err
	}
	c := &client.Client{API: s.API, Token: token}
	ready, err := caption(c, film)
	if err != nil {
		return target{}, err
	}
	for n := range stageVideos - 1 {
		if _, _, err := c.Create(context.Background(), client.File{Filename: fmt.Sprintf("film %d.mp4", n), Size: 1 << 20, ContentType: "video/mp4"}); err != nil {
			return target{}, err
		}
	}
	through := http.DefaultTransport.(*http.Transport).Clone()
	through.MaxIdleConnsPerHost = 1000
	return target{name: "deployed, " + s.Stage, base: s.API, token: token, requests: reads(ready), through: through,
		routes: func(since time.Time) ([]map[string]any, error) { return routes(s, since) }}, nil
}

func caption(c *client.Client, film string) (id string, err error) {
	file, err := os.Open(film)
	if err != nil {
		return "", err
	}
	defer file.Close()
	stat, err := file.Stat()
	if err != nil {
		return "", err
	}
	v, ticket, err := c.Create(context.Background(), client.File{Filename: filepath.Base(film), Size: stat.Size(), ContentType: "video/mp4"})
	if err != nil {
		return "", err
	}
	if err := c.Upload(context.Background(), ticket, file, stat.Size(), nil); err != nil {
		return "", err
	}
	for v.InWork() {
		time.Sleep(200 * time.Millisecond)
		if v, err = c.Get(context.Background(), v.ID); err != nil {
			return "", err
		}
	}
	if v.Status != client.Ready {
		return "", fmt.Errorf("%s became %s", film, v.Status)
	}
	return v.ID, nil
}

// routes says for each route, from what the functions logged since a time, how
// many calls of AWS a request made, and how much of its time was its own.
func routes(s *stack.Stack, since time.Time) (lines []map[string]any, err error) {
	type figures struct {
		calls []int
		own   []time.Duration
	}
	of := map[string]*figures{}
	logs, err := filepath.Glob(filepath.Join(s.RunDir, "logs", "cuepipe-"+s.Stage+"-*.log"))
	if err != nil {
		return nil, err
	}
	for _, name := range logs {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		for text := range bytes.Lines(text) {
			var l struct {
				Time   time.Time `json:"time"`
				Msg    string    `json:"msg"`
				Route  string    `json:"route"`
				Status any       `json:"status"` // of HTTP, or of a video
				Calls  int       `json:"calls"`
				Own    int64     `json:"own_us"`
			}
			if json.Unmarshal(text, &l) != nil || l.Msg != "request" || l.Time.Before(since) {
				continue // what a program prints beside its log is not ours to judge here
			}
			route := fmt.Sprint(l.Route, " ", l.Status)
			if of[route] == nil {
				of[route] = &figures{}
			}
			of[route].calls = append(of[route].calls, l.Calls)
			of[route].own = append(of[route].own, time.Duration(l.Own)*time.Microsecond)
		}
	}
	for route, f := range of {
		lines = append(lines, map[string]any{"route": route, "requests": len(f.own), "calls_most": slices.Max(f.calls), "calls_mean": mean(f.calls),
			"own_p50_ms": milliseconds(percentile(f.own, 50)), "own_p99_ms": milliseconds(percentile(f.own, 99))})
	}
	slices.SortFunc(lines, func(a, b map[string]any) int {
		return bytes.Compare([]byte(a["route"].(string)), []byte(b["route"].(string)))
	})
	if len(lines) == 0 {
		return nil, fmt.Errorf("no function in %s logged a request", s.RunDir)
	}
	return lines, nil
}

func mean(ns []int) float64 {
	sum := 0
	for _, n := range ns {
		sum += n
	}
	return float64(sum) / float64(len(ns))
}
