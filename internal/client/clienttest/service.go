// Package clienttest runs a whole service in the process of a test: the real
// handlers and the real steps over memory, and a storage that takes presigned
// uploads under S3's conditions.
package clienttest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/captioning"
	"github.com/cuepipe/cuepipe/internal/captioning/captioningtest"
	"github.com/cuepipe/cuepipe/internal/client"
	"github.com/cuepipe/cuepipe/internal/httpapi"
	"github.com/cuepipe/cuepipe/internal/memobjects"
	"github.com/cuepipe/cuepipe/internal/memvideos"
	"github.com/cuepipe/cuepipe/internal/tracks"
	"github.com/cuepipe/cuepipe/internal/upload"
	"github.com/cuepipe/cuepipe/internal/video"
)

// Token is the one that the service takes.
const Token = "a-secret-token"

// Signature is a part of every upload URL that no message may show.
const Signature = "X-Amz-Signature=5ec4e7"

// A Service is a running service.
type Service struct {
	URL      string
	Videos   *memvideos.Store
	Uploads  *memobjects.Uploads
	Captions *memobjects.Captions

	t testing.TB
	// signed takes the parts of a file, and plays it.
	signed   *memobjects.Signed
	segments memobjects.Segments
	arrivals memobjects.Arrivals

	mu        sync.Mutex
	issuer    *httpapi.OIDC // nil: nobody can log in
	config    client.Config
	tickets   map[string]ticket
	behaviour Behaviour
}

// A Behaviour is how a service deviates from one that captions a video as soon
// as its file is uploaded.
type Behaviour struct {
	// Idle leaves videos queued until Caption or Work is called.
	Idle bool
	// SegmentLength is captioning.SegmentLength unless set.
	SegmentLength time.Duration
	// TicketLife is upload.TicketLife unless set; a negative one has passed.
	TicketLife time.Duration
	// Intercept, if set, sees every request first, and answers the ones for
	// which it returns true.
	Intercept func(w http.ResponseWriter, r *http.Request) bool
}

// Behave holds from the next request on.
func (s *Service) Behave(b Behaviour) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.behaviour = b
}

func (s *Service) behaves() Behaviour {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.behaviour
}

type ticket struct {
	size        int64
	contentType string
	expires     time.Time
}

// New starts a service that ends with the test.
func New(t testing.TB) *Service {
	s := &Service{Videos: &memvideos.Store{}, Uploads: &memobjects.Uploads{}, Captions: &memobjects.Captions{}, t: t, tickets: map[string]ticket{}}
	opts := httpapi.Options{Tokens: s, Log: slog.New(slog.DiscardHandler)}
	s.signed = &memobjects.Signed{Uploads: s.Uploads, Stored: s.stored}
	uploads := httpapi.NewUploads(upload.Uploader{Videos: s.Videos, Objects: objects{s.signed, s}, Queue: s}, opts)
	videos := httpapi.NewVideos(s.Videos, s.Captions, captioning.Early{Captions: s.Captions}, captioning.Remover{Videos: s.Videos, Uploads: s.Uploads, Captions: s.Captions},
		tracks.Keeper{Videos: s.Videos, Captions: s.Captions, Log: opts.Log}, opts)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		intercept := s.behaves().Intercept
		switch {
		case intercept != nil && intercept(w, r):
		case s.signed.Takes(r):
			s.signed.ServeHTTP(w, r)
		case strings.HasPrefix(r.URL.Path, storage):
			s.put(w, r)
		case r.URL.Path == "/v1/config":
			s.sayConfig(w)
		case r.Method == http.MethodPost && !forTracks(r.URL.Path), strings.HasSuffix(r.URL.Path, "/parts"), strings.HasSuffix(r.URL.Path, "/source"): // as the gateway routes
			uploads.ServeHTTP(w, r)
		default:
			videos.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(server.Close)
	s.URL, s.signed.URL = server.URL, server.URL
	return s
}

// forTracks reports whether what is posted there is about captions.
func forTracks(path string) bool {
	return strings.Contains(path, "/captions/") || strings.HasSuffix(path, "/check")
}

// LogInAt has people log in at an issuer from now on; their tokens are taken
// besides Token.
func (s *Service) LogInAt(issuer, clientID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.issuer = httpapi.NewOIDC(issuer, clientID)
	s.config = client.Config{Issuer: issuer, ClientID: clientID, Scopes: []string{"openid", "email"}}
}

func (s *Service) sayConfig(w http.ResponseWriter) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(s.config) // fails only when the client went away
}

