package pipeline

import (
	"strings"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/integration/person"
	"github.com/cuepipe/cuepipe/internal/video"
	"github.com/cuepipe/cuepipe/localstack/issuer/oidcdev"
)

// An upload URL takes the file that it was made for, and nothing else. (Expiry
// is tested where a URL can be made that expires at once: in the adapters.)
func TestAnUploadURLTakesOneFileOnly(t *testing.T) {
	t.Parallel()
	p := person.New(t, deployed)
	file := []byte("0123456789")
	v := p.Create("film.mp4", "video/mp4", len(file))
	if got := p.Put(v, file[1:]); got != 403 {
		t.Errorf("a wrong size: %d", got)
	}
	typed := v
	typed.Upload.Headers = map[string]string{"If-None-Match": "*", "Content-Type": "text/html"}
	if got := p.Put(typed, file); got != 403 {
		t.Errorf("a wrong type: %d", got)
	}
	elsewhere := v
	elsewhere.Upload.URL = strings.Replace(v.Upload.URL, v.ID, video.NewID(), 1)
	if got := p.Put(elsewhere, file); got != 403 {
		t.Errorf("another key: %d", got)
	}
	if got := p.Put(v, file); got != 200 {
		t.Errorf("as it was meant: %d", got)
	}
	if got := p.Put(v, file); got != 412 {
		t.Errorf("a second time: %d", got)
	}
}

func TestNobodyComesInWithoutAToken(t *testing.T) {
	t.Parallel()
	key, err := oidcdev.OpenKey(t.TempDir()) // not the issuer's
	if err != nil {
		t.Fatal(err)
	}
	forged, err := oidcdev.Token(key, deployed.Issuer, "alice", deployed.Audience, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	own, err := oidcdev.OpenKey(deployed.IssuerDir)
	if err != nil {
		t.Fatal(err)
	}
	expired, err := oidcdev.TokenExpiring(own, deployed.Issuer, "alice", deployed.Audience, time.Now().Add(-2*time.Hour), time.Now().Add(-time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := oidcdev.Token(own, deployed.Issuer, "alice", "another-service", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	id := "/v1/videos/" + video.NewID()
	for name, token := range map[string]string{"none": "", "forged": forged, "expired": expired, "for another audience": foreign, "no token at all": "x"} {
		p := person.Person{T: t, API: deployed.API, Token: token}
		for _, r := range [][2]string{{"GET", "/v1/videos"}, {"POST", "/v1/videos"}, {"GET", id}, {"DELETE", id}, {"POST", id + "/complete"}, {"POST", id + "/parts"}, {"GET", id + "/parts"}, {"GET", id + "/source"}, {"GET", id + "/captions/en.vtt"}} {
			status, header, b := p.Call(r[0], r[1], map[string]any{"filename": "a.mp4", "size": 1, "contentType": "video/mp4"})
			if status != 401 || header.Get("Content-Type") != "application/problem+json" || !strings.Contains(header.Get("WWW-Authenticate"), "Bearer") {
				t.Errorf("%s: %s %s: %d %s", name, r[0], r[1], status, b)
			}
		}
	}
}

func TestSomebodyElsesVideoIsNotFound(t *testing.T) {
	t.Parallel()
	alice, bob := person.New(t, deployed), person.New(t, deployed)
	v := alice.Create("film.mp4", "video/mp4", 10)
	for _, r := range [][2]string{{"GET", ""}, {"DELETE", ""}, {"POST", "/complete"}, {"GET", "/parts"}, {"GET", "/source"}, {"GET", "/captions/en.vtt"}} {
		if got := bob.Refused(404, r[0], "/v1/videos/"+v.ID+r[1]); got.Code != "not_found" {
			t.Errorf("%s %s: %+v", r[0], r[1], got)
		}
	}
	alice.At(v.ID)
}
