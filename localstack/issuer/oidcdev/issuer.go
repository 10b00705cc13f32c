// Package oidcdev signs tokens of the OpenID Connect issuer of the stages on
// one machine for whoever can read its key file: programs and tests need not
// log in. The provider in localstack/provider is served with the same key.
//
// It only signs for development. It asks nobody who they are, so it must never
// hold the key of an issuer that a stage on AWS trusts.
package oidcdev

import (
	"fmt"
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
