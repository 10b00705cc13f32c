package main

import (
	"context"
	"errors"
	"testing"

	"github.com/cuepipe/cuepipe/internal/config/configtest"
	"github.com/cuepipe/cuepipe/internal/sweep"
)

func TestCompose(t *testing.T) {
	handle := configtest.Compose(t, compose, map[string]string{
		"TABLE": "t", "UPLOADS_BUCKET": "u", "CAPTIONS_BUCKET": "c", "STAGE": "test",
		"UPLOADS_QUEUE_URL": "https://sqs.example.org/u", "SEGMENTS_QUEUE_URL": "https://sqs.example.org/s",
		"SWEEP_AFTER_SECONDS": "240", "RETENTION_SECONDS": "345600",
	})
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // so that nothing can be listed
	if _, err := handle(ctx, sweep.Request{}); !errors.Is(err, context.Canceled) {
		t.Errorf("a sweep that cannot list: %v", err)
	}
	if _, err := handle(ctx, sweep.Request{Redrive: []string{"gave_up"}}); !errors.Is(err, context.Canceled) {
		t.Errorf("a redrive that cannot list: %v", err)
	}
}
