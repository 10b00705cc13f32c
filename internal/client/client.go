// Package client is a Go client of Cuepipe's HTTP API. Its errors are whole
// sentences for people, and never hold a token or a signed URL.
package client

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// A Client calls one service as one person. It is safe for concurrent use.
type Client struct {
	// API is the service's base URL, without "/v1".
	API string
	// Token is sent as a bearer token to the API, and to nothing else.
	Token string
	// Bearer, if set, is asked for the token before every attempt instead: a
	// long upload outlives one. Its errors are returned as they are.
	Bearer func(context.Context) (string, error)
	HTTP   *http.Client // nil is http.DefaultClient
}

const (
	// attempts is how often a call that may be repeated is tried. With the
	// pauses between them that is some seconds: enough for a cold start or a
	// dropped connection, not for an outage.
	attempts   = 5
	firstPause = 200 * time.Millisecond
	// answerTime bounds one attempt of a call to the API, whose own limit is 30 s.
	answerTime = 35 * time.Second
	// maxAnswer is more than any answer of the API has, in bytes. Captions of
	// a day have some 5 million.
	maxAnswer = 16 << 20
)

// Create registers a file and returns its new video and the ticket to upload
// it. It is not repeated after a failure, since it could then be done twice.
func (c *Client) Create(ctx context.Context, f File) (Video, Ticket, error) {
	body, err := json.Marshal(f)
	if err != nil {
		return Video{}, Ticket{}, fmt.Errorf("create: %w", err)
	}
	var v Video
	if err := c.into(ctx, request{method: http.MethodPost, path: "/v1/videos", body: body, once: true}, &v); err != nil {
		return Video{}, Ticket{}, err
	}
	if v.Upload == nil {
		return v, Ticket{}, c.notTheAPI()
	}
	ticket := *v.Upload
	v.Upload = nil // it holds a secret
	return v, ticket, nil
}

// Config returns what a client has to know before it has a token.
func (c *Client) Config(ctx context.Context) (Config, error) {
	var config Config
	err := c.into(ctx, request{method: http.MethodGet, path: "/v1/config", open: true}, &config)
	if err == nil && (config.Issuer == "" || config.ClientID == "") {
		err = c.notTheAPI()
	}
	return config, err
}

// Complete says that the video's file is uploaded.
func (c *Client) Complete(ctx context.Context, id string) (Video, error) {
	var v Video
	err := c.into(ctx, request{method: http.MethodPost, path: videoPath(id) + "/complete"}, &v)
	return v, err
}

// Get returns a video as it is now.
func (c *Client) Get(ctx context.Context, id string) (Video, error) {
	var v Video
	err := c.into(ctx, request{method: http.MethodGet, path: videoPath(id)}, &v)
	return v, err
}

// List returns one page of the caller's videos, newest first, and the cursor of
// the next page, which is empty at the end. limit 0 is the service's own.
func (c *Client) List(ctx context.Context, cursor string, limit int) (videos []Video, next string, err error) {
	q := url.Values{}
	if cursor != "" {
		q.Set("cursor", cursor)
	}
	if limit > 0 {
		q.Set("limit", strconv.Itoa(limit))
	}
	var page struct {
		Videos []Video `json:"videos"`
		Next   string  `json:"next"`
	}
	err = c.into(ctx, request{method: http.MethodGet, path: "/v1/videos?" + q.Encode()}, &page)
	return page.Videos, page.Next, err
}

// Retry has a video captioned anew. A repetition, after an answer that was lost,
// drops what the first one began some moments before. Where options is not nil
// it replaces what was asked of the captions before.
func (c *Client) Retry(ctx context.Context, id string, options *Options) (Video, error) {
	var body []byte
	if options != nil {
		var err error
		if body, err = json.Marshal(options); err != nil {
			return Video{}, fmt.Errorf("retry: %w", err)
		}
	}
	var v Video
	err := c.into(ctx, request{method: http.MethodPost, path: videoPath(id) + "/retry", body: body}, &v)
	return v, err
}

// Track returns a track's captions in a format, such as "vtt".
func (c *Client) Track(ctx context.Context, id, track, format string) ([]byte, error) {
	body, _, err := c.do(ctx, request{method: http.MethodGet, path: trackPath(id, track, format)})
	return body, err
}

// AnyLanguage names the track of a video in work, whose language nobody knows
// before something was recognised.
const AnyLanguage = "und"

