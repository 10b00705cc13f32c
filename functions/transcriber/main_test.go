package main

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/cuepipe/cuepipe/internal/config"
)

// The recogniser is packaged beside the function; here it is not, and the
// function says so instead of starting without it.
func TestComposeWantsTheRecogniser(t *testing.T) {
	t.Setenv("AWS_REGION", "eu-central-1")
	_, err := compose(context.Background(), config.FromEnvironment(), slog.New(slog.DiscardHandler))
	if err == nil || !strings.Contains(err.Error(), "recogniser") {
		t.Errorf("without a recogniser: %v", err)
	}
}

func TestComposeRefusesAModelThatIsNoFolderInABucket(t *testing.T) {
	t.Setenv("AWS_REGION", "eu-central-1")
	t.Setenv("MODEL", "s3://models")
	_, err := compose(context.Background(), config.FromEnvironment(), slog.New(slog.DiscardHandler))
	if err == nil || !strings.Contains(err.Error(), "write s3://bucket/folder") {
		t.Errorf("a bucket without a folder: %v", err)
	}
}
