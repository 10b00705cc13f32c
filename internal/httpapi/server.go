// Package httpapi is Cuepipe's HTTP API: routes, authentication and the form of
// requests and answers. Its handlers are plain net/http, served by API Gateway
// through Lambda, and by any server in tests.
package httpapi

import (
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/cuepipe/cuepipe/internal/awscalls"
	"github.com/cuepipe/cuepipe/internal/video"
)

// Options are what every handler needs.
type Options struct {
	Tokens Authenticator
	// PageOrigin may call the API from a browser, "https://captions.example",
	// beside the page that the API itself serves, which need not be allowed to.
	PageOrigin string
	Log        *slog.Logger
	Now        func() time.Time // nil is time.Now
}

func (o Options) now() time.Time {
	if o.Now != nil {
		return o.Now()
	}
	return time.Now()
}

// A route answers one method and path for a caller who is known.
type route func(w http.ResponseWriter, r *http.Request, owner string) error

// A server is a set of routes under /v1.
type server struct {
	mux  *http.ServeMux
	opts Options
}

func newServer(opts Options) *server { return &server{http.NewServeMux(), opts} }

func (s *server) handle(pattern string, h route) {
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		owner, err := s.opts.Tokens.Authenticate(r.Context(), bearer(r))
		switch {
		case errors.Is(err, ErrUnavailable):
			s.opts.Log.Error("tokens cannot be verified", "err", err)
			problem(w, http.StatusServiceUnavailable, "unavailable", "Tokens cannot be verified at this moment. Try again shortly.")
		case err != nil:
			s.opts.Log.Info("token refused", "err", err)
			w.Header().Set("WWW-Authenticate", `Bearer realm="cuepipe", error="invalid_token"`)
			problem(w, http.StatusUnauthorized, "unauthorized", "Send a valid token of the configured issuer as \"Authorization: Bearer …\".")
		case r.PathValue("id") != "" && !video.ValidID(r.PathValue("id")):
			fail(w, r, s.opts.Log, video.ErrNotFound)
		default:
			if err := h(w, r, owner); err != nil {
				fail(w, r, s.opts.Log, err)
			}
		}
	})
}

// NewPublic serves routes that take no token, with what all answers have.
func NewPublic(routes map[string]http.HandlerFunc, opts Options) http.Handler {
	s := newServer(opts)
	for pattern, h := range routes {
		s.mux.HandleFunc(pattern, h)
	}
	return s
}

// ServeHTTP adds what every answer has: the CORS header, and problems in place
// of the router's own plain texts.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	sw := &statusWriter{ResponseWriter: w, status: http.StatusOK}
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Vary", "Origin")
	if s.opts.PageOrigin != "" && r.Header.Get("Origin") == s.opts.PageOrigin {
		h.Set("Access-Control-Allow-Origin", s.opts.PageOrigin)
		h.Set("Access-Control-Expose-Headers", "Location, ETag, WWW-Authenticate, "+partialHeader)
	}
	ctx, calls := awscalls.Counted(r.Context())
	r = r.WithContext(ctx)
	if _, pattern := s.mux.Handler(r); pattern == "" {
		s.noRoute(sw, r)
	} else {
		s.mux.ServeHTTP(sw, r)
	}
	s.opts.Log.Info("request", "method", r.Method, "route", r.Pattern, "video", r.PathValue("id"), "status", sw.status,
		"ms", time.Since(began).Milliseconds(), "calls", calls.Made(), "own_us", (time.Since(began) - calls.Waited()).Microseconds())
}

func (s *server) noRoute(w http.ResponseWriter, r *http.Request) {
	// The router knows whether the path exists with another method; its answer
	// is kept but for the text.
	probe := &discard{header: http.Header{}}
	s.mux.ServeHTTP(probe, r)
	if probe.status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", probe.header.Get("Allow"))
		problem(w, probe.status, "method_not_allowed", "This address takes "+probe.header.Get("Allow")+".")
		return
	}
	problem(w, http.StatusNotFound, "not_found", "There is nothing at this address. The API begins at /v1/videos.")
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

type discard struct {
	header http.Header
	status int
}

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(b []byte) (int, error) { return len(b), nil }
func (d *discard) WriteHeader(status int)      { d.status = status }
