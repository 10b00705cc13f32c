// Package oidcdev is an OpenID Connect issuer for development: it serves what
// a verifier asks for and signs tokens for whoever can read its key file.
//
// It only signs for development. It knows no passwords and asks nobody who
// they are, so it must never be the issuer of a stage on AWS; there stands a
// real provider. No request mints a token: that takes the key file.
package oidcdev

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// Lifetime is how long a token is valid.
const Lifetime = 12 * time.Hour

// userName is what a subject may be: enough for people and tests, and nothing
// that would need care in an object's name.
var userName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// Handler serves the discovery document and the key set of issuer, a URL
// without a trailing slash, by GET.
func Handler(issuer string, key *Key) http.Handler {
	mux := http.NewServeMux()
	// The fields that OpenID Connect Discovery 1.0, section 3, requires.
	mux.Handle("GET /.well-known/openid-configuration", document(map[string]any{
		"issuer":                                issuer,
		"jwks_uri":                              issuer + "/jwks.json",
		"authorization_endpoint":                issuer + "/authorize",
		"response_types_supported":              []string{"id_token"},
		"subject_types_supported":               []string{"public"},
		"id_token_signing_alg_values_supported": []string{string(jose.RS256)},
	}))
	mux.Handle("GET /jwks.json", document(key.Public()))
	return mux
}

// Token signs a token of issuer for user and audience that is valid from now
// for Lifetime.
func Token(key *Key, issuer, user, audience string, now time.Time) (string, error) {
	return TokenExpiring(key, issuer, user, audience, now, now.Add(Lifetime))
}

// TokenExpiring is Token with an end of one's own, for tests of what an
// expired token may do.
func TokenExpiring(key *Key, issuer, user, audience string, issued, expires time.Time) (string, error) {
	if !userName.MatchString(user) {
		return "", fmt.Errorf("sign a token: %q is no user name: take up to 64 letters, digits, dots, dashes and underscores", user)
	}
	options := new(jose.SignerOptions).WithType("JWT").WithHeader("kid", key.id)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: key.private}, options)
	if err != nil {
		return "", fmt.Errorf("sign a token: %w", err)
	}
	token, err := jwt.Signed(signer).Claims(claims{
		Claims: jwt.Claims{
			Issuer:   strings.TrimSuffix(issuer, "/"),
			Subject:  user,
			Audience: jwt.Audience{audience},
			IssuedAt: jwt.NewNumericDate(issued),
			Expiry:   jwt.NewNumericDate(expires),
		},
		Email: user + "@example.com",
	}).Serialize()
	if err != nil {
		return "", fmt.Errorf("sign a token: %w", err)
	}
	return token, nil
}

// claims are what a token says of its user.
type claims struct {
	jwt.Claims
	Email string `json:"email"`
}

func document(content any) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(content) // fails only when the client went away
	})
}
