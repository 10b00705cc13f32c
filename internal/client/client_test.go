package client_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cuepipe/cuepipe/internal/captioning/captioningtest"
	"github.com/cuepipe/cuepipe/internal/client"
	"github.com/cuepipe/cuepipe/internal/client/clienttest"
)

var film = captioningtest.Film{Header: time.Second, Words: "Something is said."}.Bytes()

func lecture() client.File {
	return client.File{Filename: "lecture.mp4", Size: int64(len(film)), ContentType: "video/mp4"}
}

func TestFromAFileToItsCaptions(t *testing.T) {
	ctx := t.Context()
	service := clienttest.New(t)
	c := &client.Client{API: service.URL + "/", Token: clienttest.Token}
	v, ticket, err := c.Create(ctx, lecture())
	if err != nil || v.Status != client.Pending || v.Title != "lecture.mp4" || v.CreatedAt.IsZero() {
		t.Fatalf("%+v, %v", v, err)
	}
	var sent []int64
	if err := c.Upload(ctx, ticket, bytes.NewReader(film), int64(len(film)), func(n int64) { sent = append(sent, n) }); err != nil {
		t.Fatal(err)
	}
	if len(sent) == 0 || sent[len(sent)-1] != int64(len(film)) || !slices.IsSorted(sent) {
		t.Errorf("progress was %v of %d", sent, len(film))
	}
	if v, err = c.Complete(ctx, v.ID); err != nil || v.Status != client.Ready {
		t.Errorf("%+v, %v", v, err)
	}
	if v, err = c.Get(ctx, v.ID); err != nil || v.Duration != 1 || v.Progress.Total != 1 || len(v.Tracks) != 1 || v.Tracks[0].Engine != "test 1" {
		t.Errorf("%+v, %v", v, err)
	}
	vtt, err := c.Track(ctx, v.ID, "en", "vtt")
	if err != nil || !strings.HasPrefix(string(vtt), "WEBVTT\n") || !strings.Contains(string(vtt), "Something is said.") {
		t.Errorf("%q, %v", vtt, err)
	}
	if err := c.Delete(ctx, v.ID); err != nil {
		t.Error(err)
	}
	var p *client.Problem
	if err := c.Delete(ctx, v.ID); !errors.As(err, &p) || p.Status != 404 || p.Code != "not_found" {
		t.Errorf("a video that is gone: %v", err)
	}
}

func TestPages(t *testing.T) {
	c := &client.Client{API: clienttest.New(t).URL, Token: clienttest.Token}
	for range 5 {
		if _, _, err := c.Create(t.Context(), lecture()); err != nil {
			t.Fatal(err)
		}
	}
	var sizes []int
	for cursor := ""; ; {
		vs, next, err := c.List(t.Context(), cursor, 2)
		if err != nil {
			t.Fatal(err)
		}
		sizes = append(sizes, len(vs))
		if cursor = next; cursor == "" {
			break
		}
	}
	if !slices.Equal(sizes, []int{2, 2, 1}) {
		t.Errorf("pages of %v", sizes)
	}
}

func TestWhyAnUploadIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		life time.Duration
		send func(c *client.Client, ticket client.Ticket) error
		code string
	}{
		"the ticket is used": {send: func(c *client.Client, ticket client.Ticket) error {
			return errors.Join(send(c, ticket, film), send(c, ticket, film))
		}, code: "already_uploaded"},
		"it is of another size": {send: func(c *client.Client, ticket client.Ticket) error {
			return send(c, ticket, film[1:])
		}, code: "upload_refused"},
		"it is of another type": {send: func(c *client.Client, ticket client.Ticket) error {
			ticket.Headers["Content-Type"] = "video/webm"
			return send(c, ticket, film)
		}, code: "upload_refused"},
		"the ticket has expired": {life: -time.Second, send: func(c *client.Client, ticket client.Ticket) error {
			return send(c, ticket, film)
		}, code: "upload_expired"},
	} {
		t.Run(name, func(t *testing.T) {
			service := clienttest.New(t)
			service.Behave(clienttest.Behaviour{TicketLife: c.life, Idle: true})
			api := &client.Client{API: service.URL, Token: clienttest.Token}
			_, ticket, err := api.Create(t.Context(), lecture())
			if err != nil {
				t.Fatal(err)
			}
			err = c.send(api, ticket)
			var p *client.Problem
			if !errors.As(err, &p) || p.Code != c.code {
				t.Fatalf("%v, want %s", err, c.code)
			}
			mustBeSafe(t, err)
		})
	}
}

func send(c *client.Client, ticket client.Ticket, b []byte) error {
	return c.Upload(context.Background(), ticket, bytes.NewReader(b), int64(len(b)), nil)
}

// mustBeSafe fails where an error holds a secret or is no sentence.
func mustBeSafe(t *testing.T, err error) {
	t.Helper()
	s := err.Error()
	if strings.Contains(s, "5ec4e7") || strings.Contains(s, clienttest.Token) || strings.Contains(s, "?") {
		t.Errorf("the message has a secret: %s", s)
	}
	if !strings.HasSuffix(s, ".") || len(s) < 30 {
		t.Errorf("the message is no sentence: %s", s)
	}
}

// transport answers requests without a network, so that pauses can pass in a
// bubble of time.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func answer(status int, body string) (*http.Response, error) {
	w := httptest.NewRecorder()
	w.WriteHeader(status)
	_, _ = w.WriteString(body)
	return w.Result(), nil
}

