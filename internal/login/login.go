// Package login logs a person in at the issuer of a service, keeps what that
// gave, and renews it: OpenID Connect with the Authorization Code flow, PKCE
// (RFC 7636) and a redirect to this machine (RFC 8252). Its errors are whole
// sentences for people, and never hold a token or a code.
package login

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// Callback is where the issuer sends the browser back to. Its port is fixed,
// because issuers such as Cognito compare addresses to the letter.
const Callback = "localhost:8976"

// A Request says whom to log in to.
type Request struct {
	API, Issuer, ClientID string
	Scopes                []string
	// Show is told the address at which the person logs in. It must return at
	// once.
	Show func(address string)
	// Listen is Callback where it is empty; with the port 0 a free one is taken.
	Listen string
}

// issuerTime bounds one request to the issuer.
const issuerTime = 15 * time.Second

func withClient(ctx context.Context) context.Context {
	return oidc.ClientContext(ctx, &http.Client{Timeout: issuerTime})
}

// LogIn has a person log in by a browser and returns what that gave. It ends
// with ctx.
func LogIn(ctx context.Context, r Request) (Credentials, error) {
	if u, err := url.Parse(r.API); err != nil || !private(u) {
		return Credentials{}, say("The service's address does not begin with https, so that others could read your log-in on its way. Use its https address.")
	}
	provider, err := discover(withClient(ctx), r.Issuer)
	if err != nil {
		return Credentials{}, err
	}
	listen := cmp.Or(r.Listen, Callback)
	listeners, err := listenAt(ctx, listen)
	if err != nil {
		return Credentials{}, err
	}
	config := configOf(provider, r.ClientID)
	config.Scopes = r.Scopes
	host, _, _ := net.SplitHostPort(listen)
	_, port, _ := net.SplitHostPort(listeners[0].Addr().String())
	config.RedirectURL = "http://" + net.JoinHostPort(host, port) + "/callback"

	a := attempt{request: r, provider: provider, config: config, state: rand.Text(), nonce: rand.Text(), verifier: oauth2.GenerateVerifier()}
	options := []oauth2.AuthCodeOption{oidc.Nonce(a.nonce), oauth2.S256ChallengeOption(a.verifier)}
	if slices.Contains(r.Scopes, oidc.ScopeOfflineAccess) {
		// OpenID Connect Core 1.0, section 11: without it the scope is ignored.
		options = append(options, oauth2.SetAuthURLParam("prompt", "consent"))
	}
	return a.wait(ctx, listeners, config.AuthCodeURL(a.state, options...))
}

// discover refuses an issuer whose traffic others could read.
func discover(ctx context.Context, issuer string) (*oidc.Provider, error) {
	u, err := url.Parse(issuer)
	if err != nil || u.Host == "" {
		return nil, say("The service names an issuer that is not a URL. Tell who runs the service.")
	}
	if !private(u) {
		return nil, say("The service's issuer %s is not reached by https, and a password must not be sent to it. Tell who runs the service.", u.Host)
	}
	provider, err := oidc.NewProvider(ctx, issuer)
	if err != nil {
		return nil, askingFailed(ctx, u.Host, err)
	}
	return provider, nil
}

// private reports whether nobody reads what is sent there on its way.
func private(u *url.URL) bool {
	return u.Scheme == "https" || u.Scheme == "http" && loopback(u.Hostname())
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}

func configOf(provider *oidc.Provider, clientID string) oauth2.Config {
	endpoint := provider.Endpoint()
	endpoint.AuthStyle = oauth2.AuthStyleInParams // a public client has no secret to send in a header
	return oauth2.Config{ClientID: clientID, Endpoint: endpoint}
}

// listenAt listens at the loopback addresses of localhost, since a browser may
// take either. One of a family that the machine does not have is left out.
func listenAt(ctx context.Context, address string) ([]net.Listener, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	var config net.ListenConfig
	if host != "localhost" {
		l, err := config.Listen(ctx, "tcp", address)
		return []net.Listener{l}, taken(port, err)
	}
	first, err := config.Listen(ctx, "tcp4", net.JoinHostPort("127.0.0.1", port))
	if err != nil {
		return nil, taken(port, err)
	}
	_, port, _ = net.SplitHostPort(first.Addr().String())
	second, err := config.Listen(ctx, "tcp6", net.JoinHostPort("::1", port))
	if err != nil {
		return []net.Listener{first}, nil
	}
	return []net.Listener{first, second}, nil
}

func taken(port string, err error) error {
	if err == nil {
		return nil
	}
	var op *net.OpError
	if errors.As(err, &op) {
		err = op.Err
	}
	return say("Port %s of this machine, to which the browser comes back, cannot be used (%w). Another log-in may be waiting there, or another program: end it and try again.", port, err)
}

// askingFailed takes apart why the issuer did not do as it was asked. What it
// said may hold secrets, and only its code is passed on.
func askingFailed(ctx context.Context, host string, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var refused *oauth2.RetrieveError
	var u *url.Error
	switch {
	case errors.As(err, &refused):
		return say("%s refused the log-in%s. Try again, and if it happens once more, tell who runs the service.", host, code(refused.ErrorCode))
	case errors.As(err, &u) && u.Timeout():
		return say("%s does not answer in time. Try again.", host)
	case errors.As(err, &u):
		return say("%s does not answer (%w). Check the network, and try again.", host, u.Err)
	}
	return say("%s does not answer as an OpenID Connect issuer does. Tell who runs the service.", host)
}

// code is an OAuth error's, where it looks like one (RFC 6749, section 5.2).
func code(c string) string {
	if c == "" || strings.Trim(c, "abcdefghijklmnopqrstuvwxyz_") != "" || len(c) > 40 {
		return ""
	}
	return " (" + c + ")"
}

// say makes an error of a whole sentence, which is what people are told.
func say(format string, args ...any) error { return fmt.Errorf(format, args...) }

// same compares in a time that does not depend on where they differ.
func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
