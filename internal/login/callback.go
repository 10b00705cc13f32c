package login

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// An attempt is one log-in that is under way.
type attempt struct {
	request                Request
	provider               *oidc.Provider
	config                 oauth2.Config
	state, nonce, verifier string
}

type outcome struct {
	credentials Credentials
	err         error
}

// wait serves the browser's return until the first that belongs to this
// attempt.
func (a attempt) wait(ctx context.Context, listeners []net.Listener, address string) (Credentials, error) {
	ended := make(chan outcome, 1)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /callback", func(w http.ResponseWriter, r *http.Request) {
		// Anybody's page can send a browser here: what lacks the state is
		// turned away, and does not end the attempt.
		if !same(r.FormValue("state"), a.state) {
			page(w, http.StatusBadRequest, "This is not the log-in that the command line waits for. Follow the address that it printed.")
			return
		}
		c, err := a.exchange(ctx, r.URL.Query())
		if err != nil {
			page(w, http.StatusBadRequest, "You are not logged in. The command line says why; you can close this page.")
		} else {
			page(w, http.StatusOK, "You are logged in. You can close this page and go back to the command line.")
		}
		select {
		case ended <- outcome{c, err}:
		default: // a second return, after the first has ended it
		}
	})
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	for _, l := range listeners {
		go func() { _ = server.Serve(l) }() // ends with Shutdown
	}
	defer func() {
		// The page is still to be delivered, but a browser that keeps its
		// connection open is not waited for.
		rest, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = server.Shutdown(rest)
		_ = server.Close()
	}()
	a.request.Show(address)
	select {
	case o := <-ended:
		return o.credentials, o.err
	case <-ctx.Done():
		return Credentials{}, context.Cause(ctx)
	}
}

// exchange turns the code that the browser brought into tokens, and checks
// that they are of this attempt.
func (a attempt) exchange(ctx context.Context, q url.Values) (Credentials, error) {
	ctx = withClient(ctx)
	host := hostOf(a.request.Issuer)
	if iss := q.Get("iss"); iss != "" && iss != a.request.Issuer { // RFC 9207
		return Credentials{}, say("The answer to the log-in came from another issuer than the service's. Log in again.")
	}
	switch said := q.Get("error"); {
	case said == "access_denied":
		return Credentials{}, say("The log-in was refused at %s.", host)
	case said != "":
		return Credentials{}, say("%s did not log you in%s. Try again, and if it happens once more, tell who runs the service.", host, code(said))
	}
	token, err := a.config.Exchange(ctx, q.Get("code"), oauth2.VerifierOption(a.verifier))
	if err != nil {
		return Credentials{}, askingFailed(ctx, host, err)
	}
	c, id, err := verify(ctx, a.provider, a.request.ClientID, token)
	if err != nil {
		return Credentials{}, err
	}
	if !same(id.Nonce, a.nonce) {
		return Credentials{}, say("The token is of another log-in. Log in again.")
	}
	c.API, c.Issuer = a.request.API, a.request.Issuer
	return c, nil
}

// verify reads the ID token of an answer: it must be signed by the issuer, for
// this client, and belong to the access token that it came with.
func verify(ctx context.Context, provider *oidc.Provider, clientID string, token *oauth2.Token) (Credentials, *oidc.IDToken, error) {
	raw, _ := token.Extra("id_token").(string)
	if raw == "" {
		return Credentials{}, nil, say("The issuer gave no ID token. Tell who runs the service.")
	}
	id, err := provider.Verifier(&oidc.Config{ClientID: clientID}).Verify(ctx, raw)
	if err == nil && id.AccessTokenHash != "" {
		err = id.VerifyAccessToken(token.AccessToken)
	}
	if err != nil {
		if ctx.Err() != nil {
			return Credentials{}, nil, context.Cause(ctx)
		}
		return Credentials{}, nil, say("The issuer's token is not valid for this service. Check this machine's clock, and log in again.")
	}
	var claims struct {
		Name  string `json:"name"`
		Email string `json:"email"`
	}
	if err := id.Claims(&claims); err != nil {
		return Credentials{}, nil, say("The issuer's token cannot be read. Tell who runs the service.")
	}
	c := Credentials{ClientID: clientID, Subject: id.Subject, Name: claims.Email, IDToken: raw, ExpiresAt: id.Expiry, RefreshToken: token.RefreshToken}
	if c.Name == "" {
		c.Name = claims.Name
	}
	return c, id, nil
}

func hostOf(address string) string {
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		return u.Host
	}
	return "The issuer"
}

// page is one sentence. Its own address holds the code, which is used up, and
// goes to nobody.
func page(w http.ResponseWriter, status int, sentence string) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">"+
		"<meta name=\"color-scheme\" content=\"light dark\"><title>Cuepipe</title><h1>Cuepipe</h1><p>%s</p></html>\n", sentence)
}
