package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/aws/aws-lambda-go/events"

	"github.com/cuepipe/cuepipe/internal/config"
	"github.com/cuepipe/cuepipe/internal/config/configtest"
	"github.com/cuepipe/cuepipe/internal/httpapi"
	"github.com/cuepipe/cuepipe/internal/web"
)

func compiled(ctx context.Context, env *config.Environment, log *slog.Logger) (httpapi.GatewayHandler, error) {
	return serve(ctx, env, log, fstest.MapFS{"index.html": {Data: []byte("the page")}, "openapi.yaml": {Data: []byte("openapi: 3.1.0")}, "assets/a.js": {Data: []byte("1")}})
}

func ask(t *testing.T, h httpapi.GatewayHandler, path string) events.APIGatewayProxyResponse {
	t.Helper()
	answer, err := h(t.Context(), events.APIGatewayProxyRequest{HTTPMethod: "GET", Path: path,
		RequestContext: events.APIGatewayProxyRequestContext{Stage: "v1", Path: "/v1" + path}})
	if err != nil || answer.StatusCode != 200 {
		t.Fatalf("GET %s: %d %s, %v", path, answer.StatusCode, answer.Body, err)
	}
	return answer
}

func TestCompose(t *testing.T) {
	// It serves nothing, so that the page is composed without an issuer that answers.
	issuer := httptest.NewServer(http.NotFoundHandler())
	defer issuer.Close()
	h := configtest.Compose(t, compiled, map[string]string{"OIDC_ISSUER": issuer.URL, "OIDC_AUDIENCE": "cuepipe", "UPLOADS_BUCKET": "uploads"})

	page := ask(t, h, "/")
	if policy := http.Header(page.MultiValueHeaders).Get("Content-Security-Policy"); page.Body != "the page" || !strings.Contains(policy, "media-src https://uploads.s3.eu-central-1.amazonaws.com blob:;") {
		t.Errorf("the page is %q under %s", page.Body, policy)
	}
	var said web.Config
	if err := json.Unmarshal([]byte(ask(t, h, "/config").Body), &said); err != nil {
		t.Fatal(err)
	}
	if said.Issuer != issuer.URL || said.ClientID != "cuepipe" || !slices.Equal(said.Scopes, []string{"openid", "email", "profile"}) ||
		!slices.Contains(said.Profiles, "netflix") || said.OtherLanguages || said.MaxSize != 100<<30 || said.MultipartAbove != 64<<20 {
		t.Errorf("/config says %+v", said)
	}
}

func TestWhatTheInstallationOffersIsSaid(t *testing.T) {
	t.Setenv("TRANSCRIBE_STACK", "cuepipe-test")
	t.Setenv("OIDC_SCOPES", "openid offline_access")
	h := configtest.Compose(t, compiled, map[string]string{"OIDC_ISSUER": "https://login.example.org", "OIDC_AUDIENCE": "cuepipe", "UPLOADS_BUCKET": "uploads"})
	body := ask(t, h, "/config").Body
	if !strings.Contains(body, `"otherLanguages":true`) || !strings.Contains(body, `"scopes":["openid","offline_access"]`) {
		t.Errorf("/config says %s", body)
	}
}
