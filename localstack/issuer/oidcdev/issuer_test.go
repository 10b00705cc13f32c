package oidcdev_test

import (
	"crypto"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"github.com/cuepipe/cuepipe/localstack/issuer/oidcdev"
)

const issuer = "http://127.0.0.1:4560"

func open(t *testing.T, dir string) *oidcdev.Key {
	t.Helper()
	key, err := oidcdev.OpenKey(dir)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// verifier is what the API verifies with, given the public half of key.
func verifier(key *oidcdev.Key) *oidc.IDTokenVerifier {
	keys := &oidc.StaticKeySet{PublicKeys: []crypto.PublicKey{key.Public().Keys[0].Key}}
	return oidc.NewVerifier(issuer, keys, &oidc.Config{ClientID: "cuepipe"})
}

func TestATokenIsVerifiedByThePublicKey(t *testing.T) {
	key := open(t, t.TempDir())
	now := time.Now()
	text, err := oidcdev.Token(key, issuer, "alice", "cuepipe", now)
	if err != nil {
		t.Fatal(err)
	}
	token, err := verifier(key).Verify(t.Context(), text)
	if err != nil {
		t.Fatal(err)
	}
	if token.Subject != "alice" || token.Issuer != issuer {
		t.Errorf("the token is from %s for %s", token.Issuer, token.Subject)
	}
	if got := token.Expiry.Sub(token.IssuedAt); got != oidcdev.Lifetime {
		t.Errorf("the token lives %s, want %s", got, oidcdev.Lifetime)
	}
	var claims struct{ Email string }
	if err := token.Claims(&claims); err != nil || claims.Email != "alice@example.com" {
		t.Errorf("email is %q (%v)", claims.Email, err)
	}
}

func TestATokenThatIsNotRightIsRefused(t *testing.T) {
	key := open(t, t.TempDir())
	foreign := open(t, t.TempDir())
	now := time.Now()
	cases := []struct {
		name             string
		key              *oidcdev.Key
		issuer, audience string
		issued, expires  time.Time
		says             string
	}{
		{"signed by another key", foreign, issuer, "cuepipe", now, now.Add(time.Hour), "signature"},
		{"for another audience", key, issuer, "other", now, now.Add(time.Hour), "audience"},
		{"from another issuer", key, "http://127.0.0.1:1", "cuepipe", now, now.Add(time.Hour), "issue"},
		{"expired", key, issuer, "cuepipe", now.Add(-2 * time.Hour), now.Add(-time.Hour), "expired"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			text, err := oidcdev.TokenExpiring(c.key, c.issuer, "alice", c.audience, c.issued, c.expires)
			if err != nil {
				t.Fatal(err)
			}
			_, err = verifier(key).Verify(t.Context(), text)
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("the verifier said %v, want something of %q", err, c.says)
			}
		})
	}
}

func TestAUserNameIsPlain(t *testing.T) {
	key := open(t, t.TempDir())
	for _, name := range []string{"", "a/b", "../x", "a b", "é", "-x", strings.Repeat("a", 65)} {
		if _, err := oidcdev.Token(key, "http://127.0.0.1:1", name, "cuepipe", time.Now()); err == nil {
			t.Errorf("a token was signed for %q", name)
		}
	}
	for _, name := range []string{"a", "alice.b-c_9", strings.Repeat("a", 64)} {
		if _, err := oidcdev.Token(key, "http://127.0.0.1:1", name, "cuepipe", time.Now()); err != nil {
			t.Errorf("no token for %q: %v", name, err)
		}
	}
}

func TestTheKeyIsItsOwnersAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "issuer")
	if _, err := oidcdev.OpenKey(dir); err != nil {
		t.Fatal(err)
	}
	want := map[string]fs.FileMode{dir: 0o700, oidcdev.KeyFile(dir): 0o600}
	for name, mode := range want {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != mode {
			t.Errorf("%s has mode %o, want %o", name, info.Mode().Perm(), mode)
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("the folder holds %v (%v), want the key alone", entries, err)
	}
}

func TestSeveralProgramsThatOpenOneFolderGetOneKey(t *testing.T) {
	dir := t.TempDir()
	ids := make([]string, 8)
	var all sync.WaitGroup
	for i := range ids {
		all.Go(func() {
			key, err := oidcdev.OpenKey(dir)
			if err != nil {
				t.Error(err)
				return
			}
			ids[i] = key.Public().Keys[0].KeyID
		})
	}
	all.Wait()
	for _, id := range ids {
		if id == "" || id != ids[0] {
			t.Fatalf("the programs got the keys %q", ids)
		}
	}
}

func TestABrokenKeyFileIsNamed(t *testing.T) {
	dir := t.TempDir()
	name := oidcdev.KeyFile(dir)
	if err := os.WriteFile(name, []byte("not a key"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := oidcdev.OpenKey(dir); err == nil || !strings.Contains(err.Error(), name) {
		t.Errorf("the error is %v, want one that names the file", err)
	}
}
