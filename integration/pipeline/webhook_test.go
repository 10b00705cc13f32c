package pipeline

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/cuepipe/cuepipe/integration/stack"
	"github.com/cuepipe/cuepipe/internal/notify"
)

// webhookAddress is where tools/test.sh has the stage look for its webhook.
const webhookAddress = "127.0.0.1:4669"

// hook is the webhook, as long as there are tests: it takes all of their videos.
var hook = &webhook{calls: map[string][]call{}, answers: map[string][]int{}}

// A webhook notes what it is told, by video, and answers with 204 or what a test
// set for that video.
type webhook struct {
	mu      sync.Mutex
	calls   map[string][]call
	answers map[string][]int
}

// A call is one request to the webhook.
type call struct {
	body               []byte
	contentType, stack string
}

// serveWebhook listens until stop.
func serveWebhook() (stop func(), err error) {
	listener, err := net.Listen("tcp", webhookAddress)
	if err != nil {
		return nil, fmt.Errorf("listen in the place of the webhook: %w", err)
	}
	web := &http.Server{Handler: hook, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = web.Serve(listener) }() // until it is closed
	return func() { _ = web.Close() }, nil
}

func (h *webhook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var e notify.Event
	if err == nil {
		err = json.Unmarshal(body, &e)
	}
	if err != nil || r.Method != http.MethodPost || r.URL.Path != "/webhook" {
		http.Error(w, "no event", http.StatusBadRequest)
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.calls[e.Video] = append(h.calls[e.Video], call{body, r.Header.Get("Content-Type"), r.Header.Get("Cuepipe-Stack")})
	status := http.StatusNoContent
	if left := h.answers[e.Video]; len(left) > 0 {
		status, h.answers[e.Video] = left[0], left[1:]
	}
	w.WriteHeader(status)
}

// answer sets what the first calls for a video are answered.
func (h *webhook) answer(video string, statuses ...int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.answers[video] = statuses
}

// of returns the calls for a video so far.
func (h *webhook) of(video string) []call {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.calls[video])
}

// wait waits for so many calls for a video.
func (h *webhook) wait(t *testing.T, video string, n int) []call {
	t.Helper()
	for began := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		if calls := h.of(video); len(calls) >= n {
			return calls
		}
		if time.Since(began) > stack.Patience {
			t.Fatalf("the webhook was told %d times of %s, want %d", len(h.of(video)), video, n)
		}
	}
}

// verify reads the signature as a receiver does.
func (c call) verify(t *testing.T) (e notify.Event, claims jwt.Claims, err error) {
	t.Helper()
	var told notify.Event
	if err := json.Unmarshal(c.body, &told); err != nil {
		return e, claims, err
	}
	out, err := ssm.NewFromConfig(deployed.AWS).GetParameter(t.Context(), &ssm.GetParameterInput{Name: aws.String("/cuepipe/test/webhook-secret"), WithDecryption: aws.Bool(true)})
	if err != nil {
		return e, claims, err
	}
	token, err := jwt.ParseSigned(told.Signature, []jose.SignatureAlgorithm{jose.HS256})
	if err != nil {
		return e, claims, err
	}
	if strings.Contains(told.Signature, *out.Parameter.Value) {
		t.Error("the signature has the secret in it")
	}
	return e, claims, token.Claims([]byte(*out.Parameter.Value), &claims, &e)
}
