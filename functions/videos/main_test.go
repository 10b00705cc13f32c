package main

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/cuepipe/cuepipe/internal/config"
)

func TestCompose(t *testing.T) {
	silent := slog.New(slog.DiscardHandler)
	if _, err := compose(context.Background(), config.FromEnvironment(), silent); err == nil || !strings.Contains(err.Error(), "OIDC_ISSUER") {
		t.Errorf("without an environment: %v", err)
	}
	t.Setenv("AWS_REGION", "eu-central-1")
	t.Setenv("AWS_ACCESS_KEY_ID", "x")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "x")
	t.Setenv("OIDC_ISSUER", "https://login.example.org")
	t.Setenv("OIDC_AUDIENCE", "cuepipe")
	t.Setenv("PAGE_ORIGIN", "https://captions.example.org")
	t.Setenv("TABLE", "t")
	t.Setenv("UPLOADS_BUCKET", "u")
	t.Setenv("CAPTIONS_BUCKET", "c")
	h, err := compose(context.Background(), config.FromEnvironment(), silent)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := h(context.Background(), events.APIGatewayProxyRequest{HTTPMethod: "GET", Path: "/videos",
		RequestContext: events.APIGatewayProxyRequestContext{Stage: "v1"}})
	if err != nil || answer.StatusCode != 401 {
		t.Errorf("without a token: %d %s, %v", answer.StatusCode, answer.Body, err)
	}
}
