// Package deadletter deals with messages that failed every try: their video is
// told, and a message that names no video is kept where somebody finds it.
package deadletter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"

	"github.com/aws/aws-lambda-go/events"

	"github.com/cuepipe/cuepipe/internal/metric"
	"github.com/cuepipe/cuepipe/internal/sqsjobs"
	"github.com/cuepipe/cuepipe/internal/video"
)

// Videos is the store of items.
type Videos interface {
	Get(ctx context.Context, id string) (video.Video, error)
	Change(ctx context.Context, id string, c video.Change) (video.Video, error)
}

// Objects has what we write, and keeps what nobody can read. PutOnce leaves an
// object that is there; Remove removes one object, if it is there, and RemoveAll
// everything below a prefix.
type Objects interface {
	PutOnce(ctx context.Context, key, contentType string, body []byte) error
	Remove(ctx context.Context, key string) error
	RemoveAll(ctx context.Context, prefix string) error
}

// A Handler takes dead letters of any queue.
type Handler struct {
	Videos  Videos
	Objects Objects
	Count   metric.Counter
	Log     *slog.Logger
}

// A letter is a video that a dead letter names, of one generation or (0) of
// whichever it is at.
type letter struct {
	videoID    string
	generation int
}

// Handle fails the videos that m names, or quarantines m. An error gives m
// back: nothing is thrown away unseen.
func (h Handler) Handle(ctx context.Context, m events.SQSMessage) error {
	named := read(m.Body)
	known := 0
	for _, l := range named {
		found, err := h.fail(ctx, l)
		if err != nil {
			return err
		}
		if found {
			known++
		}
	}
	if known > 0 {
		return nil
	}
	return h.quarantine(ctx, m)
}

// read returns the videos that a message names: none where it is not readable.
func read(body string) []letter {
	// A job of ours is an arrival with a segment, so that one reading serves both.
	arrivals, err := sqsjobs.ParseArrivals(body)
	if err != nil {
		if job, err := sqsjobs.ParseJob(body); err == nil { // told by a service
			return []letter{{job.VideoID, job.Generation}}
		}
		return nil
	}
	var ls []letter
	for _, a := range arrivals {
		ls = append(ls, letter{a.VideoID, a.Generation})
	}
	return ls
}

func (h Handler) fail(ctx context.Context, l letter) (found bool, err error) {
	generation := l.generation
	if generation == 0 { // S3's events know of no generation
		v, err := h.Videos.Get(ctx, l.videoID)
		if errors.Is(err, video.ErrNotFound) {
			return false, nil
		}
		if err != nil {
			return false, fmt.Errorf("dead letter: %w", err)
		}
		generation = v.Generation
	}
	v, err := h.Videos.Change(ctx, l.videoID, video.Fail(generation, video.GaveUp))
	switch {
	case errors.Is(err, video.ErrNotFound):
		return false, nil
	case errors.Is(err, video.ErrStale) && v.Gone():
		// A worker that died may have written after the delete had looked for the
		// last time; nobody else comes by here again.
		if err := h.Objects.RemoveAll(ctx, video.ResultsPrefix+v.ID+"/"); err != nil {
			return false, fmt.Errorf("dead letter of a deleted video: %w", err)
		}
		h.Log.Info("a dead letter came for a deleted video; what may have been left of it is removed", "video", l.videoID, "status", v.Status)
	case errors.Is(err, video.ErrStale):
		h.Log.Info("a dead letter came for a video that has moved on", "video", l.videoID, "status", v.Status)
	case err != nil:
		return false, fmt.Errorf("dead letter: %w", err)
	default:
		h.Log.Error("the video failed: its message was tried five times", "video", l.videoID, "generation", v.Generation)
	}
	// The generation is over, and nobody else comes by here again: a worker that
	// died may have left the sound that was for a service.
	for _, key := range video.ServiceSounds(l.videoID, generation) {
		if err := h.Objects.Remove(ctx, key); err != nil {
			return false, fmt.Errorf("dead letter: %w", err)
		}
	}
	h.Count.Add(1, metric.DeadLetters, metric.GivenUp)
	return true, nil
}

func (h Handler) quarantine(ctx context.Context, m events.SQSMessage) error {
	b, err := json.MarshalIndent(struct {
		MessageID  string            `json:"messageId"`
		Queue      string            `json:"queue"`
		Attributes map[string]string `json:"attributes"`
		Body       string            `json:"body"`
	}{m.MessageId, m.EventSourceARN, m.Attributes, m.Body}, "", "  ")
	if err != nil {
		return fmt.Errorf("quarantine: %w", err)
	}
	key := video.QuarantinePrefix + m.MessageId + ".json"
	if err := h.Objects.PutOnce(ctx, key, "application/json", b); err != nil {
		return fmt.Errorf("quarantine: %w", err)
	}
	h.Log.Error("a message that names no video was put into quarantine", "message", m.MessageId, "key", key)
	h.Count.Add(1, metric.Quarantined, metric.GivenUp)
	return nil
}
