package sqsjobs

import (
	"context"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/cuepipe/cuepipe/internal/video"
)

// deadlineMargin is kept free at the end of an invocation, so that a message
// that takes too long is given back in order, instead of dying with the
// process.
const deadlineMargin = 2 * time.Second

// A Receiver deals with the batches that Lambda takes from one queue. Each
// message stands for itself: one that fails is given back alone.
type Receiver struct {
	// Handle deals with one message's body. nil deletes the message, an error
	// gives it back to be tried again, at last as a dead letter.
	Handle func(ctx context.Context, m events.SQSMessage) error
	// API and Visibility set a message's delay until its next try. Without API
	// the queue's own visibility timeout is the delay.
	API        API
	URL        string
	Visibility time.Duration
	// AtOnce bounds how many messages of a batch are in work at a time; 0 is 1.
	AtOnce int
	Log    *slog.Logger
}

// A Handler is a Lambda handler of one queue's batches.
type Handler = func(context.Context, events.SQSEvent) (events.SQSEventResponse, error)

// Receive is the Handler. It never returns an error: that would give
// back the whole batch.
func (r Receiver) Receive(ctx context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-deadlineMargin))
		defer cancel()
	}
	failed := make([]bool, len(batch.Records))
	places := make(chan struct{}, max(1, r.AtOnce))
	var wg sync.WaitGroup
	for i, m := range batch.Records {
		places <- struct{}{}
		wg.Go(func() {
			defer func() { <-places }()
			failed[i] = !r.one(ctx, m)
		})
	}
	wg.Wait()
	// Lambda takes null for success and an empty list too: say the empty list.
	response := events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}}
	for i, m := range batch.Records {
		if failed[i] {
			response.BatchItemFailures = append(response.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: m.MessageId})
		}
	}
	return response, nil
}

func (r Receiver) one(ctx context.Context, m events.SQSMessage) (ok bool) {
	receives, _ := strconv.Atoi(m.Attributes["ApproximateReceiveCount"])
	log := r.Log.With("message", m.MessageId, "receives", receives)
	defer func() {
		if p := recover(); p != nil { // one message must not take its batch down
			log.Error("message failed: panic", "panic", p)
			ok = false
		}
	}()
	err := r.Handle(ctx, m)
	if err == nil {
		return true
	}
	log.Error("message failed; it will be tried again or become a dead letter", "err", err)
	if r.API == nil {
		return false
	}
	delay := Backoff(r.Visibility, receives)
	_, err = r.API.ChangeMessageVisibility(context.WithoutCancel(ctx), &sqs.ChangeMessageVisibilityInput{
		QueueUrl: &r.URL, ReceiptHandle: &m.ReceiptHandle, VisibilityTimeout: int32(delay.Seconds()),
	})
	if err != nil {
		// The queue's own visibility timeout brings it back all the same, later.
		log.Warn("the delay until the next try was not set", "err", err)
	}
	return false
}

// Backoff is the delay before a message that was received so many times is
// tried again: a 32nd of the queue's visibility timeout, doubled each time, so
// that the last try comes within the timeout and never after it; at least a
// second.
func Backoff(visibility time.Duration, receives int) time.Duration {
	receives = min(max(receives, 1), video.MaxTries)
	return max(time.Second, visibility>>(video.MaxTries+1-receives)).Truncate(time.Second)
}
