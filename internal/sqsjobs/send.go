package sqsjobs

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/cuepipe/cuepipe/internal/captioning"
)

// API is what is called of the SQS client.
type API interface {
	SendMessage(context.Context, *sqs.SendMessageInput, ...func(*sqs.Options)) (*sqs.SendMessageOutput, error)
	SendMessageBatch(context.Context, *sqs.SendMessageBatchInput, ...func(*sqs.Options)) (*sqs.SendMessageBatchOutput, error)
	ChangeMessageVisibility(context.Context, *sqs.ChangeMessageVisibilityInput, ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityOutput, error)
}

// Uploads sends arrivals to the uploads queue.
type Uploads struct {
	API API
	URL string
}

// Announce queues a video of a generation, to be looked at after delay (at
// most 15 minutes).
func (q Uploads) Announce(ctx context.Context, videoID string, generation int, delay time.Duration) error {
	body, err := json.Marshal(captioning.Arrival{VideoID: videoID, Generation: generation})
	if err != nil {
		return fmt.Errorf("announce: %w", err)
	}
	_, err = q.API.SendMessage(ctx, &sqs.SendMessageInput{
		QueueUrl: &q.URL, MessageBody: aws.String(string(body)), DelaySeconds: int32(delay.Seconds()),
	})
	if err != nil {
		return fmt.Errorf("announce: %w", err)
	}
	return nil
}

// Segments sends jobs to the segments queue.
type Segments struct {
	API API
	URL string
}

// batchSize is the most that SQS takes at once.
const batchSize = 10

// Send queues jobs. A job that SQS refuses within a batch is an error; the
// others of its batch are queued all the same.
func (q Segments) Send(ctx context.Context, jobs []captioning.Job) error {
	for len(jobs) > 0 {
		n := min(batchSize, len(jobs))
		entries := make([]types.SendMessageBatchRequestEntry, n)
		for i, j := range jobs[:n] {
			body, err := json.Marshal(j)
			if err != nil {
				return fmt.Errorf("send jobs: %w", err)
			}
			entries[i] = types.SendMessageBatchRequestEntry{Id: aws.String(strconv.Itoa(i)), MessageBody: aws.String(string(body))}
		}
		out, err := q.API.SendMessageBatch(ctx, &sqs.SendMessageBatchInput{QueueUrl: &q.URL, Entries: entries})
		if err != nil {
			return fmt.Errorf("send jobs: %w", err)
		}
		if len(out.Failed) > 0 {
			f := out.Failed[0]
			return fmt.Errorf("send jobs: SQS refused %d of %d: %s", len(out.Failed), n, aws.ToString(f.Code))
		}
		jobs = jobs[n:]
	}
	return nil
}
