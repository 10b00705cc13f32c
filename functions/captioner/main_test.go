package main

import (
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/cuepipe/cuepipe/internal/config/configtest"
)

func TestCompose(t *testing.T) {
	receive := configtest.Compose(t, compose, map[string]string{
		"TABLE": "t", "UPLOADS_BUCKET": "u", "UPLOADS_QUEUE_URL": "https://sqs.example.org/u", "SEGMENTS_QUEUE_URL": "https://sqs.example.org/s",
		"VISIBILITY_SECONDS": "360", "SEGMENT_SECONDS": "120",
	})
	got, err := receive(t.Context(), events.SQSEvent{Records: []events.SQSMessage{{MessageId: "good", Body: `{"Event":"s3:TestEvent"}`}}})
	if err != nil || len(got.BatchItemFailures) != 0 {
		t.Errorf("S3's test event: %v, %v", got, err)
	}
}
