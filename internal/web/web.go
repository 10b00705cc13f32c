// Package web is what a client gets before it has a token: the page and its
// files, the API's description, and the configuration that says where to log
// in. The same for everybody.
//
// The files are text and small, and answered from memory: API Gateway hands
// text through as it is, and compresses it for those who accept that. Anything
// else would have to be declared as binary for every route of the API.
package web

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/cuepipe/cuepipe/internal/httpapi"
)

// A Config is the answer of GET /v1/config.
type Config struct {
	Issuer         string   `json:"issuer"`
	ClientID       string   `json:"clientId"`
	Scopes         []string `json:"scopes"`
	MaxSize        int64    `json:"maxSize"`        // bytes of a file
	MultipartAbove int64    `json:"multipartAbove"` // bytes, above which a file is sent in parts
	Profiles       []string `json:"profiles"`
	OtherLanguages bool     `json:"otherLanguages"` // than English, and telling speakers apart
}

// Props are what the page and its surroundings are made of.
type Props struct {
	Files  Files
	Config Config
	// StorageOrigin is where presigned URLs point, "https://bucket.s3.eu-central-1.amazonaws.com".
	StorageOrigin string
	Log           *slog.Logger
}

// New returns the routes. Those of the page may be called from anywhere that a
// browser shows them, /config also from the origins in opts.
func New(props Props, opts httpapi.Options) http.Handler {
	p := page{props.Files, newPolicy(props.Config.Issuer, props.StorageOrigin, props.Log)}
	return httpapi.NewPublic(map[string]http.HandlerFunc{
		"GET /v1/{$}":              p.index,
		"GET /v1/assets/{file...}": p.asset,
		"GET /v1/openapi.yaml":     p.description,
		"GET /v1/config": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Cache-Control", "no-cache")
			_ = json.NewEncoder(w).Encode(props.Config) // fails only when the client went away
		},
	}, opts)
}

// Gateway serves h to API Gateway. Behind it, /v1 and /v1/ are one route; but
// the page names its files from where it is, so a browser that came without the
// slash is sent to the address with it.
func Gateway(h http.Handler) httpapi.GatewayHandler {
	serve := httpapi.Gateway(h)
	return func(ctx context.Context, e events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
		if strings.Trim(e.Path, "/") != "" {
			return serve(ctx, e)
		}
		asked := e.RequestContext.Path // as the client wrote it, with the stage
		if asked != "" && !strings.HasSuffix(asked, "/") {
			// Relative, since only the client knows what stands before.
			last := asked[strings.LastIndexByte(asked, '/')+1:]
			return events.APIGatewayProxyResponse{StatusCode: http.StatusPermanentRedirect, Headers: map[string]string{
				"Location": last + "/", "Cache-Control": "no-cache",
			}}, nil
		}
		e.Path = "/"
		return serve(ctx, e)
	}
}

type page struct {
	files  Files
	policy *policy
}

func (p page) index(w http.ResponseWriter, r *http.Request) {
	p.send(w, r, p.files.index, "no-cache")
}

// asset answers with one of the files that the build named by their contents:
// another content has another name.
func (p page) asset(w http.ResponseWriter, r *http.Request) {
	f, found := p.files.assets[r.PathValue("file")]
	if !found {
		httpapi.WriteProblem(w, http.StatusNotFound, "not_found", "The page has no such file. It may have been replaced by a newer one: load the page again.")
		return
	}
	p.send(w, r, f, "public, max-age=31536000, immutable")
}

func (p page) description(w http.ResponseWriter, r *http.Request) {
	p.send(w, r, p.files.description, "no-cache")
}

func (p page) send(w http.ResponseWriter, r *http.Request, f file, cache string) {
	h := w.Header()
	p.policy.set(r, h)
	h.Set("Content-Type", f.contentType)
	h.Set("Cache-Control", cache)
	h.Set("ETag", f.etag)
	h.Add("Vary", "Accept-Encoding")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(f.content))
}
