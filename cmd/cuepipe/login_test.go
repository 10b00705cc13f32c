package main

import (
	"strings"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/client/clienttest"
	"github.com/cuepipe/cuepipe/internal/login"
	"github.com/cuepipe/cuepipe/internal/login/logintest"
)

// newLogin is a bench of somebody who has no token, and an issuer.
func newLogin(t *testing.T) (*bench, *logintest.Issuer) {
	b, issuer := newBench(t), logintest.New(t)
	b.service.LogInAt(issuer.URL, logintest.ClientID)
	delete(b.env, "CUEPIPE_TOKEN")
	delete(b.env, "CUEPIPE_API")
	b.console.callback = "localhost:0"
	b.console.browse = func(address string) { go func() { _, _ = logintest.Browse(address) }() }
	return b, issuer
}

func (b *bench) store() login.Store {
	b.t.Helper()
	dir, err := login.ConfigDir(b.getenv)
	if err != nil {
		b.t.Fatal(err)
	}
	return login.Store{Dir: dir}
}

func TestAfterALogInTheCommandsNeedNothingElse(t *testing.T) {
	b, issuer := newLogin(t)
	if _, said := b.run(2, "list"); !strings.Contains(said, "cuepipe login --api ADDRESS") {
		t.Errorf("said %s", said)
	}
	out, said := b.run(0, "login", "--api", b.service.URL)
	if out != "" || !strings.Contains(said, issuer.URL+"/authorize?") || !strings.Contains(said, "logged in as somebody@example.com.") {
		t.Errorf("out %q, said %q", out, said)
	}
	b.run(0, "caption", b.path("lecture.mp4"))
	if out, _ := b.run(0, "list"); !strings.Contains(out, "lecture.mp4") {
		t.Errorf("list: %s", out)
	}
	// Somebody else by a token.
	if out, _ := b.run(0, "list", "--token", clienttest.Token); strings.Contains(out, "lecture.mp4") {
		t.Errorf("list: %s", out)
	}
	b.run(0, "login") // again, to the same
	if _, said := b.run(0, "logout"); !strings.Contains(said, "You are logged out.") || issuer.Counts.Revoked != 1 {
		t.Errorf("said %s; %+v", said, issuer.Counts)
	}
	if _, said := b.run(0, "logout"); !strings.Contains(said, "Nobody was logged in.") {
		t.Errorf("said %s", said)
	}
	b.run(2, "list")
}

func TestATokenIsRenewedWhenItIsAboutToEnd(t *testing.T) {
	b, issuer := newLogin(t)
	issuer.Behave(logintest.Behaviour{Lifetime: 30 * time.Second})
	b.run(0, "login", "--api", b.service.URL)
	issuer.Behave(logintest.Behaviour{})
	b.run(0, "list")
	b.run(0, "list")
	if issuer.Counts.Refreshed != 1 {
		t.Errorf("%+v", issuer.Counts)
	}
	c, err := b.store().Load()
	if err != nil {
		t.Fatal(err)
	}
	c.ExpiresAt, c.RefreshToken = time.Now(), "used"
	if err := b.store().Keep(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if _, said := b.run(1, "list"); !strings.Contains(said, "Log in again with: cuepipe login") {
		t.Errorf("said %s", said)
	}
}

func TestALogInsTokenGoesToItsServiceOnly(t *testing.T) {
	b, _ := newLogin(t)
	b.run(0, "login", "--api", b.service.URL)
	if _, said := b.run(2, "list", "--api", "http://127.0.0.1:1"); !strings.Contains(said, "cuepipe login --api http://127.0.0.1:1") {
		t.Errorf("said %s", said)
	}
	b.run(0, "list", "--api", b.service.URL+"/")
}

func TestALogInThatFails(t *testing.T) {
	b, issuer := newLogin(t)
	b.run(2, "login")
	b.run(2, "login", "--api", "example.com")
	b.console.browse = func(string) {}
	if _, said := b.run(1, "login", "--api", b.service.URL, "--timeout", "10ms"); !strings.Contains(said, "Nobody logged in within 10ms") {
		t.Errorf("said %s", said)
	}
	issuer.Behave(logintest.Behaviour{Down: true})
	if _, said := b.run(1, "login", "--api", b.service.URL); !strings.Contains(said, "Tell who runs the service") {
		t.Errorf("said %s", said)
	}
	issuer.Behave(logintest.Behaviour{})
	if _, said := b.run(1, "list", "--api", b.service.URL, "--token", "guess"); !strings.Contains(said, "Log in with: cuepipe login") {
		t.Errorf("said %s", said)
	}
}
