// Package sqsjobs sends and receives the pipeline's messages through Amazon
// SQS. It needs sqs:SendMessage on the queues it sends to; what a Lambda
// function receives needs sqs:ChangeMessageVisibility for the retry's delay.
package sqsjobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/aws/aws-lambda-go/events"

	"github.com/cuepipe/cuepipe/internal/captioning"
	"github.com/cuepipe/cuepipe/internal/video"
)

// ErrUnreadable: the message is none of ours. Trying it again cannot help, but
// it is kept and shown: it goes the way of dead letters.
var ErrUnreadable = errors.New("the message is neither an event that we know nor one of ours")

// ParseArrivals reads a message of the uploads queue: S3's event, of one or
// more records, or our own {"videoId", "generation"}. S3's test event, which
// is sent when a notification is configured, has no arrivals.
func ParseArrivals(body string) ([]captioning.Arrival, error) {
	var m struct {
		Event      string                 `json:"Event"`
		Records    []events.S3EventRecord `json:"Records"`
		VideoID    string                 `json:"videoId"`
		Generation int                    `json:"generation"`
	}
	if err := json.Unmarshal([]byte(body), &m); err != nil {
		return nil, ErrUnreadable
	}
	switch {
	case m.Event == "s3:TestEvent":
		return nil, nil
	case m.VideoID != "":
		if !video.ValidID(m.VideoID) || m.Generation < 1 {
			return nil, fmt.Errorf("%w: bad videoId or generation", ErrUnreadable)
		}
		return []captioning.Arrival{{VideoID: m.VideoID, Generation: m.Generation}}, nil
	case len(m.Records) == 0:
		return nil, ErrUnreadable
	}
	var as []captioning.Arrival
	for _, r := range m.Records {
		// Decoding the key is left to the library: it is form-encoded (a space
		// is "+"); keys of ours have no character that any emulator encodes.
		id, ok := video.IDOfSource(r.S3.Object.URLDecodedKey)
		if r.EventSource != "aws:s3" || !ok {
			return nil, fmt.Errorf("%w: it names no video", ErrUnreadable)
		}
		as = append(as, captioning.Arrival{VideoID: id, Key: r.S3.Object.URLDecodedKey})
	}
	return as, nil
}

// ParseJob reads a message of the segments queue: our own {"videoId",
// "generation", "segment"}, or EventBridge's event that a service's job came to
// its end, well or not. That is a hint to ask the service, for the video's one
// segment.
func ParseJob(body string) (captioning.Job, error) {
	var m struct {
		captioning.Job
		Source string `json:"source"`
		Kind   string `json:"detail-type"`
		Detail struct {
			Name string `json:"TranscriptionJobName"`
		} `json:"detail"`
	}
	if err := json.Unmarshal([]byte(body), &m); err != nil {
		return captioning.Job{}, ErrUnreadable
	}
	if m.Source != "" {
		id, generation, ok := video.OfServiceJob(m.Detail.Name)
		if m.Source != "aws.transcribe" || m.Kind != "Transcribe Job State Change" || !ok {
			return captioning.Job{}, fmt.Errorf("%w: it is an event of no job of ours", ErrUnreadable)
		}
		return captioning.Job{VideoID: id, Generation: generation}, nil
	}
	if !video.ValidID(m.VideoID) || m.Generation < 1 || m.Segment < 0 {
		return captioning.Job{}, ErrUnreadable
	}
	return m.Job, nil
}

// Arrivals handles the messages of the uploads queue with f. The arrivals of
// one message stand or fall together.
func Arrivals(f func(context.Context, captioning.Arrival) error) func(context.Context, events.SQSMessage) error {
	return func(ctx context.Context, m events.SQSMessage) error {
		arrivals, err := ParseArrivals(m.Body)
		if err != nil {
			return err
		}
		for _, a := range arrivals {
			if err := f(ctx, a); err != nil {
				return fmt.Errorf("video %s: %w", a.VideoID, err)
			}
		}
		return nil
	}
}

// Jobs handles the messages of the segments queue with f.
func Jobs(f func(context.Context, captioning.Job) error) func(context.Context, events.SQSMessage) error {
	return func(ctx context.Context, m events.SQSMessage) error {
		job, err := ParseJob(m.Body)
		if err != nil {
			return err
		}
		if err := f(ctx, job); err != nil {
			return fmt.Errorf("video %s, generation %d, segment %d: %w", job.VideoID, job.Generation, job.Segment, err)
		}
		return nil
	}
}
