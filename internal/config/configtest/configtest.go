// Package configtest tries how a function is composed of its environment.
package configtest

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/cuepipe/cuepipe/internal/config"
)

// Compose composes a function from variables, beside AWS's own, and returns
// its handler. It fails the test where one of them can be missing unnoticed.
func Compose[H any](t *testing.T, compose func(context.Context, *config.Environment, *slog.Logger) (H, error), variables map[string]string) H {
	t.Helper()
	for name, value := range map[string]string{"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"} {
		t.Setenv(name, value)
	}
	silent := slog.New(slog.DiscardHandler)
	for missing := range variables {
		for name, value := range variables {
			t.Setenv(name, value)
		}
		t.Setenv(missing, "")
		if _, err := compose(t.Context(), config.FromEnvironment(), silent); err == nil || !strings.Contains(err.Error(), missing) {
			t.Errorf("without %s: %v", missing, err)
		}
	}
	for name, value := range variables {
		t.Setenv(name, value)
	}
	handler, err := compose(t.Context(), config.FromEnvironment(), silent)
	if err != nil {
		t.Fatal(err)
	}
	return handler
}
