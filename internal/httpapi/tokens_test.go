package httpapi

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/cuepipe/cuepipe/internal/video"
)

// issuer publishes one key, and can be switched off.
type issuer struct {
	*httptest.Server
	key  *ecdsa.PrivateKey
	down bool
}

func newIssuer(t *testing.T) *issuer {
	i := &issuer{key: newKey(t)}
	i.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case i.down:
			http.Error(w, "down", http.StatusServiceUnavailable)
		case r.URL.Path == "/.well-known/openid-configuration":
			_ = json.NewEncoder(w).Encode(map[string]any{"issuer": i.URL, "jwks_uri": i.URL + "/keys",
				// HS256 and none are named by mistake, as some issuers do.
				"id_token_signing_alg_values_supported": []string{"none", "HS256", "ES256"}})
		default:
			_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: i.key.Public(), KeyID: "k", Algorithm: "ES256", Use: "sig"}}})
		}
	}))
	t.Cleanup(i.Close)
	return i
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func sign(t *testing.T, algorithm jose.SignatureAlgorithm, key any, kid string, claims jwt.Claims) string {
	t.Helper()
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: jose.JSONWebKey{Key: key, KeyID: kid}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	token, err := jwt.Signed(s).Claims(claims).Serialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestOIDC(t *testing.T) {
	i := newIssuer(t)
	o := NewOIDC(i.URL, "cuepipe")
	good := jwt.Claims{Issuer: i.URL, Subject: "alice", Audience: jwt.Audience{"cuepipe"}, Expiry: jwt.NewNumericDate(time.Now().Add(time.Hour))}
	with := func(change func(*jwt.Claims)) string {
		c := good
		change(&c)
		return sign(t, jose.ES256, i.key, "k", c)
	}
	owner, err := o.Authenticate(t.Context(), with(func(*jwt.Claims) {}))
	if err != nil || owner != video.OwnerID(i.URL, "alice") {
		t.Fatalf("%q, %v", owner, err)
	}
	parts := strings.Split(with(func(*jwt.Claims) {}), ".")
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","kid":"k"}`)) + "." + parts[1] + "."
	published, _ := json.Marshal(i.key.Public())
	for name, token := range map[string]string{
		"no token":                     "",
		"not a token":                  "alice",
		"another audience":             with(func(c *jwt.Claims) { c.Audience = jwt.Audience{"other"} }),
		"no audience":                  with(func(c *jwt.Claims) { c.Audience = nil }),
		"another issuer":               with(func(c *jwt.Claims) { c.Issuer = "https://evil.example" }),
		"expired":                      with(func(c *jwt.Claims) { c.Expiry = jwt.NewNumericDate(time.Now().Add(-time.Minute)) }),
		"no expiry":                    with(func(c *jwt.Claims) { c.Expiry = nil }),
		"no subject":                   with(func(c *jwt.Claims) { c.Subject = "" }),
		"somebody else's key":          sign(t, jose.ES256, newKey(t), "k", good),
		"an unknown key":               sign(t, jose.ES256, newKey(t), "other", good),
		"no signature":                 none,
		"the public key as the secret": sign(t, jose.HS256, published, "k", good),
		"claims changed after signing": parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(`{"iss":"`+i.URL+`","sub":"bob","aud":"cuepipe","exp":9999999999}`)) + "." + parts[2],
	} {
		if owner, err := o.Authenticate(t.Context(), token); !errors.Is(err, ErrUnauthorized) || owner != "" {
			t.Errorf("%s: %q, %v", name, owner, err)
		}
	}
}

func TestAnIssuerThatIsDownIsNotTheCallersFault(t *testing.T) {
	i := newIssuer(t)
	o := NewOIDC(i.URL, "cuepipe")
	claims := jwt.Claims{Issuer: i.URL, Subject: "alice", Audience: jwt.Audience{"cuepipe"}, Expiry: jwt.NewNumericDate(time.Now().Add(time.Hour))}
	token := sign(t, jose.ES256, i.key, "k", claims)
	i.down = true
	if _, err := o.Authenticate(t.Context(), token); !errors.Is(err, ErrUnavailable) {
		t.Errorf("before discovery: %v", err)
	}
	i.down = false
	if _, err := o.Authenticate(t.Context(), token); err != nil {
		t.Errorf("it did not recover: %v", err)
	}
	i.down = true
	if _, err := o.Authenticate(t.Context(), token); err != nil {
		t.Errorf("known keys are not kept: %v", err)
	}
	// The library answers a request for keys a moment before it forgets it; who
	// asks in that moment gets the same keys once more, and is refused.
	rotated := sign(t, jose.ES256, newKey(t), "rotated", claims)
	for began := time.Now(); ; {
		_, err := o.Authenticate(t.Context(), rotated)
		if errors.Is(err, ErrUnavailable) {
			break
		}
		if !errors.Is(err, ErrUnauthorized) || time.Since(began) > 10*time.Second {
			t.Fatalf("a new key while the issuer is down: %v", err)
		}
	}
}