// PartialTrack returns what there is of a track of a video in work, and all of
// one that is ready.
func (c *Client) PartialTrack(ctx context.Context, id, track, format string) (Captions, error) {
	body, header, err := c.do(ctx, request{method: http.MethodGet, path: trackPath(id, track, format) + "?partial=true"})
	if err != nil {
		return Captions{}, err
	}
	until, partial, err := partialUntil(header)
	return Captions{Body: body, Partial: partial, Until: until}, err
}

// partialUntil reads the header of partial captions, which whole ones do not
// have: "until=240.120".
func partialUntil(header http.Header) (until float64, partial bool, err error) {
	said := header.Get("Cuepipe-Partial")
	if said == "" {
		return 0, false, nil
	}
	seconds, ok := strings.CutPrefix(said, "until=")
	until, err = strconv.ParseFloat(seconds, 64)
	if !ok || err != nil || until < 0 || math.IsNaN(until) {
		return 0, true, &Problem{Status: http.StatusOK, Code: "not_the_api",
			Detail: "The service does not say how far its captions go. Check the API's address, and whether this program is as new as the service."}
	}
	return until, true, nil
}

// Delete removes a video with all that belongs to it. One that is gone after a
// repeated attempt was removed by the first.
func (c *Client) Delete(ctx context.Context, id string) error {
	_, _, err := c.do(ctx, request{method: http.MethodDelete, path: videoPath(id)})
	var r *repeated
	var p *Problem
	if errors.As(err, &r) && errors.As(err, &p) && p.Status == http.StatusNotFound {
		return nil
	}
	return err
}

func videoPath(id string) string { return "/v1/videos/" + url.PathEscape(id) }

func trackPath(id, track, format string) string {
	return videoPath(id) + "/captions/" + url.PathEscape(track+"."+format)
}

// A request to the API, which may be repeated unless it says once. One that is
// open carries no token.
type request struct {
	method, path string
	body         []byte
	contentType  string            // of the body; empty is JSON
	headers      map[string]string // besides
	once, open   bool
}

func (c *Client) into(ctx context.Context, r request, v any) error {
	b, _, err := c.do(ctx, r)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, v); err != nil {
		return c.notTheAPI()
	}
	return nil
}

func (c *Client) notTheAPI() *Problem {
	return &Problem{Status: http.StatusOK, Code: "not_the_api",
		Detail: "The answer of " + c.host() + " is not one of Cuepipe's API. Check the API's address."}
}

// do returns the body and the header of a successful answer, or a *Problem, an
// *Unreachable or ctx's error.
func (c *Client) do(ctx context.Context, r request) (body []byte, header http.Header, err error) {
	err = retry(ctx, attempts, func(attempt int) error {
		var err error
		body, header, err = c.try(ctx, r)
		if attempt > 1 && err != nil {
			err = &repeated{err}
		}
		return err
	}, func(err error) bool { return mayHelp(err, r.once) })
	return body, header, err
}

func (c *Client) try(parent context.Context, r request) ([]byte, http.Header, error) {
	ctx, cancel := context.WithTimeout(parent, answerTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, r.method, strings.TrimSuffix(c.API, "/")+r.path, bytes.NewReader(r.body))
	if err != nil {
		return nil, nil, badAddress()
	}
	if !r.open {
		token := c.Token
		if c.Bearer != nil {
			if token, err = c.Bearer(parent); err != nil {
				return nil, nil, err
			}
		}
		req.Header.Set("Authorization", "Bearer "+token)
	}
	if r.body != nil {
		req.Header.Set("Content-Type", cmp.Or(r.contentType, "application/json"))
	}
	for name, value := range r.headers {
		req.Header.Set(name, value)
	}
	res, err := c.http().Do(req)
	if err != nil {
		return nil, nil, unreachable(parent, c.host(), err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return nil, nil, unreachable(parent, c.host(), err)
	}
	if res.StatusCode >= 300 {
		return nil, nil, apiProblem(res, body)
	}
	return body, res.Header, nil
}

func (c *Client) http() *http.Client {
	if c.HTTP != nil {
		return c.HTTP
	}
	return http.DefaultClient
}

// host is what messages call the service: its address may hold more than
// should be shown.
func (c *Client) host() string {
	u, err := url.Parse(c.API)
	if err != nil || u.Host == "" {
		return "the service"
	}
	return u.Host
}
