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

// Of an invocation's end, deadlineMargin is kept free of work, so that messages
// that take too long are given back in order instead of dying with the process,
// and answerMargin for the answer alone. giveBackTime bounds one giving back: it
// is a courtesy, and must not cost the others of a batch theirs.
const (
	deadlineMargin = 2 * time.Second
	answerMargin   = 500 * time.Millisecond
	giveBackTime   = time.Second
)

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
	work, giving := ctx, ctx
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		work, cancel = context.WithDeadline(ctx, deadline.Add(-deadlineMargin))
		defer cancel()
		giving, cancel = context.WithDeadline(ctx, deadline.Add(-answerMargin))
		defer cancel()
	}
	failed := make([]bool, len(batch.Records))
	places := make(chan struct{}, max(1, r.AtOnce))
	var wg sync.WaitGroup
	for i, m := range batch.Records {
		places <- struct{}{}
		wg.Go(func() {
			defer func() { <-places }()
			failed[i] = !r.one(work, giving, m)
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

// one deals with a message within work, and gives it back within giving.
func (r Receiver) one(work, giving context.Context, m events.SQSMessage) (ok bool) {
	receives, _ := strconv.Atoi(m.Attributes["ApproximateReceiveCount"])
	log := r.Log.With("message", m.MessageId, "receives", receives)
	defer func() {
		if p := recover(); p != nil { // one message must not take its batch down
			log.Error("message failed: panic", "panic", p)
			ok = false
		}
	}()
	err := r.Handle(work, m)
	if err == nil {
		return true
	}
	log.Error("message failed; it will be tried again or become a dead letter", "err", err)
	if r.API == nil {
		return false
	}
	delay := Backoff(r.Visibility, receives)
	giving, cancel := context.WithTimeout(giving, giveBackTime)
	defer cancel()
	_, err = r.API.ChangeMessageVisibility(giving, &sqs.ChangeMessageVisibilityInput{
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
