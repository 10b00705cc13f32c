package notify

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/cuepipe/cuepipe/internal/video"
)

const secret = "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA"

func signerFor(t *testing.T, secret string, at time.Time) *Signer {
	t.Helper()
	s, err := NewSigner(secret, "cuepipe-test")
	if err != nil {
		t.Fatal(err)
	}
	s.now = func() time.Time { return at }
	return s
}

// signedEvent is an event as a webhook gets it.
func signedEvent(t *testing.T, s *Signer) Event {
	t.Helper()
	v := standing(video.Failed)
	v.Failure = &video.GaveUp
	e := eventOf(v)
	var err error
	if e.Signature, err = s.Sign(e); err != nil {
		t.Fatal(err)
	}
	return e
}

func TestASignatureCarriesTheEvent(t *testing.T) {
	e := signedEvent(t, signerFor(t, secret, now))
	token, err := jwt.ParseSigned(e.Signature, []jose.SignatureAlgorithm{jose.HS256})
	if err != nil {
		t.Fatal(err)
	}
	var signed Event
	var claims jwt.Claims
	if err := token.Claims([]byte(secret), &signed, &claims); err != nil {
		t.Fatal(err)
	}
	want := e
	want.Signature = ""
	got, _ := json.Marshal(signed)
	wanted, _ := json.Marshal(want)
	if string(got) != string(wanted) || claims.ID != e.ID || claims.Issuer != "cuepipe-test" || !claims.IssuedAt.Time().Equal(now.Truncate(time.Second)) {
		t.Errorf("signed is %s, %+v; want %s", got, claims, wanted)
	}
	if token.Claims([]byte(secret+"x"), &signed) == nil {
		t.Error("another secret verifies it")
	}
}

func TestAShortSecretIsRefused(t *testing.T) {
	for n, fine := range map[int]bool{0: false, leastSecret - 1: false, leastSecret: true, leastSecret + 1: true} {
		s := strings.Repeat("s", n)
		_, err := NewSigner(s, "cuepipe-test")
		if (err == nil) != fine {
			t.Errorf("%d bytes: %v", n, err)
		}
		if err != nil && n > 0 && strings.Contains(err.Error(), s) {
			t.Errorf("the error tells the secret: %v", err)
		}
	}
}

// The receiver of docs/events.md takes what is signed, once, and nothing else.
func TestTheExampleReceiver(t *testing.T) {
	receiver := exec.CommandContext(t.Context(), "python3", "../../docs/examples/webhook.py", "0")
	receiver.Env = append(os.Environ(), "CUEPIPE_SECRET="+secret)
	receiver.Stderr = os.Stderr
	out, err := receiver.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := receiver.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = receiver.Process.Kill(); _ = receiver.Wait() }()
	said := bufio.NewScanner(out)
	var port int
	if !said.Scan() {
		t.Fatal("the receiver says nothing")
	}
	if _, err := fmt.Sscanf(said.Text(), "listening on %d", &port); err != nil {
		t.Fatalf("%s: %v", said.Text(), err)
	}
	post := func(body any) int {
		t.Helper()
		b, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.Post(fmt.Sprintf("http://127.0.0.1:%d/", port), "application/json", bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		return res.StatusCode
	}
	e := signedEvent(t, signerFor(t, secret, time.Now()))
	parts := strings.Split(e.Signature, ".")
	resigned := func(change func(parts []string)) map[string]string {
		p := append([]string(nil), parts...)
		change(p)
		return map[string]string{"signature": strings.Join(p, ".")}
	}
	for what, forged := range map[string]any{
		"no signature":   map[string]string{"video": e.Video},
		"no text":        map[string]int{"signature": 1},
		"another secret": signedEvent(t, signerFor(t, secret+"x", time.Now())),
		"too old":        signedEvent(t, signerFor(t, secret, time.Now().Add(-26*time.Hour))),
		"no algorithm": resigned(func(p []string) {
			p[0], p[2] = base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)), ""
		}),
		"other claims": resigned(func(p []string) {
			p[1] = base64.RawURLEncoding.EncodeToString([]byte(`{"id":"x","iat":99999999999}`))
		}),
	} {
		if status := post(forged); status != 403 {
			t.Errorf("%s: %d", what, status)
		}
	}
	other := signedEvent(t, signerFor(t, secret, time.Now()))
	for _, event := range []Event{e, e, other} { // the second time it is a repetition
		if status := post(event); status != 204 {
			t.Errorf("an event: %d", status)
		}
	}
	for _, event := range []Event{e, other} {
		if want := event.Video + " failed gave_up"; !said.Scan() || said.Text() != want {
			t.Errorf("the receiver says %q, want %q", said.Text(), want)
		}
	}
}

// docs/events.md shows the examples as they are run.
func TestTheDocumentShowsTheExamples(t *testing.T) {
	document, err := os.ReadFile("../../docs/events.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"examples/webhook.py", "event.schema.json"} {
		text, err := os.ReadFile("../../docs/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(document), "\n"+string(text)+"```") {
			t.Errorf("docs/events.md does not show %s as it is", name)
		}
	}
}
