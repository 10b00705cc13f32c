// Package person has what tests of the deployed stack do as its clients do:
// call the API with a token, upload films, wait for what becomes of them. Where
// something is not as it is wanted the test fails.
package person

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/integration/stack"
	"github.com/cuepipe/cuepipe/internal/video"
)

// A Problem is what the API says when it refuses.
type Problem struct{ Code, Detail string }

// A Video is a video as the API shows it.
type Video struct {
	ID, Title, Status string
	Duration          float64
	Progress          *struct {
		Done, Total int
		Heard       float64
	}
	Tracks []struct {
		Name, Language, Kind, Engine string
		Cues                         int
		Formats                      map[string]string
	}
	Failure *struct{ Code, Message string }
	Upload  struct {
		Kind, Method, URL string
		Headers           map[string]string
		PartSize          int64
		Parts             int
	}
}

// A Person calls the API with a token, by nothing but net/http.
type Person struct {
	T     testing.TB
	API   string // without /v1
	Token string // empty: none is sent
}

// New returns somebody whom the stage has not seen before.
func New(t testing.TB, deployed *stack.Stack) Person {
	t.Helper()
	token, err := deployed.Token("user-" + video.NewID())
	if err != nil {
		t.Fatal(err)
	}
	return Person{t, deployed.API, token}
}

// Call makes one request; send nil is no body.
func (p Person) Call(method, path string, send any) (int, http.Header, []byte) {
	p.T.Helper()
	var r io.Reader
	if send != nil {
		b, err := json.Marshal(send)
		if err != nil {
			p.T.Fatal(err)
		}
		r = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(p.T.Context(), method, p.API+path, r)
	if err != nil {
		p.T.Fatal(err)
	}
	if p.Token != "" {
		req.Header.Set("Authorization", "Bearer "+p.Token)
	}
	if send != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		p.T.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		p.T.Fatal(err)
	}
	return res.StatusCode, res.Header, b
}

// Want calls and decodes the video, which must come with that status.
func (p Person) Want(status int, method, path string, send any) (v Video) {
	p.T.Helper()
	p.Decode(status, method, path, send, &v)
	return v
}

// Refused calls and decodes the problem, which must come with that status.
func (p Person) Refused(status int, method, path string) (refusal Problem) {
	p.T.Helper()
	p.Decode(status, method, path, nil, &refusal)
	return refusal
}

// Decode calls, wants that status, and decodes what comes.
func (p Person) Decode(status int, method, path string, send, into any) {
	p.T.Helper()
	got, _, b := p.Call(method, path, send)
	if got != status {
		p.T.Fatalf("%s %s: %d %s, want %d", method, path, got, b, status)
	}
	if len(b) > 0 {
		if err := json.Unmarshal(b, into); err != nil {
			p.T.Fatalf("%s: %v", b, err)
		}
	}
}

// Create asks for a ticket for a file.
func (p Person) Create(name, contentType string, size int) Video {
	p.T.Helper()
	return p.Want(201, "POST", "/v1/videos", map[string]any{"filename": name, "size": size, "contentType": contentType})
}

// Put sends a file to its ticket's URL and returns the status.
func (p Person) Put(v Video, file []byte) int {
	p.T.Helper()
	req, err := http.NewRequestWithContext(p.T.Context(), v.Upload.Method, v.Upload.URL, bytes.NewReader(file))
	if err != nil {
		p.T.Fatal(err)
	}
	for k, h := range v.Upload.Headers {
		req.Header.Set(k, h)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		p.T.Fatal(err)
	}
	res.Body.Close()
	return res.StatusCode
}

// Upload creates a video and sends its file; S3's event starts the rest.
func (p Person) Upload(name, contentType string, file []byte) Video {
	p.T.Helper()
	v := p.Create(name, contentType, len(file))
	if v.Upload.Kind == "multipart" {
		all := make([]int, v.Upload.Parts)
		for i := range all {
			all[i] = i + 1
		}
		p.PutParts(v, file, all...)
		p.Want(202, "POST", "/v1/videos/"+v.ID+"/complete", nil)
		return v
	}
	if status := p.Put(v, file); status != 200 {
		p.T.Fatalf("PUT: %d", status)
	}
	return v
}

// At is where the video stands.
func (p Person) At(id string) Video {
	p.T.Helper()
	return p.Want(200, "GET", "/v1/videos/"+id, nil)
}

// Ended reports whether nothing more will happen to the video by itself.
func (v Video) Ended() bool {
	return v.Status == string(video.Ready) || v.Status == string(video.Uncaptioned) || v.Status == string(video.Failed)
}

// Until asks for the video again and again until done says so.
func (p Person) Until(id, what string, done func(Video) bool) Video {
	p.T.Helper()
	for began := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		v := p.At(id)
		if done(v) {
			return v
		}
		if time.Since(began) > stack.Patience {
			p.T.Fatalf("the video is not %s after %v: %+v", what, stack.Patience, v)
		}
	}
}

// End waits until the video is at its end, and wants it to be that one.
func (p Person) End(id string, want video.Status, code string) Video {
	p.T.Helper()
	v := p.Until(id, "at its end", Video.Ended)
	got := ""
	if v.Failure != nil {
		got = v.Failure.Code
	}
	if v.Status != string(want) || got != code {
		p.T.Fatalf("it ended as %s %q, want %s %q", v.Status, got, want, code)
	}
	return v
}

// Track fetches a track's text.
func (p Person) Track(path string) (text, contentType string) {
	p.T.Helper()
	status, header, b := p.Call("GET", path, nil)
	if status != 200 || header.Get("X-Content-Type-Options") != "nosniff" {
		p.T.Fatalf("GET %s: %d %s %v", path, status, b, header)
	}
	return string(b), header.Get("Content-Type")
}