// Authenticate implements httpapi.Authenticator.
func (s *Service) Authenticate(ctx context.Context, token string) (string, error) {
	s.mu.Lock()
	issuer := s.issuer
	s.mu.Unlock()
	switch {
	case token == Token:
		return video.OwnerID("issuer", "somebody"), nil
	case issuer != nil:
		return issuer.Authenticate(ctx, token)
	}
	return "", httpapi.ErrUnauthorized
}

// storage is the path below which objects are.
const storage = "/uploads-bucket/"

// objects are the service's; a file that is sent as a whole goes by its own
// tickets, which a test can let expire.
type objects struct {
	*memobjects.Signed
	service *Service
}

// PresignPut implements upload.Objects.
func (o objects) PresignPut(ctx context.Context, key, contentType string, size int64, life time.Duration) (string, map[string]string, error) {
	return o.service.presignPut(key, contentType, size, life)
}

func (s *Service) presignPut(key, contentType string, size int64, life time.Duration) (string, map[string]string, error) {
	if b := s.behaves(); b.TicketLife != 0 {
		life = b.TicketLife
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tickets[key] = ticket{size, contentType, time.Now().Add(life)}
	return s.URL + storage + key + "?" + Signature, map[string]string{"Content-Type": contentType, "If-None-Match": "*"}, nil
}

// Announce implements upload.Queue. What is delayed is only there for the case
// that something is lost, and here nothing is.
func (s *Service) Announce(_ context.Context, id string, _ int, delay time.Duration) error {
	if delay == 0 && !s.behaves().Idle {
		s.Caption(id)
	}
	return nil
}

// put answers as S3 does to a presigned PUT.
func (s *Service) put(w http.ResponseWriter, r *http.Request) {
	key := strings.TrimPrefix(r.URL.Path, storage)
	s.mu.Lock()
	signed, ok := s.tickets[key]
	s.mu.Unlock()
	_, _, err := s.Uploads.Stat(r.Context(), key)
	exists := err == nil
	switch {
	case !ok || r.Method != http.MethodPut || r.URL.RawQuery != Signature || r.Header.Get("If-None-Match") != "*" ||
		r.Header.Get("Content-Type") != signed.contentType || r.ContentLength != signed.size || r.Header.Get("Authorization") != "":
		s3Error(w, http.StatusForbidden, "SignatureDoesNotMatch", "The request signature we calculated does not match "+Signature)
	case time.Now().After(signed.expires):
		s3Error(w, http.StatusForbidden, "AccessDenied", "Request has expired")
	case exists:
		s3Error(w, http.StatusPreconditionFailed, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold")
	default:
		body, err := io.ReadAll(r.Body)
		if err != nil || int64(len(body)) != signed.size {
			return // the client went away: nothing is stored
		}
		s.Uploads.Put(key, memobjects.Bytes(body))
		s.stored(key)
	}
}

// stored is S3's event.
func (s *Service) stored(key string) {
	if id, ok := video.IDOfSource(key); ok && !s.behaves().Idle {
		s.Caption(id)
	}
}

func s3Error(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/xml")
	w.Header().Set("Content-Length", strconv.Itoa(len(s3Body(code, message))))
	w.WriteHeader(status)
	_, _ = io.WriteString(w, s3Body(code, message)) // a client that went away is no error
}

func s3Body(code, message string) string {
	return fmt.Sprintf("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>%s</Code><Message>%s</Message></Error>", code, message)
}

// Caption does all steps of an uploaded video.
func (s *Service) Caption(id string) { s.Work(id, math.MaxInt) }

// Work plans an uploaded video, unless that is done, and does so many of the
// jobs that are queued.
func (s *Service) Work(id string, jobs int) {
	ctx := context.Background() // a client that goes away stops no captioning
	log := slog.New(slog.DiscardHandler)
	planner := captioning.Planner{Videos: s.Videos, Uploads: s.Uploads, Prober: captioningtest.Media{}, Segments: &s.segments,
		SegmentLength: s.behaves().SegmentLength, Log: log}
	transcriber := captioning.Transcriber{Videos: s.Videos, Uploads: s.Uploads, Captions: s.Captions, Arrivals: &s.arrivals,
		Decoder: captioningtest.Media{}, Detector: captioningtest.Detector{}, Engine: captioningtest.Engine{Name: "test 1"}, Log: log}
	for arrival, ok := (captioning.Arrival{VideoID: id}), true; ok; arrival, ok = s.arrivals.Next() {
		if err := planner.Arrived(ctx, arrival); err != nil {
			s.t.Errorf("plan: %v", err)
		}
		for ; jobs > 0; jobs-- {
			job, ok := s.segments.Next()
			if !ok {
				break
			}
			if err := transcriber.Segment(ctx, job); err != nil {
				s.t.Errorf("segment: %v", err)
			}
		}
	}
}
