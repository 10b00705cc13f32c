package notify

import (
	"fmt"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// leastSecret is how long a secret is at least, in bytes: as long as what HS256
// makes of it (RFC 7518, 3.2).
const leastSecret = 32

// A Signer signs events for a webhook.
//
// EventBridge may write an event's JSON in other bytes than it was given, so
// that a signature of bytes would not last. The signature is a token instead
// that carries what it signs (JWS compact, RFC 7515, HS256): any library for
// JSON Web Tokens verifies it.
type Signer struct {
	signer jose.Signer
	issuer string
	now    func() time.Time
}

// NewSigner takes the secret, whose bytes are the key, and the stack's name,
// which becomes the issuer: one receiver may serve several stages.
func NewSigner(secret, issuer string) (*Signer, error) {
	if len(secret) < leastSecret {
		return nil, fmt.Errorf("the webhook's secret has %d bytes, and needs %d", len(secret), leastSecret)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.HS256, Key: []byte(secret)}, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return nil, fmt.Errorf("make the webhook's signer: %w", err)
	}
	return &Signer{signer: signer, issuer: issuer, now: time.Now}, nil
}

// Sign returns the signature of an event, over all its claims and iss, iat and
// jti. A repetition is signed anew.
func (s *Signer) Sign(e Event) (string, error) {
	e.Signature = ""
	token, err := jwt.Signed(s.signer).Claims(e).Claims(jwt.Claims{ID: e.ID, Issuer: s.issuer, IssuedAt: jwt.NewNumericDate(s.now())}).Serialize()
	if err != nil {
		return "", fmt.Errorf("sign event: %w", err)
	}
	return token, nil
}
