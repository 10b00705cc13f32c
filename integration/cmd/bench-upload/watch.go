package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// A watch stands before the API and before the storage. It counts what passes,
// and cuts connections.
type watch struct {
	api     string // the address to call instead of the API's
	servers []*http.Server
	storage string // host and port of its own

	mu        sync.Mutex
	origin    *url.URL       // of the storage
	numbers   map[string]int // of parts, by the query that signs them
	parts     int            // of the upload
	toCut     int
	cutOnce   map[int]bool
	whole     map[int]int // how often each part arrived
	broken    int         // that neither arrived nor were cut here
	sent      int64
	calls     int64
	callBytes int64
	stop      func() error // interrupts the program, once
}

func watched(ctx context.Context, api string, cuts int) (*watch, error) {
	target, err := url.Parse(api)
	if err != nil {
		return nil, err
	}
	w := &watch{toCut: cuts, numbers: map[string]int{}, cutOnce: map[int]bool{}, whole: map[int]int{}}
	quiet := log.New(io.Discard, "", 0) // of connections that were cut
	forward := &httputil.ReverseProxy{ErrorLog: quiet, ModifyResponse: w.redirect, Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(&url.URL{Scheme: target.Scheme, Host: target.Host})
		r.Out.Host = target.Host
	}}
	host, err := w.serve(ctx, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		w.mu.Lock()
		w.calls++
		w.callBytes += int64(len(body))
		w.mu.Unlock()
		forward.ServeHTTP(rw, r)
	}))
	if err != nil {
		return nil, err
	}
	w.api = "http://" + host + target.Path
	store := &httputil.ReverseProxy{ErrorLog: quiet, Rewrite: func(r *httputil.ProxyRequest) {
		w.mu.Lock()
		defer w.mu.Unlock()
		r.SetURL(w.origin)
		r.Out.Host = w.origin.Host // it is signed
	}, ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) }}
	w.storage, err = w.serve(ctx, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { w.pass(store, rw, r) }))
	return w, err
}

func (w *watch) serve(ctx context.Context, h http.Handler) (host string, err error) {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	server := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
	w.servers = append(w.servers, server)
	go func() { _ = server.Serve(l) }() // ends with close
	return l.Addr().String(), nil
}

func (w *watch) close() {
	for _, s := range w.servers {
		_ = s.Close()
	}
}

// interrupt ends the program when a third of the parts has arrived.
func (w *watch) interrupt(stop func() error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stop = stop
}

// redirect has signed URLs lead here, and learns how many parts there are.
func (w *watch) redirect(res *http.Response) error {
	if res.StatusCode >= 300 || res.Request.Method != http.MethodPost {
		return nil
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	var said struct {
		Upload struct{ Parts int }
		Parts  []struct {
			Number int
			URL    string
		}
	}
	if err := json.Unmarshal(body, &said); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if said.Upload.Parts > 0 {
		w.parts = said.Upload.Parts
	}
	for _, p := range said.Parts {
		u, err := url.Parse(p.URL)
		if err != nil {
			return errors.New("a signed URL is none") // without it, which is a secret
		}
		w.origin = &url.URL{Scheme: u.Scheme, Host: u.Host}
		w.numbers[u.RawQuery] = p.Number
	}
	if len(said.Parts) > 0 {
		body = []byte(strings.ReplaceAll(string(body), w.origin.String()+"/", "http://"+w.storage+"/"))
	}
	res.Body = io.NopCloser(bytes.NewReader(body))
	res.ContentLength = int64(len(body))
	res.Header.Set("Content-Length", strconv.Itoa(len(body)))
	return nil
}

// pass lets a part through, or cuts its connection in the middle.
func (w *watch) pass(store http.Handler, rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	number, known := w.numbers[r.URL.RawQuery]
	w.mu.Unlock()
	if !known {
		http.Error(rw, "no part", http.StatusBadRequest)
		return
	}
	body := &counted{ReadCloser: r.Body, end: -1}
	w.mu.Lock()
	// Of all parts, spread over the film.
	if spread := max(1, w.parts/max(1, w.toCut)); number%spread == spread/2 && !w.cutOnce[number] && len(w.cutOnce) < w.toCut {
		w.cutOnce[number] = true
		body.end = r.ContentLength / 2
	}
	w.mu.Unlock()
	r.Body = body
	answer := &status{ResponseWriter: rw}
	arrived := false
	defer func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.sent += body.read.Load()
		switch {
		case arrived:
			w.whole[number]++
		case body.end < 0:
			w.broken++
		}
		if w.stop != nil && len(w.whole) > w.parts/3 {
			_ = w.stop() // one that has ended already fails the bench by its code
			w.stop = nil
		}
	}()
	store.ServeHTTP(answer, r)
	arrived = answer.code == http.StatusOK && body.read.Load() == r.ContentLength
}

func (w *watch) report() report {
	w.mu.Lock()
	defer w.mu.Unlock()
	r := report{Parts: w.parts, SentWhole: len(w.whole), SentTwice: []int{}, CutByProxy: len(w.cutOnce), CutByInterrupt: w.broken, BytesSent: w.sent,
		APICalls: w.calls, APIBytes: w.callBytes}
	for n, times := range w.whole {
		if times > 1 {
			r.SentTwice = append(r.SentTwice, n)
		}
	}
	slices.Sort(r.SentTwice)
	return r
}

// A counted body fails where its connection is cut.
type counted struct {
	io.ReadCloser
	read atomic.Int64
	end  int64 // where it is cut; below 0 it is not
}

var errCut = errors.New("cut")

func (c *counted) Read(b []byte) (int, error) {
	if c.end >= 0 && c.read.Load() >= c.end {
		return 0, errCut
	}
	n, err := c.ReadCloser.Read(b)
	c.read.Add(int64(n))
	return n, err
}

// status remembers an answer's.
type status struct {
	http.ResponseWriter
	code int
}

func (s *status) WriteHeader(code int) {
	s.code = code
	s.ResponseWriter.WriteHeader(code)
}
