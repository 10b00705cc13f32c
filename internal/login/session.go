package login

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"golang.org/x/oauth2"
)

// A Session gives the token of whoever is logged in, and renews it. It is safe
// for concurrent use, also by several processes on one store.
type Session struct {
	Store Store

	mu   sync.Mutex
	held Credentials // as they were read last
}

// renewBefore is how long before its end a token is renewed: long enough for a
// call and for clocks that differ.
const renewBefore = time.Minute

// ErrEnded: the log-in is over, and only the person can begin another.
var ErrEnded = say("Your log-in has ended. Log in again with: cuepipe login")

// Token returns an ID token that is valid for a call, ErrNone or ErrEnded.
func (s *Session) Token(ctx context.Context) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held.fresh() {
		return s.held.IDToken, nil
	}
	var err error
	if s.held, err = s.Store.Load(); err != nil || s.held.fresh() {
		return s.held.IDToken, err
	}
	unlock, err := s.Store.lock(ctx)
	if err != nil {
		return "", err
	}
	defer unlock()
	// Another process may have renewed it while this one waited: a refresh
	// token that is used twice would end the log-in for both.
	if s.held, err = s.Store.Load(); err != nil || s.held.fresh() {
		return s.held.IDToken, err
	}
	renewed, err := renew(withClient(ctx), s.held)
	if err != nil {
		if !errors.Is(err, ErrEnded) && time.Now().Before(s.held.ExpiresAt) {
			return s.held.IDToken, nil // it is good for this call, and the next one tries again
		}
		return "", err
	}
	s.held = renewed
	return s.held.IDToken, s.Store.save(s.held)
}

func (c Credentials) fresh() bool { return time.Until(c.ExpiresAt) > renewBefore }

func renew(ctx context.Context, c Credentials) (Credentials, error) {
	if c.RefreshToken == "" {
		return c, ErrEnded
	}
	provider, err := discover(ctx, c.Issuer)
	if err != nil {
		return c, err
	}
	config := configOf(provider, c.ClientID)
	token, err := config.TokenSource(ctx, &oauth2.Token{RefreshToken: c.RefreshToken}).Token()
	if err != nil {
		var refused *oauth2.RetrieveError
		if errors.As(err, &refused) && refused.ErrorCode == "invalid_grant" {
			return c, ErrEnded
		}
		return c, askingFailed(ctx, hostOf(c.Issuer), err)
	}
	n, _, err := verify(ctx, provider, c.ClientID, token)
	if err != nil {
		return c, err
	}
	if n.Subject != c.Subject { // OpenID Connect Core 1.0, section 12.2
		return c, ErrEnded
	}
	n.API, n.Issuer = c.API, c.Issuer
	if n.RefreshToken == "" { // it stays as it is where the issuer gives no other
		n.RefreshToken = c.RefreshToken
	}
	return n, nil
}

// LogOut forgets the log-in, and has the issuer forget it where it can be
// asked. It is forgotten here in any case; revoked says whether it is there.
func (s *Session) LogOut(ctx context.Context) (revoked bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, loading := s.Store.Load()
	s.held = Credentials{}
	if errors.Is(loading, ErrNone) {
		return false, ErrNone
	}
	if err := s.Store.Remove(ctx); err != nil || loading != nil || c.RefreshToken == "" {
		return false, err
	}
	return revoke(withClient(ctx), c) == nil, nil
}

// revoke ends the refresh token (RFC 7009).
func revoke(ctx context.Context, c Credentials) error {
	provider, err := discover(ctx, c.Issuer)
	if err != nil {
		return err
	}
	var published struct {
		Endpoint string `json:"revocation_endpoint"`
	}
	if err := provider.Claims(&published); err != nil {
		return err
	}
	if published.Endpoint == "" {
		return errors.New("the issuer does not revoke")
	}
	form := url.Values{"token": {c.RefreshToken}, "token_type_hint": {"refresh_token"}, "client_id": {c.ClientID}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, published.Endpoint, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	client := ctx.Value(oauth2.HTTPClient).(*http.Client)
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return errors.New("the issuer refused")
	}
	return nil
}
