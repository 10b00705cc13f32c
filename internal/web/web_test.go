package web

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/aws/aws-lambda-go/events"

	"github.com/cuepipe/cuepipe/internal/httpapi"
)

const storage = "https://uploads.s3.eu-central-1.amazonaws.com"

func pageFiles() fstest.MapFS {
	return fstest.MapFS{
		"index.html":             {Data: []byte("<!doctype html><title>Cuepipe</title>")},
		"openapi.yaml":           {Data: []byte("openapi: 3.1.0\n")},
		"assets/index-B1x.js":    {Data: []byte("export {};")},
		"assets/index-C2y.css":   {Data: []byte("body{}")},
		"assets/icons/cc-D3.svg": {Data: []byte("<svg/>")},
	}
}

// serve returns the routes with the files above, for an issuer.
func serve(t *testing.T, issuer string) http.Handler {
	t.Helper()
	files, err := Load(pageFiles())
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	config := Config{Issuer: issuer, ClientID: "cuepipe", Scopes: []string{"openid"}, MaxSize: 2, MultipartAbove: 1, Profiles: []string{"default"}}
	return New(Props{Files: files, Config: config, StorageOrigin: storage, Log: log}, httpapi.Options{PageOrigin: "http://localhost:5173", Log: log})
}

func get(h http.Handler, path string, headers ...string) *http.Response {
	r := httptest.NewRequest("GET", path, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

// provider is an issuer whose endpoints are elsewhere, as Cognito's are. It
// refuses so many questions first.
func provider(t *testing.T, refuse int32) (address string, asked *atomic.Int32) {
	asked = new(atomic.Int32)
	var server *httptest.Server
	server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) <= refuse {
			http.Error(w, "not now", http.StatusServiceUnavailable)
			return
		}
		json.NewEncoder(w).Encode(map[string]string{
			"issuer": server.URL, "jwks_uri": server.URL + "/keys",
			"token_endpoint":      "https://cuepipe-dev-1.auth.eu-central-1.amazoncognito.com/oauth2/token",
			"userinfo_endpoint":   "https://cuepipe-dev-1.auth.eu-central-1.amazoncognito.com/oauth2/userInfo",
			"revocation_endpoint": "https://evil.example; script-src *",
		})
	}))
	t.Cleanup(server.Close)
	return server.URL, asked
}

func TestThePageSpeaksToTheAPITheIssuerAndTheStorageOnly(t *testing.T) {
	issuer, _ := provider(t, 0)
	answer := get(serve(t, issuer), "/v1/?code=secret")
	want := "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
		"connect-src 'self' " + issuer + " https://cuepipe-dev-1.auth.eu-central-1.amazoncognito.com " + storage + "; " +
		"media-src " + storage + " blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	if got := answer.Header.Get("Content-Security-Policy"); got != want {
		t.Errorf("the policy is\n%s, want\n%s", got, want)
	}
	for name, want := range map[string]string{
		"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
		"Strict-Transport-Security": "", "Cross-Origin-Opener-Policy": "same-origin",
	} {
		if got := answer.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if !strings.Contains(answer.Header.Get("Permissions-Policy"), "camera=()") {
		t.Error("the page may use a camera")
	}
}

func TestAnIssuerThatDoesNotAnswerIsAskedAgain(t *testing.T) {
	issuer, asked := provider(t, 1)
	h := serve(t, issuer)
	for i, want := range []string{"'self' " + issuer + " " + storage, "amazoncognito.com " + storage, "amazoncognito.com " + storage} {
		answer := get(h, "/v1/")
		if policy := answer.Header.Get("Content-Security-Policy"); answer.StatusCode != 200 || !strings.Contains(policy, want+";") {
			t.Errorf("question %d: %s, %s", i+1, answer.Status, policy)
		}
	}
	if n := asked.Load(); n != 2 {
		t.Errorf("the issuer was asked %d times, want twice", n)
	}
}

func TestOverHTTPSBrowsersAreToldToStayThere(t *testing.T) {
	issuer, _ := provider(t, 0)
	answer := get(serve(t, issuer), "/v1/", "X-Forwarded-Proto", "https")
	if got := answer.Header.Get("Strict-Transport-Security"); got != "max-age=63072000; includeSubDomains" {
		t.Errorf("Strict-Transport-Security is %q", got)
	}
}

func TestFilesThatAreNamedByTheirContentsAreKept(t *testing.T) {
	issuer, _ := provider(t, 0)
	h := serve(t, issuer)
	for path, contentType := range map[string]string{
		"/v1/assets/index-B1x.js":    "text/javascript; charset=utf-8",
		"/v1/assets/index-C2y.css":   "text/css; charset=utf-8",
		"/v1/assets/icons/cc-D3.svg": "image/svg+xml",
	} {
		answer := get(h, path)
		if answer.StatusCode != 200 || answer.Header.Get("Content-Type") != contentType || answer.Header.Get("Cache-Control") != "public, max-age=31536000, immutable" {
			t.Errorf("%s: %s, %v", path, answer.Status, answer.Header)
		}
		if vary := answer.Header.Values("Vary"); !slices.Contains(vary, "Accept-Encoding") {
			t.Errorf("%s varies by %v", path, vary)
		}
	}
	answer := get(h, "/v1/openapi.yaml")
	if answer.StatusCode != 200 || answer.Header.Get("Content-Type") != "application/yaml" || answer.Header.Get("Cache-Control") != "no-cache" {
		t.Errorf("the description: %s, %v", answer.Status, answer.Header)
	}
}

