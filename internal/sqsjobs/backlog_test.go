package sqsjobs

import (
	"context"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

// attributes are the answers of SQS by queue.
type attributes map[string]map[string]string

func (a attributes) GetQueueAttributes(_ context.Context, in *sqs.GetQueueAttributesInput, _ ...func(*sqs.Options)) (*sqs.GetQueueAttributesOutput, error) {
	out := &sqs.GetQueueAttributesOutput{Attributes: map[string]string{}}
	for _, name := range in.AttributeNames {
		if value, ok := a[*in.QueueUrl][string(name)]; ok {
			out.Attributes[string(name)] = value
		}
	}
	return out, nil
}

func TestTheBacklogIsWhatCouldBeReceivedNow(t *testing.T) {
	const waiting, inWork, delayed = "ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed"
	api := attributes{
		"u": {waiting: "3", inWork: "50", delayed: "70"},
		"s": {waiting: "0", inWork: "900", delayed: "0"},
	}
	uploads, segments, err := Backlog{API: api, UploadsURL: "u", SegmentsURL: "s"}.Waiting(t.Context())
	if uploads != 3 || segments != 0 || err != nil {
		t.Errorf("waiting: %d and %d, %v", uploads, segments, err)
	}
	delete(api["s"], waiting)
	if _, _, err := (Backlog{API: api, UploadsURL: "u", SegmentsURL: "s"}).Waiting(t.Context()); err == nil || !strings.Contains(err.Error(), "count messages") {
		t.Errorf("without a count: %v", err)
	}
}
