package httpapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"github.com/cuepipe/cuepipe/internal/video"
)

var (
	// ErrUnauthorized: the token is missing, forged, expired, or meant for
	// somebody else.
	ErrUnauthorized = errors.New("unauthorized")
	// ErrUnavailable: the token could not be checked now.
	ErrUnavailable = errors.New("the issuer does not answer")
)

// An Authenticator says who calls.
type Authenticator interface {
	// Authenticate returns the owner id of the token's subject,
	// ErrUnauthorized or ErrUnavailable.
	Authenticate(ctx context.Context, token string) (owner string, err error)
}

func bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// OIDC verifies tokens of one OpenID Connect issuer for one audience: the
// signature by the issuer's published keys, the issuer, the audience and the
// expiry. There is no other way in.
type OIDC struct {
	issuer, audience string
	client           *http.Client

	mu       sync.Mutex
	verifier *oidc.IDTokenVerifier // nil until the issuer was discovered
}

// issuerTimeout bounds one request to the issuer, well within an API call.
const issuerTimeout = 4 * time.Second

// NewOIDC returns an authenticator that asks the issuer for its keys when the
// first token comes, so that an issuer that is down for a moment does not keep
// a function from starting.
func NewOIDC(issuer, audience string) *OIDC {
	return &OIDC{issuer: issuer, audience: audience, client: &http.Client{Timeout: issuerTimeout}}
}

// Authenticate implements Authenticator.
func (o *OIDC) Authenticate(ctx context.Context, token string) (string, error) {
	if token == "" {
		return "", fmt.Errorf("%w: no token", ErrUnauthorized)
	}
	v, err := o.discover()
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	var unreachable error
	t, err := v.Verify(context.WithValue(ctx, unreachableKey{}, &unreachable), token)
	switch {
	case unreachable != nil:
		return "", fmt.Errorf("%w: %w", ErrUnavailable, unreachable)
	case err != nil:
		return "", fmt.Errorf("%w: %w", ErrUnauthorized, err)
	case t.Subject == "":
		return "", fmt.Errorf("%w: the token has no subject", ErrUnauthorized)
	}
	return video.OwnerID(t.Issuer, t.Subject), nil
}

func (o *OIDC) discover() (*oidc.IDTokenVerifier, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.verifier != nil {
		return o.verifier, nil
	}
	// The library keeps this context for later requests: it must not end with
	// the call that happened to be the first.
	ctx := oidc.ClientContext(context.Background(), o.client)
	p, err := oidc.NewProvider(ctx, o.issuer)
	if err != nil {
		return nil, err
	}
	var published struct {
		Keys       string   `json:"jwks_uri"`
		Algorithms []string `json:"id_token_signing_alg_values_supported"`
	}
	if err := p.Claims(&published); err != nil {
		return nil, err
	}
	algorithms := slices.DeleteFunc(published.Algorithms, func(a string) bool { return !slices.Contains(asymmetric, a) })
	o.verifier = oidc.NewVerifier(o.issuer, keySet{oidc.NewRemoteKeySet(ctx, published.Keys)},
		&oidc.Config{ClientID: o.audience, SupportedSigningAlgs: algorithms})
	return o.verifier, nil
}

// asymmetric are the algorithms whose public key an issuer can publish. An
// issuer that names others as well cannot widen this.
var asymmetric = []string{oidc.RS256, oidc.RS384, oidc.RS512, oidc.ES256, oidc.ES384, oidc.ES512, oidc.PS256, oidc.PS384, oidc.PS512, oidc.EdDSA}

// keySet tells "the keys cannot be had" from "the signature is wrong", which
// the verifier's own error does not.
type keySet struct{ oidc.KeySet }

type unreachableKey struct{}

func (k keySet) VerifySignature(ctx context.Context, jwt string) ([]byte, error) {
	payload, err := k.KeySet.VerifySignature(ctx, jwt)
	if err != nil && strings.HasPrefix(err.Error(), "fetching keys") {
		*ctx.Value(unreachableKey{}).(*error) = err
	}
	return payload, err
}
