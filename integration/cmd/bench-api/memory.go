package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"time"

	"github.com/cuepipe/cuepipe/internal/captioning"
	"github.com/cuepipe/cuepipe/internal/httpapi"
	"github.com/cuepipe/cuepipe/internal/memobjects"
	"github.com/cuepipe/cuepipe/internal/memvideos"
	"github.com/cuepipe/cuepipe/internal/video"
	"github.com/cuepipe/cuepipe/localstack/issuer/oidcdev"
)

const memoryVideos = 1000

// handled answers requests by a handler, without a network between.
type handled struct{ http.Handler }

func (h handled) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body == nil {
		r.Body = http.NoBody
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result(), nil
}

// inProcess are the handlers over memory, with the verification of real tokens:
// all of their time is their own.
func inProcess() (target, error) {
	folder, err := os.MkdirTemp("", "issuer")
	if err != nil {
		return target{}, err
	}
	defer os.RemoveAll(folder)
	key, err := oidcdev.OpenKey(folder)
	if err != nil {
		return target{}, err
	}
	issuer := issue(key)
	token, err := oidcdev.Token(key, issuer.URL, "bench", "cuepipe", time.Now())
	if err != nil {
		return target{}, err
	}
	videos, captions := &memvideos.Store{}, &memobjects.Captions{}
	ready, err := fill(videos, captions, video.OwnerID(issuer.URL, "bench"))
	if err != nil {
		return target{}, err
	}
	h := httpapi.NewVideos(videos, captions, captioning.Early{Captions: captions}, captioning.Remover{Videos: videos, Uploads: &memobjects.Uploads{}, Captions: captions},
		nil, httpapi.Options{Tokens: httpapi.NewOIDC(issuer.URL, "cuepipe"), Log: slog.New(slog.DiscardHandler)})
	return target{name: "in process", base: "http://handler", token: token, requests: reads(ready), through: handled{h}}, nil
}

// issue serves what verifiers ask of an issuer, as long as the process lives.
func issue(key *oidcdev.Key) *httptest.Server {
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	answer := func(path string, body any) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(body) // fails only when the verifier went away
		})
	}
	answer("/.well-known/openid-configuration", map[string]any{"issuer": server.URL, "jwks_uri": server.URL + "/keys", "authorization_endpoint": server.URL,
		"id_token_signing_alg_values_supported": []string{"RS256"}})
	answer("/keys", key.Public())
	return server
}

// fill makes an owner's videos, all of them ready, and returns one.
func fill(videos *memvideos.Store, captions *memobjects.Captions, owner string) (id string, err error) {
	ctx := context.Background()
	now := time.Now().UTC()
	for n := range memoryVideos {
		v := video.New(owner, fmt.Sprintf("film %d.mp4", n), "video/mp4", 1<<20, now.Add(time.Duration(n)*time.Second), time.Time{})
		key := video.ResultsPrefix + v.ID + "/1/en.vtt"
		v.Status = video.Ready
		v.Tracks = []video.Track{{Name: "en", Language: "en", Kind: video.Machine, Engine: "bench 1", Cues: 1, Formats: map[string]string{"vtt": key}}}
		if err := captions.PutOnce(ctx, key, "text/vtt", []byte("WEBVTT\n\n00:00.000 --> 00:01.000\nSomething is said.\n")); err != nil {
			return "", err
		}
		if err := videos.Create(ctx, v); err != nil {
			return "", err
		}
		id = v.ID
	}
	return id, nil
}

// reads are the requests that a page makes again and again.
func reads(ready string) []request {
	return []request{
		{"a video", "/v1/videos/" + ready, http.StatusOK},
		{"a page of videos", "/v1/videos", http.StatusOK},
		{"captions", "/v1/videos/" + ready + "/captions/en.vtt", http.StatusOK},
		{"a video that is not there", "/v1/videos/" + video.NewID(), http.StatusNotFound},
	}
}
