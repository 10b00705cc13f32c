package login_test

import (
	"context"
	"errors"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/login"
	"github.com/cuepipe/cuepipe/internal/login/logintest"
)

func request(i *logintest.Issuer) login.Request {
	return login.Request{API: "https://api.example", Issuer: i.URL, ClientID: logintest.ClientID, Scopes: []string{"openid", "offline_access"}, Listen: "localhost:0",
		Show: func(address string) { go func() { _, _ = logintest.Browse(address) }() }}
}

// loggedIn is a session of somebody who has just logged in.
func loggedIn(t *testing.T, i *logintest.Issuer) *login.Session {
	t.Helper()
	c, err := login.LogIn(t.Context(), request(i))
	if err != nil {
		t.Fatal(err)
	}
	s := &login.Session{Store: login.Store{Dir: filepath.Join(t.TempDir(), "cuepipe")}}
	if err := s.Store.Keep(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestLogInGivesATokenThatIsKeptPrivately(t *testing.T) {
	i := logintest.New(t)
	s := loggedIn(t, i)
	c, err := s.Store.Load()
	if err != nil || c.API != "https://api.example" || c.Subject != "somebody" || c.Name != "somebody@example.com" || c.RefreshToken == "" || time.Until(c.ExpiresAt) < 59*time.Minute {
		t.Errorf("%+v, %v", c, err)
	}
	if token, err := s.Token(t.Context()); err != nil || token != c.IDToken || i.Counts.Refreshed != 0 {
		t.Errorf("%v; %d renewals", err, i.Counts.Refreshed)
	}
	for path, want := range map[string]os.FileMode{s.Store.Dir: 0o700, filepath.Join(s.Store.Dir, "credentials.json"): 0o600} {
		if stat, err := os.Stat(path); err != nil || stat.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", path, stat.Mode(), err)
		}
	}
}

func TestWhatIsNotOfThisLogInIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		b    logintest.Behaviour
		says string
	}{
		"a token of another log-in":      {logintest.Behaviour{Claims: func(c map[string]any) { c["nonce"] = "another" }}, "another log-in"},
		"a token without a nonce":        {logintest.Behaviour{Claims: func(c map[string]any) { delete(c, "nonce") }}, "another log-in"},
		"a token for another client":     {logintest.Behaviour{Claims: func(c map[string]any) { c["aud"] = "another" }}, "not valid"},
		"a token of another issuer":      {logintest.Behaviour{Claims: func(c map[string]any) { c["iss"] = "https://other.example" }}, "not valid"},
		"a token that has expired":       {logintest.Behaviour{Lifetime: -time.Hour}, "not valid"},
		"a token of another access":      {logintest.Behaviour{Claims: func(c map[string]any) { c["at_hash"] = "AAAA" }}, "not valid"},
		"an answer of another issuer":    {logintest.Behaviour{Answer: func(q url.Values) { q.Set("iss", "https://other.example") }}, "another issuer"},
		"a code that was never given":    {logintest.Behaviour{Answer: func(q url.Values) { q.Set("code", "guess") }}, "invalid_grant"},
		"a person who does not want to":  {logintest.Behaviour{Answer: func(q url.Values) { q.Set("error", "access_denied") }}, "was refused"},
		"an error with something hidden": {logintest.Behaviour{Answer: func(q url.Values) { q.Set("error", "x\x1b[2J") }}, "did not log you in."},
	} {
		t.Run(name, func(t *testing.T) {
			i := logintest.New(t)
			i.Behave(c.b)
			_, err := login.LogIn(t.Context(), request(i))
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestAForeignReturnDoesNotEndTheLogIn(t *testing.T) {
	i := logintest.New(t)
	r := request(i)
	r.Show = func(address string) {
		go func() {
			u, err := url.Parse(address)
			if err != nil {
				t.Error(err)
			}
			status, err := logintest.Browse(u.Query().Get("redirect_uri") + "?code=c&state=guess")
			if err != nil || status != 400 {
				t.Errorf("%d, %v", status, err)
			}
			if status, err := logintest.Browse(address); err != nil || status != 200 {
				t.Errorf("%d, %v", status, err)
			}
		}()
	}
	if _, err := login.LogIn(t.Context(), r); err != nil {
		t.Error(err)
	}
}

func TestALogInThatNobodyEnds(t *testing.T) {
	why := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	r := request(logintest.New(t))
	r.Show = func(string) { cancel(why) }
	if _, err := login.LogIn(ctx, r); !errors.Is(err, why) {
		t.Error(err)
	}
}

func TestALogInThatCannotBegin(t *testing.T) {
	i := logintest.New(t)
	other, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	taken := request(i)
	_, port, _ := net.SplitHostPort(other.Addr().String())
	taken.Listen = "localhost:" + port
	open := request(i)
	open.Issuer = "http://issuer.example"
	openly := request(i)
	openly.API = "http://api.example"
	i2 := logintest.New(t)
	i2.Behave(logintest.Behaviour{Down: true})
	for says, r := range map[string]login.Request{"Port " + port: taken, "not reached by https": open, "does not begin with https": openly, "does not answer as": request(i2)} {
		if _, err := login.LogIn(t.Context(), r); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want %s", err, says)
		}
	}
}

func TestManyThatRenewAtOnceAskOnce(t *testing.T) {
	i := logintest.New(t)
	i.Behave(logintest.Behaviour{Lifetime: 30 * time.Second}) // as good as over
	s := loggedIn(t, i)
	i.Behave(logintest.Behaviour{})
	var wg sync.WaitGroup
	tokens := make([]string, 8)
	for n := range tokens {
		wg.Go(func() {
			var err error
			each := &login.Session{Store: s.Store} // as a process of its own has it
			if tokens[n], err = each.Token(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, token := range tokens {
		if token == "" || token != tokens[0] {
			t.Error("they have different tokens")
		}
	}
	if i.Counts.Refreshed != 1 || i.Counts.Reused != 0 {
		t.Errorf("%+v", i.Counts)
	}
}

func TestWhenATokenCannotBeRenewed(t *testing.T) {
	i := logintest.New(t)
	i.Behave(logintest.Behaviour{Lifetime: 30 * time.Second})
	s := loggedIn(t, i)
	before, err := s.Store.Load()
	if err != nil {
		t.Fatal(err)
	}
	i.Behave(logintest.Behaviour{Down: true})
	if token, err := s.Token(t.Context()); err != nil || token != before.IDToken {
		t.Errorf("with some seconds left: %v", err)
	}
	over := before
	over.ExpiresAt = time.Now().Add(-time.Second)
	if err := s.Store.Keep(t.Context(), over); err != nil {
		t.Fatal(err)
	}
	s = &login.Session{Store: s.Store}
	if _, err := s.Token(t.Context()); err == nil || errors.Is(err, login.ErrEnded) {
		t.Errorf("the issuer is down, which is no end: %v", err)
	}
	i.Behave(logintest.Behaviour{Claims: func(c map[string]any) { c["sub"] = "another" }})
	if _, err := s.Token(t.Context()); !errors.Is(err, login.ErrEnded) {
		t.Errorf("somebody else's token: %v", err)
	}
	i.Behave(logintest.Behaviour{})
	if _, err := s.Token(t.Context()); !errors.Is(err, login.ErrEnded) { // the token before was used up
		t.Errorf("a refresh token that was used: %v", err)
	}
}

func TestLogOutRevokesAndForgets(t *testing.T) {
	i := logintest.New(t)
	for _, noRevoke := range []bool{false, true} {
		s := loggedIn(t, i)
		i.Behave(logintest.Behaviour{NoRevoke: noRevoke})
		if revoked, err := s.LogOut(t.Context()); err != nil || revoked == noRevoke {
			t.Errorf("%v, %v", revoked, err)
		}
		if _, err := s.Token(t.Context()); !errors.Is(err, login.ErrNone) {
			t.Error(err)
		}
		if _, err := s.LogOut(t.Context()); !errors.Is(err, login.ErrNone) {
			t.Error(err)
		}
	}
	if i.Counts.Revoked != 1 {
		t.Errorf("%+v", i.Counts)
	}
}

func TestADamagedFileIsSaidToBe(t *testing.T) {
	s := login.Store{Dir: t.TempDir()}
	if err := os.WriteFile(filepath.Join(s.Dir, "credentials.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Load(); err == nil || !strings.Contains(err.Error(), "cuepipe login") {
		t.Error(err)
	}
}

func TestWhereSettingsAre(t *testing.T) {
	for want, env := range map[string]map[string]string{
		"/x/cuepipe":         {"XDG_CONFIG_HOME": "/x", "HOME": "/h"},
		"/h/.config/cuepipe": {"XDG_CONFIG_HOME": "relative", "HOME": "/h"},
		"":                   {},
	} {
		got, err := login.ConfigDir(func(name string) string { return env[name] })
		if got != want || (err == nil) == (want == "") {
			t.Errorf("%v: %s, %v", env, got, err)
		}
	}
}
