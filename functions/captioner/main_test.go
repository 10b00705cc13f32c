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
	t.Setenv("UPLOADS_BUCKET", "u")
	t.Setenv("UPLOADS_QUEUE_URL", "http://127.0.0.1:9/u")
	t.Setenv("SEGMENTS_QUEUE_URL", "http://127.0.0.1:9/s")
	t.Setenv("VISIBILITY_SECONDS", "360")
	t.Setenv("AWS_MAX_ATTEMPTS", "1")
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
	receive, err := compose(context.Background(), config.FromEnvironment(), silent)
	if err != nil {
		t.Fatal(err)
	}
	got, err := receive(t.Context(), events.SQSEvent{Records: []events.SQSMessage{{MessageId: "good", Body: `{"Event":"s3:TestEvent"}`}}})
	if err != nil || len(got.BatchItemFailures) != 0 {
		t.Errorf("S3's test event: %v, %v", got, err)
	}
}
