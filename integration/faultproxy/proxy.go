// Package faultproxy stands between the Lambda functions of a stage on this
// machine and its LocalStack, and does to their calls of S3, SQS and DynamoDB
// what networks and services do: it drops requests, loses answers, delays,
// throttles, cuts bodies short, and kills the process that called, at a named
// point. Without a rule everything passes unchanged.
//
// Only what functions call passes here. LocalStack polls the queues for them by
// itself, and what clients do with a presigned URL, which is signed for the
// address that its function knows, passes through undisturbed.
package faultproxy

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"time"
)

// errDropped: the caller gets no answer, as when a connection breaks.
var errDropped = errors.New("the connection is dropped")

// A Proxy passes requests on to Target. Its zero value has no rules.
type Proxy struct {
	Target *url.URL
	// Functions is the folder below which the functions' programs are; nothing
	// else is ever disturbed or killed.
	Functions string
	Log       *slog.Logger

	rules rules
	calls calls
}

// NewServer returns the server of a proxy and of its control, on one port.
func NewServer(p *Proxy) *http.Server {
	control, forward := p.control(), p.forward()
	return &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, controlPath) {
				control.ServeHTTP(w, r)
				return
			}
			forward.ServeHTTP(w, r)
		}),
		ConnContext: p.withSender, ReadHeaderTimeout: 10 * time.Second,
		ErrorLog: slog.NewLogLogger(p.Log.Handler(), slog.LevelDebug),
	}
}

func (p *Proxy) forward() http.Handler {
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			// The host stays what the client signed.
			r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = p.Target.Scheme, p.Target.Host, r.In.Host
		},
		Transport: disturber{p, &http.Transport{
			DisableCompression:  true, // or it would ask for what the client did not
			MaxIdleConnsPerHost: 64,
			// Sooner than LocalStack closes its side, which would look like a fault.
			IdleConnTimeout: time.Second,
		}},
		FlushInterval: -1, // what comes before a cut must arrive
		ErrorHandler:  func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
		ErrorLog:      slog.NewLogLogger(p.Log.Handler(), slog.LevelDebug),
	}
}

// A disturber is the way to the target, with faults on it.
type disturber struct {
	p    *Proxy
	next http.RoundTripper
}

func (d disturber) RoundTrip(r *http.Request) (*http.Response, error) {
	from := senderOf(r.Context())
	// As without a proxy, a call that was sent takes effect even if its sender
	// dies before the answer.
	r = r.WithContext(context.WithoutCancel(r.Context()))
	if from.function() == "" {
		return d.next.RoundTrip(r)
	}
	call, err := understand(r)
	if err != nil {
		return nil, err
	}
	call.Function, call.PID = from.function(), from.pid()
	d.p.calls.attribute(&call)
	v := d.p.rules.decide(call)
	if !v.watched {
		return d.next.RoundTrip(r)
	}
	call.Rule, call.Fault = v.rule, v.fault
	response, err := d.apply(r, from, v, &call)
	if response != nil {
		call.Status = response.StatusCode
	}
	d.p.calls.add(call)
	if call.Fault != None {
		d.p.Log.Info("disturbed", "fault", call.Fault, "rule", call.Rule, "function", call.Function, "pid", call.PID,
			"operation", call.Operation, "change", call.Change, "video", call.Video, "status", call.Status)
	}
	return response, err
}

// apply passes r on, or not, and returns the answer that its sender gets.
// call.Status becomes that of the effect where the answer is lost.
func (d disturber) apply(r *http.Request, from *sender, v verdict, call *Call) (*http.Response, error) {
	switch v.fault {
	case Refuse:
		return nil, errDropped
	case Throttle, Unavailable:
		return refusal(r, call.Service, v.fault), nil
	case KillBefore:
		return nil, d.kill(from, call)
	case Delay:
		time.Sleep(time.Duration(v.draw.Int64N(int64(LongestDelay))))
	}
	response, err := d.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	switch v.fault {
	case Lose, KillAfter:
		_, err := io.Copy(io.Discard, response.Body) // all of the effect, nothing of the answer
		response.Body.Close()
		call.Status = response.StatusCode
		if err == nil && v.fault == KillAfter {
			err = d.kill(from, call)
		}
		return nil, errors.Join(errDropped, err)
	case Cut:
		if response.ContentLength > 0 {
			response.Body = &cutBody{response.Body, v.draw.Int64N(response.ContentLength)}
		}
	}
	return response, nil
}

// kill ends the process that sent the call; its connection breaks with it.
func (d disturber) kill(from *sender, call *Call) error {
	if err := from.kill(); err != nil {
		d.p.Log.Error("the sender was not killed", "pid", from.pid(), "err", err)
		return err
	}
	call.Killed = true
	return errDropped
}

// A cutBody ends in an error before its end.
type cutBody struct {
	io.ReadCloser
	left int64
}

func (b *cutBody) Read(p []byte) (int, error) {
	if b.left == 0 {
		return 0, errDropped
	}
	n, err := b.ReadCloser.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}

// A verdict is what becomes of one call.
type verdict struct {
	watched bool
	rule    string
	fault   Fault
	draw    *rand.Rand
}
