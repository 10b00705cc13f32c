package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"
)

// A Problem is an answer that is an error (RFC 9457). Its text is a sentence
// that says what to do.
type Problem struct {
	Status int    `json:"status"` // of HTTP
	Code   string `json:"code"`   // stable
	Detail string `json:"detail"`
	// after is how long the service asks to wait.
	after time.Duration
}

func (p *Problem) Error() string { return p.Detail }

// An Unreachable error: no answer came, so that nothing is known of what the
// service did.
type Unreachable struct {
	Host string
	Err  error
}

func (u *Unreachable) Error() string {
	return fmt.Sprintf("%s does not answer (%v). Check the address and the network, and try again.", u.Host, u.Err)
}

func (u *Unreachable) Unwrap() error { return u.Err }

// repeated marks the failure of an attempt that was not the first.
type repeated struct{ error }

func (r *repeated) Unwrap() error { return r.error }

// apiProblem reads an error of the API, or of the gateway before it, which has
// another form.
func apiProblem(res *http.Response, body []byte) *Problem {
	p := &Problem{after: retryAfter(res)}
	if json.Unmarshal(body, p) != nil || p.Detail == "" || p.Code == "" {
		p.Code, p.Detail = "unknown", fmt.Sprintf("The service answered %d %s without a reason.", res.StatusCode, http.StatusText(res.StatusCode))
		switch {
		case res.StatusCode == http.StatusTooManyRequests:
			p.Code, p.Detail = "throttled", "The service takes no more requests at this moment. Try again in a minute."
		case res.StatusCode >= 500:
			p.Code, p.Detail = "unavailable", "The service failed or is not ready. Try again in a minute."
		case res.StatusCode == http.StatusNotFound, res.StatusCode == http.StatusForbidden:
			p.Code, p.Detail = "not_the_api", "There is no Cuepipe API at this address. Check it: it is the one that the deployment printed, without \"/v1\"."
		}
	}
	p.Status = res.StatusCode
	return p
}

func badAddress() *Problem {
	return &Problem{Code: "bad_address", Detail: "The API's address is not a URL. It looks like https://abc123.execute-api.eu-central-1.amazonaws.com, without \"/v1\"."}
}

// unreachable takes the URL out of a transport's error, because it may be a
// signed one. The caller's own context speaks first.
func unreachable(ctx context.Context, host string, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	var op *net.OpError
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		err = errors.New("no answer in time")
	case errors.As(err, &op):
		err = op.Err // without the addresses of both ends
	}
	return &Unreachable{host, err}
}
