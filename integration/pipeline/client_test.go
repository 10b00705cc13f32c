package pipeline

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/video"
)

// problem is what the API says when it refuses.
type problem struct{ Code, Detail string }

// body is a video as the API shows it.
type body struct {
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
		Method, URL string
		Headers     map[string]string
	}
}

// person calls the API with a token, by nothing but net/http.
type person struct {
	t     *testing.T
	token string
}

func newPerson(t *testing.T) person { return named(t, "user-"+video.NewID()) }

func named(t *testing.T, name string) person {
	t.Helper()
	token, err := deployed.Token(name)
	if err != nil {
		t.Fatal(err)
	}
	return person{t, token}
}

func (p person) call(method, path string, send any) (int, http.Header, []byte) {
	p.t.Helper()
	var r io.Reader
	if send != nil {
		b, err := json.Marshal(send)
		if err != nil {
			p.t.Fatal(err)
		}
		r = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(p.t.Context(), method, deployed.API+path, r)
	if err != nil {
		p.t.Fatal(err)
	}
	if p.token != "" {
		req.Header.Set("Authorization", "Bearer "+p.token)
	}
	if send != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return res.StatusCode, res.Header, b
}

// want calls and decodes the video, which must come with that status.
func (p person) want(status int, method, path string, send any) (v body) {
	p.t.Helper()
	p.decode(status, method, path, send, &v)
	return v
}

// refused calls and decodes the problem, which must come with that status.
func (p person) refused(status int, method, path string) (refusal problem) {
	p.t.Helper()
	p.decode(status, method, path, nil, &refusal)
	return refusal
}

func (p person) decode(status int, method, path string, send, into any) {
	p.t.Helper()
	got, _, b := p.call(method, path, send)
	if got != status {
		p.t.Fatalf("%s %s: %d %s, want %d", method, path, got, b, status)
	}
	if len(b) > 0 {
		if err := json.Unmarshal(b, into); err != nil {
			p.t.Fatalf("%s: %v", b, err)
		}
	}
}

// create asks for a ticket for a file.
func (p person) create(name, contentType string, size int) body {
	p.t.Helper()
	return p.want(201, "POST", "/v1/videos", map[string]any{"filename": name, "size": size, "contentType": contentType})
}

// put sends a file to its ticket's URL and returns the status.
func (p person) put(v body, file []byte) int {
	p.t.Helper()
	req, err := http.NewRequestWithContext(p.t.Context(), v.Upload.Method, v.Upload.URL, bytes.NewReader(file))
	if err != nil {
		p.t.Fatal(err)
	}
	for k, h := range v.Upload.Headers {
		req.Header.Set(k, h)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	res.Body.Close()
	return res.StatusCode
}

// upload creates a video and sends its file; S3's event starts the rest.
func (p person) upload(name, contentType string, file []byte) body {
	p.t.Helper()
	v := p.create(name, contentType, len(file))
	if status := p.put(v, file); status != 200 {
		p.t.Fatalf("PUT: %d", status)
	}
	return v
}

// at is where the video stands.
func (p person) at(id string) body {
	p.t.Helper()
	return p.want(200, "GET", "/v1/videos/"+id, nil)
}

// ended reports whether nothing more will happen to the video by itself.
func (v body) ended() bool {
	return v.Status == string(video.Ready) || v.Status == string(video.Uncaptioned) || v.Status == string(video.Failed)
}

// patience is longer than any redelivery in stage test takes (the segments
// queue's visibility timeout is two minutes). It bounds a wait, it measures
// nothing.
const patience = 5 * time.Minute

// until asks for the video again and again until done says so.
func (p person) until(id, what string, done func(body) bool) body {
	p.t.Helper()
	for began := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		v := p.at(id)
		if done(v) {
			return v
		}
		if time.Since(began) > patience {
			p.t.Fatalf("the video is not %s after %v: %+v", what, patience, v)
		}
	}
}

// end waits until the video is at its end, and wants it to be that one.
func (p person) end(id string, want video.Status, code string) body {
	p.t.Helper()
	v := p.until(id, "at its end", body.ended)
	got := ""
	if v.Failure != nil {
		got = v.Failure.Code
	}
	if v.Status != string(want) || got != code {
		p.t.Fatalf("it ended as %s %q, want %s %q", v.Status, got, want, code)
	}
	return v
}

// track fetches a track's text.
func (p person) track(path string) (text, contentType string) {
	p.t.Helper()
	status, header, b := p.call("GET", path, nil)
	if status != 200 || header.Get("X-Content-Type-Options") != "nosniff" {
		p.t.Fatalf("GET %s: %d %s %v", path, status, b, header)
	}
	return string(b), header.Get("Content-Type")
}

// film makes a video of a recording, with a drawn picture.
func film(t *testing.T, recording string, args ...string) []byte {
	t.Helper()
	return ffmpeg(t, append([]string{"-f", "lavfi", "-i", "color=c=navy:s=320x180:r=10", "-i", filepath.Join(speech, recording),
		"-map", "0:v", "-map", "1:a", "-shortest", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"}, args...)...)
}

// ffmpeg makes an mp4 with Debian's ffmpeg.
func ffmpeg(t *testing.T, args ...string) []byte {
	t.Helper()
	out := filepath.Join(t.TempDir(), "made.mp4")
	cmd := exec.CommandContext(t.Context(), "ffmpeg", append(append([]string{"-v", "error", "-nostdin", "-y"}, args...), out)...)
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("make a video: %v: %s", err, said)
	}
	b, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
