package faultproxy

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// Below the control's path no bucket can be: their names begin with a letter
// or a digit.
const controlPath = "/_faults/"

func (p *Proxy) control() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+controlPath+"health", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "ok\n") })
	mux.HandleFunc("POST "+controlPath+"rules", func(w http.ResponseWriter, r *http.Request) {
		var rule Rule
		decoder := json.NewDecoder(r.Body)
		decoder.DisallowUnknownFields()
		err := decoder.Decode(&rule)
		if err == nil {
			err = rule.Check()
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		p.rules.put(rule)
	})
	mux.HandleFunc("DELETE "+controlPath+"rules/{name}", func(_ http.ResponseWriter, r *http.Request) { p.rules.drop(r.PathValue("name")) })
	mux.HandleFunc("GET "+controlPath+"calls/{video}", func(w http.ResponseWriter, r *http.Request) {
		json.NewEncoder(w).Encode(p.calls.named(r.PathValue("video")))
	})
	return mux
}

// A Client tells a running proxy what to do, and asks what it did.
type Client struct {
	URL string // of the proxy
}

// Set has a rule hold from now on, in place of one of its name.
func (c Client) Set(ctx context.Context, r Rule) error {
	body, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("set rule %s: %w", r.Name, err)
	}
	return c.do(ctx, "POST", "rules", body, nil)
}

// Drop ends a rule; one that is not there is no error.
func (c Client) Drop(ctx context.Context, rule string) error {
	return c.do(ctx, "DELETE", "rules/"+url.PathEscape(rule), nil, nil)
}

// Calls returns the calls that functions made for a video since the first rule
// for it was set, in the order in which they were answered.
func (c Client) Calls(ctx context.Context, video string) (calls []Call, err error) {
	err = c.do(ctx, "GET", "calls/"+url.PathEscape(video), nil, &calls)
	return calls, err
}

func (c Client) do(ctx context.Context, method, path string, body []byte, into any) error {
	r, err := http.NewRequestWithContext(ctx, method, c.URL+controlPath+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return fmt.Errorf("the fault proxy: %w", err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return fmt.Errorf("the fault proxy: %w", err)
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("the fault proxy: %s: %s", response.Status, answer)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(answer, into)
}