var errDropped = errors.New("connection reset by peer")

func TestWhatIsRepeated(t *testing.T) {
	get := func(c *client.Client) error { _, err := c.Get(context.Background(), "x"); return err }
	create := func(c *client.Client) error { _, _, err := c.Create(context.Background(), lecture()); return err }
	remove := func(c *client.Client) error { return c.Delete(context.Background(), "x") }
	put := func(c *client.Client) error {
		return send(c, client.Ticket{Method: "PUT", URL: "https://s3.example/k?" + clienttest.Signature}, film)
	}
	const dropped = 0
	for name, c := range map[string]struct {
		call    func(*client.Client) error
		answers []int // the last one again and again
		tries   int
		works   bool
	}{
		"a get through a bad moment":           {get, []int{503, dropped, 429, 200}, 4, true},
		"a get in an outage":                   {get, []int{dropped}, 5, false},
		"a get that is refused":                {get, []int{404, 200}, 1, false},
		"a creation that may have worked":      {create, []int{502, 200}, 1, false},
		"a creation whose answer was lost":     {create, []int{dropped, 200}, 1, false},
		"a creation that certainly did not":    {create, []int{429, 200}, 2, true},
		"a removal whose answer was lost":      {remove, []int{dropped, 404}, 2, true},
		"a removal of nothing":                 {remove, []int{404}, 1, false},
		"an upload through a bad moment":       {put, []int{500, 409, dropped, 200}, 4, true},
		"an upload whose answer was lost":      {put, []int{dropped, 412}, 2, true},
		"an upload by a ticket that was used":  {put, []int{412}, 1, false},
		"an upload that is refused for a good": {put, []int{403, 200}, 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tries := 0
				began := time.Now()
				api := &client.Client{API: "https://api.example", Token: clienttest.Token, HTTP: &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
					status := c.answers[min(tries, len(c.answers)-1)]
					tries++
					if _, err := io.Copy(io.Discard, r.Body); err != nil {
						return nil, err
					}
					if status == dropped {
						return nil, errDropped
					}
					return answer(status, `{"upload": {}}`) // as a creation has it
				})}}
				err := c.call(api)
				if tries != c.tries || (err == nil) != c.works {
					t.Errorf("%d tries, %v; want %d", tries, err, c.tries)
				}
				if err != nil {
					mustBeSafe(t, err)
				}
				if took := time.Since(began); took > 30*time.Second || tries > 1 && took < 50*time.Millisecond {
					t.Errorf("%d tries took %v", tries, took)
				}
			})
		})
	}
}

func TestAServiceAsksForPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		tries := 0
		api := &client.Client{API: "https://api.example", HTTP: &http.Client{Transport: transport(func(*http.Request) (*http.Response, error) {
			if tries++; tries > 1 {
				return answer(200, "{}")
			}
			res, err := answer(429, "")
			res.Header.Set("Retry-After", "7")
			return res, err
		})}}
		if _, err := api.Get(t.Context(), "x"); err != nil || time.Since(began) < 7*time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
	})
}

func TestACancelledCallEndsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		why := errors.New("the person had enough")
		ctx, cancel := context.WithCancelCause(t.Context())
		api := &client.Client{API: "https://api.example", HTTP: &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})}}
		time.AfterFunc(time.Second, func() { cancel(why) })
		began := time.Now()
		if _, err := api.Get(ctx, "x"); !errors.Is(err, why) || time.Since(began) != time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
	})
}

func TestAnAnswerThatNeverComesIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := &client.Client{API: "https://api.example", HTTP: &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})}}
		_, err := api.Get(t.Context(), "x")
		var u *client.Unreachable
		if !errors.As(err, &u) || u.Host != "api.example" {
			t.Fatalf("%v", err)
		}
		mustBeSafe(t, err)
	})
}

func TestMessagesOfWrongAddressesAndTokens(t *testing.T) {
	service := clienttest.New(t)
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "<html>Welcome</html>")
	}))
	defer web.Close()
	gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, `{"message": "Missing Authentication Token"}`, http.StatusForbidden) // API Gateway's word for 404
	}))
	defer gateway.Close()
	for name, c := range map[string]struct{ api, token, code, says string }{
		"no URL":               {"::", "t", "bad_address", "not a URL"},
		"no API there":         {web.URL, "t", "not_the_api", "Check the API's address"},
		"no such stage":        {gateway.URL, "t", "not_the_api", "without \"/v1\""},
		"a token of nobody's":  {service.URL, "guess", "unauthorized", "valid token"},
		"no token":             {service.URL, "", "unauthorized", "valid token"},
		"the API's own answer": {service.URL, clienttest.Token, "not_found", "GET /v1/videos"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := (&client.Client{API: c.api, Token: c.token}).Get(t.Context(), "x")
			var p *client.Problem
			if !errors.As(err, &p) || p.Code != c.code || !strings.Contains(p.Detail, c.says) {
				t.Fatalf("%v", err)
			}
			mustBeSafe(t, err)
		})
	}
	_, _, err := (&client.Client{API: closed.URL, Token: clienttest.Token}).Create(t.Context(), lecture())
	var u *client.Unreachable
	if !errors.As(err, &u) || !strings.Contains(err.Error(), "connection refused") {
		t.Fatalf("%v", err)
	}
	mustBeSafe(t, err)
}
