package sqsjobs

import (
	"context"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// Backlog counts the messages that wait in the pipeline's queues. It needs
// sqs:GetQueueAttributes on both.
type Backlog struct {
	API interface {
		GetQueueAttributes(context.Context, *sqs.GetQueueAttributesInput, ...func(*sqs.Options)) (*sqs.GetQueueAttributesOutput, error)
	}
	UploadsURL, SegmentsURL string
}

// Waiting counts the messages that could be received now: they are neither in
// work nor delayed. SQS counts approximately, and lags by up to a minute.
func (b Backlog) Waiting(ctx context.Context) (uploads, segments int, err error) {
	if uploads, err = b.visible(ctx, b.UploadsURL); err != nil {
		return 0, 0, err
	}
	segments, err = b.visible(ctx, b.SegmentsURL)
	return uploads, segments, err
}

func (b Backlog) visible(ctx context.Context, url string) (int, error) {
	const visible = types.QueueAttributeNameApproximateNumberOfMessages
	out, err := b.API.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: &url, AttributeNames: []types.QueueAttributeName{visible}})
	if err != nil {
		return 0, fmt.Errorf("count messages: %w", err)
	}
	n, err := strconv.Atoi(out.Attributes[string(visible)])
	if err != nil {
		return 0, fmt.Errorf("count messages: %w", err)
	}
	return n, nil
}
