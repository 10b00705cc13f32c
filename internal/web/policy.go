package web

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
)

// issuerTimeout bounds the one question to the issuer, for which a person
// waits.
const issuerTimeout = 3 * time.Second

// A policy is what the page may do in a browser: run its own scripts, and speak
// to this API, the issuer and the storage, and to nobody else.
type policy struct {
	issuer, storage string
	client          *http.Client
	log             *slog.Logger

	mu      sync.Mutex
	origins []string // of the issuer's endpoints; nil until it has named them
}

func newPolicy(issuer, storage string, log *slog.Logger) *policy {
	return &policy{issuer: issuer, storage: storage, client: &http.Client{Timeout: issuerTimeout}, log: log}
}

func (p *policy) set(r *http.Request, h http.Header) {
	h.Set("Content-Security-Policy", strings.Join([]string{
		"default-src 'none'",
		"script-src 'self'",
		"style-src 'self'",
		"img-src 'self' data:",
		"font-src 'self'",
		"connect-src 'self' " + strings.Join(append(p.issuers(r.Context()), p.storage), " "),
		"media-src " + p.storage + " blob:",
		"base-uri 'none'",
		"form-action 'none'",
		"frame-ancestors 'none'",
	}, "; "))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()")
	// Over http it means nothing, and is not to be sent (RFC 6797, section 7.2).
	if r.Header.Get("X-Forwarded-Proto") == "https" {
		h.Set("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
	}
}

// issuers are the origins that a page speaks to when somebody logs in. An
// issuer may have its endpoints elsewhere than its own address says; Cognito
// does. While it does not answer, its own address is all that is known, and
// logging in would not work anyway.
func (p *policy) issuers(ctx context.Context) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.origins != nil {
		return slices.Clone(p.origins)
	}
	own := []string{origin(p.issuer)}
	provider, err := oidc.NewProvider(oidc.ClientContext(ctx, p.client), p.issuer)
	if err != nil {
		p.log.Error("the issuer does not say where its endpoints are", "err", err)
		return own
	}
	var endpoints struct {
		Token      string `json:"token_endpoint"`
		UserInfo   string `json:"userinfo_endpoint"`
		Revocation string `json:"revocation_endpoint"`
		Keys       string `json:"jwks_uri"`
	}
	if err := provider.Claims(&endpoints); err != nil {
		p.log.Error("the issuer does not say where its endpoints are", "err", err)
		return own
	}
	for _, endpoint := range []string{endpoints.Token, endpoints.UserInfo, endpoints.Revocation, endpoints.Keys} {
		if o := origin(endpoint); o != "" && !slices.Contains(own, o) {
			own = append(own, o)
		}
	}
	p.origins = own
	return slices.Clone(own)
}

// origin is scheme, host and port of an address, and empty where it is none: an
// address from elsewhere must not add words of its own to the policy.
func origin(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || strings.ContainsAny(u.Host, "; ,'\"") || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}
