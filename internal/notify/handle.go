package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/cuepipe/cuepipe/internal/ddbvideos"
	"github.com/cuepipe/cuepipe/internal/video"
)

// Batch is how many records an invocation gets at most: as many events as
// PutEvents takes at once.
const Batch = 10

// A Bus is what is called of the EventBridge client.
type Bus interface {
	PutEvents(context.Context, *eventbridge.PutEventsInput, ...func(*eventbridge.Options)) (*eventbridge.PutEventsOutput, error)
}

// DeadLetters is what is called of the SQS client.
type DeadLetters interface {
	SendMessage(context.Context, *sqs.SendMessageInput, ...func(*sqs.Options)) (*sqs.SendMessageOutput, error)
}

// A Handler tells of the ends in batches of the stream's records.
type Handler struct {
	Bus     Bus
	BusName string
	// DeadLetters keep what no further try can tell.
	DeadLetters    DeadLetters
	DeadLettersURL string
	Signer         *Signer // nil: events are not signed
	Log            *slog.Logger
}

// Records are what Lambda sends of a table's stream.
type Records struct {
	Records []Record `json:"Records"`
}

// A Record is one change of an item. Its images are in DynamoDB's JSON; one that
// there is none of is empty.
type Record struct {
	EventID string `json:"eventID"`
	Change  struct {
		Keys           json.RawMessage `json:"Keys"`
		OldImage       json.RawMessage `json:"OldImage"`
		NewImage       json.RawMessage `json:"NewImage"`
		SequenceNumber string          `json:"SequenceNumber"`
	} `json:"dynamodb"`
}

// A Response names the records that are to come again. Lambda goes back to the
// first of them, so that what follows it comes again, too.
type Response struct {
	BatchItemFailures []Failed `json:"batchItemFailures"`
}

// Failed names a record by its sequence number.
type Failed struct {
	ItemIdentifier string `json:"itemIdentifier"`
}

// Handle is the Lambda handler. It never returns an error: that would have the
// whole batch come again. A record that cannot be read, now or ever, is put by,
// so that it does not hold up the others of its shard.
func (h Handler) Handle(ctx context.Context, batch Records) (Response, error) {
	// Lambda takes null for success and an empty list too: say the empty list.
	response := Response{BatchItemFailures: []Failed{}}
	failed := func(r Record, err error) {
		h.Log.Error("an end could not be told; it is tried again", "event", r.EventID, "err", err)
		response.BatchItemFailures = append(response.BatchItemFailures, Failed{r.Change.SequenceNumber})
	}
	var told []Event
	var of []Record
	for _, r := range batch.Records {
		e, is, err := h.read(r)
		switch {
		case err != nil:
			if err := h.putBy(ctx, r, err); err != nil {
				failed(r, err)
			}
		case is:
			told, of = append(told, e), append(of, r)
		}
	}
	for i, err := range h.put(ctx, told) {
		if err != nil {
			failed(of[i], err)
			continue
		}
		h.Log.Info("told of an end", "video", told[i].Video, "generation", told[i].Generation, "status", told[i].Status)
	}
	return response, nil
}

// read returns the event that a record is about, if it is about an end.
func (h Handler) read(r Record) (e Event, is bool, err error) {
	if len(r.Change.NewImage) == 0 { // the item was removed
		return Event{}, false, nil
	}
	after, err := ddbvideos.Image(r.Change.NewImage)
	if err != nil {
		return Event{}, false, fmt.Errorf("after the change: %w", err)
	}
	var before video.Video
	if len(r.Change.OldImage) > 0 {
		if before, err = ddbvideos.Image(r.Change.OldImage); err != nil {
			return Event{}, false, fmt.Errorf("before the change: %w", err)
		}
	}
	if e, is = Told(before, after); is && h.Signer != nil {
		if e.Signature, err = h.Signer.Sign(e); err != nil {
			return Event{}, false, err
		}
	}
	return e, is, nil
}

// put returns an error, or nil, for each event.
func (h Handler) put(ctx context.Context, told []Event) []error {
	errs := make([]error, len(told))
	for from := 0; from < len(told); from += Batch {
		to := min(from+Batch, len(told))
		if err := h.putBatch(ctx, told[from:to], errs[from:to]); err != nil {
			for i := from; i < to; i++ {
				errs[i] = err
			}
		}
	}
	return errs
}

// putBatch notes which events EventBridge refused; its error is of all of them.
func (h Handler) putBatch(ctx context.Context, told []Event, refused []error) error {
	var entries []types.PutEventsRequestEntry
	for _, e := range told {
		detail, err := json.Marshal(e)
		if err != nil {
			return fmt.Errorf("put events: %w", err)
		}
		entries = append(entries, types.PutEventsRequestEntry{
			EventBusName: &h.BusName, Source: aws.String(Source), DetailType: aws.String(DetailType), Detail: aws.String(string(detail)),
		})
	}
	out, err := h.Bus.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: entries})
	if err != nil {
		return fmt.Errorf("put events: %w", err)
	}
	if len(out.Entries) != len(told) {
		return fmt.Errorf("put events: EventBridge answers for %d events, and was given %d", len(out.Entries), len(told))
	}
	for i, entry := range out.Entries {
		if entry.ErrorCode != nil {
			refused[i] = fmt.Errorf("put events: EventBridge refused one: %s", *entry.ErrorCode)
		}
	}
	return nil
}

// putBy keeps the place of a record that cannot be read where an alarm sees it.
// The record itself stays in the stream for a day.
func (h Handler) putBy(ctx context.Context, r Record, why error) error {
	body, err := json.Marshal(map[string]any{
		"keys": r.Change.Keys, "sequenceNumber": r.Change.SequenceNumber, "eventID": r.EventID, "error": why.Error(),
	})
	if err != nil {
		return errors.Join(why, fmt.Errorf("put by: %w", err))
	}
	if _, err := h.DeadLetters.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: &h.DeadLettersURL, MessageBody: aws.String(string(body))}); err != nil {
		return errors.Join(why, fmt.Errorf("put by: %w", err))
	}
	h.Log.Error("a change of a video cannot be read and is put by", "event", r.EventID, "err", why)
	return nil
}