func TestWhatTheBrowserHasIsNotSentAgain(t *testing.T) {
	issuer, _ := provider(t, 0)
	h := serve(t, issuer)
	first := get(h, "/v1/")
	if again := get(h, "/v1/", "If-None-Match", first.Header.Get("ETag")); again.StatusCode != http.StatusNotModified {
		t.Errorf("the same page: %s", again.Status)
	}
	if other := get(h, "/v1/", "If-None-Match", `"another"`); other.StatusCode != http.StatusOK {
		t.Errorf("another page: %s", other.Status)
	}
}

func TestAFileThatIsNotThereIsAProblem(t *testing.T) {
	issuer, _ := provider(t, 0)
	h := serve(t, issuer)
	for _, path := range []string{"/v1/assets/index-old.js", "/v1/assets/", "/v1/assets/%2e%2e/index.html", "/v1/nothing"} {
		answer := get(h, path)
		if answer.StatusCode != http.StatusNotFound || answer.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %s, %s", path, answer.Status, answer.Header.Get("Content-Type"))
		}
	}
}

func TestTheConfigurationIsForEverybody(t *testing.T) {
	answer := get(serve(t, "https://login.example.org"), "/v1/config", "Origin", "http://localhost:5173")
	var said map[string]any
	if err := json.NewDecoder(answer.Body).Decode(&said); err != nil {
		t.Fatal(err)
	}
	if said["issuer"] != "https://login.example.org" || said["clientId"] != "cuepipe" || said["otherLanguages"] != false {
		t.Errorf("it says %v", said)
	}
	if answer.Header.Get("Access-Control-Allow-Origin") != "http://localhost:5173" || answer.Header.Get("Cache-Control") != "no-cache" {
		t.Errorf("headers: %v", answer.Header)
	}
}

func TestThePageIsAtTheAddressWithTheSlash(t *testing.T) {
	issuer, _ := provider(t, 0)
	h := Gateway(serve(t, issuer))
	for asked, location := range map[string]string{
		"/v1": "v1/", "/_aws/execute-api/cuepipe/v1": "v1/", "/captions": "captions/", // a domain's own name for the stage
		"/v1/": "", "/_aws/execute-api/cuepipe/v1/": "", "": "",
	} {
		for _, path := range []string{"/", ""} { // AWS says the one, LocalStack the other
			answer, err := h(t.Context(), events.APIGatewayProxyRequest{HTTPMethod: "GET", Path: path,
				RequestContext: events.APIGatewayProxyRequestContext{Stage: "v1", Path: asked}})
			status := http.StatusOK
			if location != "" {
				status = http.StatusPermanentRedirect
			}
			if err != nil || answer.Headers["Location"] != location || answer.StatusCode != status {
				t.Errorf("%q: %d to %q, want %q (%v)", asked, answer.StatusCode, answer.Headers["Location"], location, err)
			}
		}
	}
}

func TestAPageThatCannotBeServedIsNotLoaded(t *testing.T) {
	for says, change := range map[string]func(fstest.MapFS){
		"index.html":       func(files fstest.MapFS) { delete(files, "index.html") },
		"openapi.yaml":     func(files fstest.MapFS) { delete(files, "openapi.yaml") },
		"read the page's":  func(files fstest.MapFS) { deleteAssets(files) },
		"font.woff2 is no": func(files fstest.MapFS) { files["assets/font.woff2"] = &fstest.MapFile{Data: []byte{0}} },
		"broken.js is no":  func(files fstest.MapFS) { files["assets/broken.js"] = &fstest.MapFile{Data: []byte{0xff}} },
		"1048577 bytes": func(files fstest.MapFS) {
			files["assets/big.js"] = &fstest.MapFile{Data: bytes.Repeat([]byte{' '}, 1<<20+1)}
		},
	} {
		files := pageFiles()
		change(files)
		if _, err := Load(files); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("the error is %v, want one that says %q", err, says)
		}
	}
	files := pageFiles()
	files["assets/full.js"] = &fstest.MapFile{Data: bytes.Repeat([]byte{' '}, 1<<20)}
	if _, err := Load(fs.FS(files)); err != nil {
		t.Errorf("a file of just the most: %v", err)
	}
}

func deleteAssets(files fstest.MapFS) {
	for name := range files {
		if strings.HasPrefix(name, "assets/") {
			delete(files, name)
		}
	}
}
