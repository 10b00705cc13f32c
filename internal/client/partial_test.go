package client_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/captioning/captioningtest"
	"github.com/cuepipe/cuepipe/internal/client"
	"github.com/cuepipe/cuepipe/internal/client/clienttest"
)

// long is a film of four segments of ten seconds.
var long = captioningtest.Film{Header: 38 * time.Second, Sound: 38 * time.Second, Words: strings.Repeat("Much is said here. | ", 16)}

func uploaded(t *testing.T, service *clienttest.Service, film captioningtest.Film) (*client.Client, client.Video) {
	t.Helper()
	c := &client.Client{API: service.URL, Token: clienttest.Token}
	b := film.Bytes()
	v, ticket, err := c.Create(t.Context(), client.File{Filename: "long.mp4", Size: int64(len(b)), ContentType: "video/mp4"})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Upload(t.Context(), ticket, bytes.NewReader(b), int64(len(b)), nil); err != nil {
		t.Fatal(err)
	}
	if v, err = c.Complete(t.Context(), v.ID); err != nil {
		t.Fatal(err)
	}
	return c, v
}

func TestCaptionsGrowWhileTheFilmIsInWork(t *testing.T) {
	service := clienttest.New(t)
	service.Behave(clienttest.Behaviour{Idle: true, SegmentLength: 10 * time.Second})
	c, v := uploaded(t, service, long)
	var before client.Captions
	var heard float64
	for done := range 5 {
		got, err := c.PartialTrack(t.Context(), v.ID, client.AnyLanguage, "vtt")
		if err != nil {
			t.Fatal(err)
		}
		now, err := c.Get(t.Context(), v.ID)
		if err != nil {
			t.Fatal(err)
		}
		last := done == 4
		switch {
		case got.Partial == last || strings.Contains(string(got.Body), "NOTE Partial") == last:
			t.Errorf("%d done: partial is %v:\n%s", done, got.Partial, got.Body)
		case done == 0 && (got.Until != 0 || strings.Contains(string(got.Body), "-->")):
			t.Errorf("nothing is done, and there are captions to %v:\n%s", got.Until, got.Body)
		case done > 0 && (len(got.Body) <= len(before.Body) || !last && got.Until <= before.Until):
			t.Errorf("%d done: captions to %v after some to %v, %d bytes", done, got.Until, before.Until, len(got.Body))
		}
		if p := now.Progress; done > 0 && (p.Done != done || p.Total != 4 || p.Heard <= heard || p.Heard > 38 || p.SecondsLeft == nil != last) {
			t.Errorf("%d done: %+v", done, p)
		}
		if now.Progress != nil {
			heard = now.Progress.Heard
		}
		before = got
		service.Work(v.ID, 1)
	}
	whole, err := c.Track(t.Context(), v.ID, "en", "vtt")
	if err != nil || !bytes.Equal(whole, before.Body) {
		t.Errorf("%v: what is ready is not what was asked for as partial:\n%s", err, before.Body)
	}
}

func TestRetryMakesTheSameCaptionsAgain(t *testing.T) {
	service := clienttest.New(t)
	c, v := uploaded(t, service, long)
	first, err := c.Track(t.Context(), v.ID, "en", "vtt")
	if err != nil {
		t.Fatal(err)
	}
	// While it is in work the captions of before are gone.
	service.Behave(clienttest.Behaviour{Idle: true})
	v, err = c.Retry(t.Context(), v.ID, nil)
	if err != nil || v.Status != client.Queued || len(v.Tracks) != 0 {
		t.Fatalf("%+v, %v", v, err)
	}
	var p *client.Problem
	if _, err := c.Track(t.Context(), v.ID, "en", "vtt"); !errors.As(err, &p) || p.Code != "no_such_track" {
		t.Errorf("the track of before: %v", err)
	}
	service.Behave(clienttest.Behaviour{})
	if _, err := c.Retry(t.Context(), v.ID, nil); err != nil {
		t.Fatal(err)
	}
	again, err := c.Track(t.Context(), v.ID, "en", "vtt")
	if err != nil || !bytes.Equal(first, again) {
		t.Errorf("%v:\n%s\nand before:\n%s", err, again, first)
	}
}

func TestAnAnswerThatDoesNotSayHowFarItGoes(t *testing.T) {
	for _, header := range []string{"until", "until=", "until=x", "until=-1", "until=NaN", "120"} {
		api := &client.Client{API: "https://api.example", HTTP: &http.Client{Transport: transport(func(*http.Request) (*http.Response, error) {
			res, err := answer(200, "WEBVTT\n")
			res.Header.Set("Cuepipe-Partial", header)
			return res, err
		})}}
		_, err := api.PartialTrack(context.Background(), "x", "en", "vtt")
		var p *client.Problem
		if !errors.As(err, &p) || p.Code != "not_the_api" {
			t.Errorf("%q: %v", header, err)
		}
	}
}
