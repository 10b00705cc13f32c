package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/cuepipe/cuepipe/integration/machine"
	"github.com/cuepipe/cuepipe/integration/stack"
)

// A function is the one that is deployed, asked by HTTP.
type function struct {
	stack  *stack.Stack
	token  string
	single string // the path of the one video's search
}

func newFunction(s *stack.Stack, p *place) (*function, error) {
	token, err := s.Token(p.user)
	return &function{s, token, "/v1/videos/" + p.ids[len(p.ids)/2] + "/search"}, err
}

func (f *function) ask(ctx context.Context, words string, alone bool) (answer, error) {
	path := "/v1/search"
	if alone {
		path = f.single
	}
	began := time.Now()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, f.stack.API+path+"?q="+url.QueryEscape(words), nil)
	if err != nil {
		return answer{}, err
	}
	r.Header.Set("Authorization", "Bearer "+f.token)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		return answer{}, err
	}
	var found struct {
		Hits                []struct{}
		Videos, NotSearched int
	}
	if err := json.Unmarshal(b, &found); err != nil || res.StatusCode != http.StatusOK {
		return answer{}, fmt.Errorf("search: %d %s, %w", res.StatusCode, b, err)
	}
	calls, own, err := f.logged(began)
	return answer{len(found.Hits), found.Videos, found.NotSearched, calls, time.Since(began) - own}, err
}

// logged is what the function says of its last request since a time: its calls
// of AWS, and how much of its time was its own.
func (f *function) logged(since time.Time) (calls int, own time.Duration, err error) {
	text, err := os.ReadFile(filepath.Join(f.stack.RunDir, "logs", "cuepipe-"+f.stack.Stage+"-search.log"))
	if err != nil {
		return 0, 0, err
	}
	found := false
	for text := range bytes.Lines(text) {
		var l struct {
			Time  time.Time `json:"time"`
			Msg   string    `json:"msg"`
			Calls int       `json:"calls"`
			Own   int64     `json:"own_us"`
		}
		if json.Unmarshal(text, &l) == nil && l.Msg == "request" && !l.Time.Before(since) {
			calls, own, found = l.Calls, time.Duration(l.Own)*time.Microsecond, true
		}
	}
	if !found {
		return 0, 0, fmt.Errorf("the function search logged no request since %v", since)
	}
	return calls, own, nil
}

// cpu is that of all its processes.
func (f *function) cpu() (used time.Duration, err error) {
	err = f.each(func(p machine.Process) error {
		own, err := p.CPU()
		used += own
		return err
	})
	return used, err
}

// memory is that of the largest.
func (f *function) memory() (peak, held float64, err error) {
	err = f.each(func(p machine.Process) error {
		own, err := p.Memory()
		held = max(held, float64(own)/(1<<20))
		return err
	})
	return 0, held, err
}

func (f *function) each(do func(machine.Process) error) error {
	all, err := machine.Processes(f.stack)
	for _, p := range all {
		if err == nil && p.Name == "search" {
			err = do(p)
		}
	}
	return err
}
