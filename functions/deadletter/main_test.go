package main

import (
	"context"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/cuepipe/cuepipe/internal/config/configtest"
)

func TestCompose(t *testing.T) {
	receive := configtest.Compose(t, compose, map[string]string{"TABLE": "t", "CAPTIONS_BUCKET": "c", "STAGE": "test"})
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // so that nothing can be stored
	got, err := receive(ctx, events.SQSEvent{Records: []events.SQSMessage{{MessageId: "poison", Body: "?"}}})
	if err != nil || len(got.BatchItemFailures) != 1 {
		t.Errorf("a dead letter that cannot be kept: %v, %v", got, err)
	}
}
