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
	if _, err := compose(context.Background(), config.FromEnvironment(), silent); err == nil || !strings.Contains(err.Error(), "TABLE") {
		t.Errorf("without an environment: %v", err)
	}
	t.Setenv("AWS_REGION", "eu-central-1")
	t.Setenv("AWS_ACCESS_KEY_ID", "x")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "x")
	t.Setenv("TABLE", "t")
	t.Setenv("CAPTIONS_BUCKET", "c")
	receive, err := compose(context.Background(), config.FromEnvironment(), silent)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // so that nothing can be stored
	got, err := receive(ctx, events.SQSEvent{Records: []events.SQSMessage{{MessageId: "poison", Body: "?"}}})
	if err != nil || len(got.BatchItemFailures) != 1 {
		t.Errorf("a dead letter that cannot be kept: %v, %v", got, err)
	}
}
