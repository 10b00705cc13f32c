package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/cuepipe/cuepipe/internal/client"
	"github.com/cuepipe/cuepipe/internal/client/clienttest"
)

const corrected = "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\nSomething was said.\n"

func TestCorrectedCaptionsAreSavedAsVersions(t *testing.T) {
	b := newBench(t)
	id := b.upload(film)
	path := b.file("corrected.vtt", []byte(corrected))
	if _, said := b.run(0, "put", id, path); !strings.Contains(said, "Saved en-x-edited of video "+id+": 1 cue, version 1.") {
		t.Errorf("said %s", said)
	}
	if out, _ := b.run(0, "captions", id); !strings.Contains(out, "Something was said.") { // one's own come first
		t.Errorf("%s", out)
	}
	path = b.file("again.srt", []byte("1\n00:00:00,000 --> 00:00:01,000\nSomething else was said.\n"))
	if _, said := b.run(0, "put", id, path); !strings.Contains(said, "version 2.") {
		t.Errorf("said %s", said)
	}
	if out, _ := b.run(0, "captions", id, "--track", "en-x-edited", "--version", "1"); !strings.Contains(out, "Something was said.") {
		t.Errorf("%s", out)
	}
	if out, _ := b.run(0, "versions", id, "en-x-edited"); strings.Count(out, "\n") != 3 || !strings.HasPrefix(out, "VERSION") {
		t.Errorf("%s", out)
	}
	if out, _ := b.run(0, "versions", id, "en-x-edited", "--json"); !strings.HasPrefix(out, `{"number":2,"cues":1,`) {
		t.Errorf("%s", out)
	}
	if _, said := b.run(0, "restore", id, "en-x-edited", "1"); !strings.Contains(said, "now version 3") {
		t.Errorf("said %s", said)
	}
	if out, _ := b.run(0, "get", id); !strings.Contains(out, "en-x-edited, 1 cue, human, version 3, saved ") || !strings.Contains(out, "machine test 1") {
		t.Errorf("%s", out)
	}
	b.run(0, "put", id, path, "--track", "de-x-mine")
	for _, c := range []struct {
		code int
		says string
		args []string
	}{
		{2, "vtt or srt", []string{"put", id, b.path("lecture.mp4")}},
		{1, "cannot be read", []string{"put", id, b.path("none.vtt")}},
		{1, "", []string{"put", id, b.file("broken.vtt", []byte("no captions"))}},
		{1, "", []string{"put", id, path, "--track", "en"}},
		{1, "larger than 4 MiB", []string{"put", id, b.file("large.vtt", make([]byte, 4<<20+1))}},
		{2, "Name the id", []string{"put", id}},
		{2, "is a number from 1", []string{"restore", id, "en-x-edited", "first"}},
		{1, "has no track", []string{"restore", id, "fr-x-none", "1"}},
		{1, "", []string{"restore", id, "en-x-edited", "99"}},
	} {
		if out, said := b.run(c.code, c.args...); out != "" || !strings.Contains(said, c.says) {
			t.Errorf("%v: %s, %s", c.args, out, said)
		}
	}
}

func TestNobodysVersionIsReplacedUnseen(t *testing.T) {
	b := newBench(t)
	id := b.upload(film)
	path := b.file("corrected.vtt", []byte(corrected))
	b.run(0, "put", id, path)
	tracks, err := (&client.Client{API: b.service.URL, Token: clienttest.Token}).Tracks(t.Context(), id)
	if err != nil || len(tracks) != 2 || tracks[0].ETag == "" {
		t.Fatalf("%+v, %v", tracks, err)
	}
	b.run(0, "put", id, b.file("second.vtt", []byte(strings.ReplaceAll(corrected, "was", "is"))), "--etag", tracks[0].ETag)
	third := b.file("third.vtt", []byte(strings.ReplaceAll(corrected, "was", "may be")))
	if _, said := b.run(1, "put", id, third, "--etag", tracks[0].ETag); !strings.Contains(said, "--force") {
		t.Errorf("said %s", said)
	}
	// Another saves between the look and the save, once.
	var once sync.Once
	b.service.Behave(clienttest.Behaviour{Intercept: func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodPut && r.Header.Get("X-Other") == "" {
			once.Do(func() {
				c := &client.Client{API: b.service.URL, Token: clienttest.Token, HTTP: &http.Client{Transport: other{}}}
				now, err := c.Tracks(t.Context(), id)
				if err == nil {
					_, err = c.PutTrack(t.Context(), id, "en-x-edited", "vtt", []byte(strings.ReplaceAll(corrected, "was", "will be")), now[0].ETag)
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
		return false
	}})
	if _, said := b.run(0, "put", id, third, "--force"); !strings.Contains(said, "version 4.") {
		t.Errorf("said %s", said)
	}
}

// other marks somebody else's requests.
type other struct{}

func (other) RoundTrip(r *http.Request) (*http.Response, error) {
	r.Header.Set("X-Other", "yes")
	return http.DefaultTransport.RoundTrip(r)
}

func TestWhatASearchFoundIsShown(t *testing.T) {
	b := newBench(t)
	found := client.Hits{Videos: 3, More: true, NotSearched: 1, Hits: []client.Hit{
		{Video: "aaa", Title: "one.mp4", Track: "en", Cue: 7, Start: 3723.4, End: 3725, Text: "A summer's \x1b[2Jday, für dich", Marks: [][2]int{{2, 10}, {20, 23}}},
		{Video: "aaa", Title: "one.mp4", Track: "en", Cue: 9, Start: 3800, End: 3801, Text: "summer", Marks: [][2]int{{4, 2}, {0, 99}}},
		{Video: "bbb", Title: "summer.mp4", Marks: [][2]int{{0, 6}}},
	}}
	var asked string
	b.service.Behave(clienttest.Behaviour{Intercept: func(w http.ResponseWriter, r *http.Request) bool {
		asked = r.URL.String()
		if err := json.NewEncoder(w).Encode(found); err != nil {
			t.Error(err)
		}
		return true
	}})
	out, said := b.run(0, "search", "summer", "day")
	if want := "aaa  one.mp4\n  1:02:03  A summer's  [2Jday, für dich\n  1:03:20  summer\nbbb  summer.mp4\n"; out != want {
		t.Errorf("%q, want %q", out, want)
	}
	if !strings.Contains(said, "There is more.") || !strings.Contains(said, "1 video older") || asked != "/v1/search?limit=50&q=summer+day" {
		t.Errorf("said %s, asked %s", said, asked)
	}
	b.console.reader = true
	if out, _ := b.run(0, "search", "summer", "--video", "x/y", "--limit", "3"); !strings.Contains(out, "A \x1b[1msummer's\x1b[0m  [2Jday, \x1b[1mfür\x1b[0m dich\n") ||
		!strings.Contains(out, "bbb  \x1b[1msummer\x1b[0m.mp4\n") || asked != "/v1/videos/x%2Fy/search?limit=3&q=summer" {
		t.Errorf("%q, asked %s", out, asked)
	}
	if out, _ := b.run(0, "search", "summer", "--json"); strings.Count(out, "\n") != 3 || !strings.Contains(out, `"marks":[[2,10],[20,23]]`) {
		t.Errorf("%s", out)
	}
	found = client.Hits{Videos: 1}
	if out, said := b.run(0, "search", "winter"); out != "" || said != "Nothing was found in 1 video.\n" {
		t.Errorf("%q, said %q", out, said)
	}
	b.run(2, "search", " ")
	b.run(2, "search", "summer", "--limit", "201")
}
