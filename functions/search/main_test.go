package main

import (
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/cuepipe/cuepipe/internal/config/configtest"
)

func TestCompose(t *testing.T) {
	h := configtest.Compose(t, compose, map[string]string{
		"OIDC_ISSUER": "https://login.example.org", "OIDC_AUDIENCE": "cuepipe",
		"TABLE": "t", "CAPTIONS_BUCKET": "c",
	})
	answer, err := h(t.Context(), events.APIGatewayProxyRequest{HTTPMethod: "GET", Path: "/search",
		RequestContext: events.APIGatewayProxyRequestContext{Stage: "v1"}})
	if err != nil || answer.StatusCode != 401 {
		t.Errorf("without a token: %d %s, %v", answer.StatusCode, answer.Body, err)
	}
}
