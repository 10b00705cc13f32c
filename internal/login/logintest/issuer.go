// Package logintest is an OpenID Connect issuer in the process of a test. It
// logs everybody in without asking, and checks of the rest what a strict
// issuer does: the redirect, PKCE, that a code is used once, and that a refresh
// token is.
package logintest

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// ClientID is the one client that the issuer knows.
const ClientID = "cuepipe"

// An Issuer is a running issuer.
type Issuer struct {
	URL string

	t      testing.TB
	key    *rsa.PrivateKey
	mu     sync.Mutex
	codes  map[string]code
	grants map[string]bool // refresh tokens: whether they are still good
	b      Behaviour
	Counts Counts
}

// Counts says what was asked for; read it when nobody asks.
type Counts struct{ Refreshed, Reused, Revoked int }

// A Behaviour is how the issuer deviates from a good one.
type Behaviour struct {
	Lifetime time.Duration        // of ID tokens; an hour unless set
	Claims   func(map[string]any) // changes what an ID token says
	Answer   func(url.Values)     // changes what the browser brings back
	Down     bool                 // answers 503 to everything
	NoRevoke bool
}

// Behave holds from the next request on.
func (i *Issuer) Behave(b Behaviour) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.b = b
}

type code struct{ challenge, nonce, redirect string }

// New starts an issuer that ends with the test.
func New(t testing.TB) *Issuer {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	i := &Issuer{t: t, key: key, codes: map[string]code{}, grants: map[string]bool{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", i.discovery)
	mux.HandleFunc("GET /jwks", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: &key.PublicKey, KeyID: "k", Algorithm: "RS256", Use: "sig"}}})
	})
	mux.HandleFunc("GET /authorize", i.authorize)
	mux.HandleFunc("POST /token", i.token)
	mux.HandleFunc("POST /revoke", i.revoke)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i.mu.Lock()
		defer i.mu.Unlock()
		if i.b.Down {
			http.Error(w, "down", http.StatusServiceUnavailable)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	i.URL = server.URL
	return i
}

func (i *Issuer) discovery(w http.ResponseWriter, _ *http.Request) {
	d := map[string]any{"issuer": i.URL, "authorization_endpoint": i.URL + "/authorize", "token_endpoint": i.URL + "/token", "jwks_uri": i.URL + "/jwks",
		"response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"}, "id_token_signing_alg_values_supported": []string{"RS256"}}
	if !i.b.NoRevoke {
		d["revocation_endpoint"] = i.URL + "/revoke"
	}
	answer(w, http.StatusOK, d)
}

func (i *Issuer) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("client_id") != ClientID || q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" || q.Get("code_challenge") == "" ||
		q.Get("state") == "" || q.Get("nonce") == "" {
		i.t.Errorf("authorize was asked for %v", r.URL)
	}
	c := rand.Text()
	i.codes[c] = code{q.Get("code_challenge"), q.Get("nonce"), q.Get("redirect_uri")}
	back := url.Values{"code": {c}, "state": {q.Get("state")}, "iss": {i.URL}}
	if i.b.Answer != nil {
		i.b.Answer(back)
	}
	http.Redirect(w, r, q.Get("redirect_uri")+"?"+back.Encode(), http.StatusFound)
}

func (i *Issuer) token(w http.ResponseWriter, r *http.Request) {
	nonce := ""
	switch {
	case r.FormValue("client_id") != ClientID:
		refuse(w, "invalid_client")
		return
	case r.FormValue("grant_type") == "authorization_code":
		c, ok := i.codes[r.FormValue("code")]
		delete(i.codes, r.FormValue("code"))
		sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
		if !ok || base64.RawURLEncoding.EncodeToString(sum[:]) != c.challenge || r.FormValue("redirect_uri") != c.redirect {
			refuse(w, "invalid_grant")
			return
		}
		nonce = c.nonce
	default:
		i.Counts.Refreshed++
		if !i.grants[r.FormValue("refresh_token")] {
			i.Counts.Reused++
			clear(i.grants) // as issuers do that rotate: somebody has a copy
			refuse(w, "invalid_grant")
			return
		}
		i.grants[r.FormValue("refresh_token")] = false
	}
	id, err := i.sign(nonce)
	if err != nil {
		i.t.Errorf("sign: %v", err)
	}
	refresh := "refresh-" + rand.Text()
	i.grants[refresh] = true
	answer(w, http.StatusOK, map[string]any{"access_token": rand.Text(), "token_type": "Bearer", "expires_in": 3600, "id_token": id, "refresh_token": refresh})
}

func (i *Issuer) revoke(w http.ResponseWriter, r *http.Request) {
	i.Counts.Revoked++
	i.grants[r.FormValue("refresh_token")] = false
	delete(i.grants, r.FormValue("token"))
	w.WriteHeader(http.StatusOK)
}

// sign makes an ID token of somebody.
func (i *Issuer) sign(nonce string) (string, error) {
	life := i.b.Lifetime
	if life == 0 {
		life = time.Hour
	}
	now := time.Now()
	// With an id of its own, as otherwise two of one second are the same.
	claims := map[string]any{"iss": i.URL, "aud": ClientID, "sub": "somebody", "email": "somebody@example.com", "jti": rand.Text(),
		"iat": now.Unix(), "exp": now.Add(life).Unix()}
	if nonce != "" {
		claims["nonce"] = nonce
	}
	if i.b.Claims != nil {
		i.b.Claims(claims)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: i.key}, new(jose.SignerOptions).WithType("JWT").WithHeader("kid", "k"))
	if err != nil {
		return "", err
	}
	return jwt.Signed(signer).Claims(claims).Serialize()
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // fails only when the client went away
}

func refuse(w http.ResponseWriter, code string) {
	answer(w, http.StatusBadRequest, map[string]string{"error": code})
}

// Browse follows an address as a browser does, and returns the last page's
// status.
func Browse(address string) (int, error) {
	res, err := http.Get(address) //nolint:noctx // a browser knows none
	if err != nil {
		return 0, err
	}
	return res.StatusCode, res.Body.Close()
}
