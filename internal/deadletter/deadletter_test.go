package deadletter

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/cuepipe/cuepipe/internal/memvideos"
	"github.com/cuepipe/cuepipe/internal/metric"
	"github.com/cuepipe/cuepipe/internal/video"
)

type objects map[string]string

func (o objects) PutOnce(_ context.Context, key, _ string, body []byte) error {
	if o == nil {
		return errors.New("storage is down")
	}
	o[key] = string(body)
	return nil
}

func (o objects) Remove(_ context.Context, key string) error {
	if o == nil {
		return errors.New("storage is down")
	}
	delete(o, key)
	return nil
}

func (o objects) RemoveAll(_ context.Context, prefix string) error {
	if o == nil {
		return errors.New("storage is down")
	}
	maps.DeleteFunc(o, func(key, _ string) bool { return strings.HasPrefix(key, prefix) })
	return nil
}

func setUp(t *testing.T) (Handler, objects, video.Video, *bytes.Buffer) {
	s, o, log := &memvideos.Store{}, objects{}, &bytes.Buffer{}
	v := video.New("owner", "film.mp4", "video/mp4", 1, time.Now(), time.Now().Add(time.Hour))
	if err := s.Create(t.Context(), v); err != nil {
		t.Fatal(err)
	}
	logger := slog.New(slog.NewJSONHandler(log, nil))
	return Handler{Videos: s, Objects: o, Count: metric.Counter{Log: logger, Stage: "test"}, Log: logger}, o, v, log
}

// eventFor is S3's recorded event, for a video of ours.
func eventFor(t *testing.T, key string) string {
	b, err := os.ReadFile("../../events/s3-object-created-put.json")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Replace(string(b), "uploads/9f86d081884c7d659a2feaa0c55ad015/abcdefghijklmnopqrstuvwx23", key, 1)
}

func TestTheVideoOfADeadLetterFails(t *testing.T) {
	for name, body := range map[string]func(v video.Video) string{
		"an S3 event":     func(v video.Video) string { return eventFor(t, v.Source.Key) },
		"our own message": func(v video.Video) string { return fmt.Sprintf(`{"videoId":%q,"generation":1}`, v.ID) },
		"a service's event": func(v video.Video) string {
			return fmt.Sprintf(`{"source":"aws.transcribe","detail-type":"Transcribe Job State Change","detail":{"TranscriptionJobName":%q,"TranscriptionJobStatus":"COMPLETED"}}`,
				video.ServiceJob("stack", v.ID, 1))
		},
		"a job": func(v video.Video) string { return fmt.Sprintf(`{"videoId":%q,"generation":1,"segment":0}`, v.ID) },
	} {
		t.Run(name, func(t *testing.T) {
			h, o, v, log := setUp(t)
			if err := h.Handle(t.Context(), events.SQSMessage{MessageId: "m", Body: body(v)}); err != nil {
				t.Fatal(err)
			}
			got, err := h.Videos.Get(t.Context(), v.ID)
			if err != nil || got.Status != video.Failed || *got.Failure != video.GaveUp || len(o) != 0 {
				t.Errorf("%s %v, %v, quarantined %v", got.Status, got.Failure, err, o)
			}
			if !strings.Contains(log.String(), `"DeadLetters":1,"GivenUp":1`) || !strings.Contains(log.String(), `"Stage":"test"`) {
				t.Errorf("it was not counted: %s", log)
			}
		})
	}
}

// Whoever made it for a service died of it five times, and its video is failed
// now, was before, or is at another generation.
func TestADeadLetterLeavesNoSoundForAService(t *testing.T) {
	for name, changes := range map[string][]video.Change{
		"in work":            {video.Record(1, video.Plan{Segments: 1})},
		"failed":             {video.Fail(1, video.ServiceFailed)},
		"of a later attempt": {video.Fail(1, video.ServiceFailed), video.Replace(1)},
	} {
		h, o, v, _ := setUp(t)
		for _, c := range changes {
			if _, err := h.Videos.Change(t.Context(), v.ID, c); err != nil {
				t.Fatal(err)
			}
		}
		next := video.ServiceSound(v.ID, 2)
		o[video.ServiceSound(v.ID, 1)], o[next] = "sound", "sound"
		job := events.SQSMessage{Body: fmt.Sprintf(`{"videoId":%q,"generation":1,"segment":0}`, v.ID)}
		h.Objects = objects(nil)
		if err := h.Handle(t.Context(), job); err == nil {
			t.Errorf("%s: the message was thrown away, and the sound is there", name)
		}
		h.Objects = o
		if err := h.Handle(t.Context(), job); err != nil || len(o) != 1 || o[next] == "" {
			t.Errorf("%s: %v; left: %v", name, err, o)
		}
	}
}

func TestALateDeadLetterChangesNothing(t *testing.T) {
	h, o, v, _ := setUp(t)
	for _, c := range []video.Change{video.Record(1, video.Plan{Segments: 1}), video.Finish(1, []video.Track{{Name: "en"}})} {
		if _, err := h.Videos.Change(t.Context(), v.ID, c); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.Handle(t.Context(), events.SQSMessage{Body: fmt.Sprintf(`{"videoId":%q,"generation":1,"segment":0}`, v.ID)}); err != nil {
		t.Fatal(err)
	}
	if got, _ := h.Videos.Get(t.Context(), v.ID); got.Status != video.Ready || len(o) != 0 {
		t.Errorf("a ready video became %s", got.Status)
	}
}

// A worker that was past its last look at the item may have written once more
// after the delete, and died of it five times.
func TestADeadLetterOfADeletedVideoLeavesNothingOfIt(t *testing.T) {
	for name, changes := range map[string][]video.Change{
		"deleting": {video.Delete()},
		"deleted":  {video.Delete(), video.Bury(time.Now().Add(time.Hour))},
	} {
		h, o, v, _ := setUp(t)
		for _, c := range changes {
			if _, err := h.Videos.Change(t.Context(), v.ID, c); err != nil {
				t.Fatal(err)
			}
		}
		left, others := "videos/"+v.ID+"/1/part-0.json", "videos/"+video.NewID()+"/1/part-0.json"
		o[left], o[others] = "words", "words"
		for _, body := range []string{fmt.Sprintf(`{"videoId":%q,"generation":1,"segment":0}`, v.ID), eventFor(t, v.Source.Key)} {
			h.Objects = objects(nil)
			if err := h.Handle(t.Context(), events.SQSMessage{Body: body}); err == nil {
				t.Errorf("%s: the message was thrown away, and what it left is there", name)
			}
			h.Objects, o[left] = o, "words"
			if err := h.Handle(t.Context(), events.SQSMessage{Body: body}); err != nil {
				t.Fatal(err)
			}
			if len(o) != 1 || o[others] == "" {
				t.Errorf("%s: stored are %v", name, o)
			}
		}
	}
}

func TestAMessageThatNamesNoVideoIsKept(t *testing.T) {
	stranger := video.NewID()
	for i, body := range []string{"this is not JSON", "{}", eventFor(t, video.SourceKey("o", stranger)), fmt.Sprintf(`{"videoId":%q,"generation":1}`, stranger)} {
		h, o, _, log := setUp(t)
		m := events.SQSMessage{MessageId: fmt.Sprint("m", i), Body: body, EventSourceARN: "arn:aws:sqs:us-east-1:000000000000:dead"}
		if err := h.Handle(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		kept := o[fmt.Sprintf("quarantine/m%d.json", i)]
		if !strings.Contains(kept, `"queue": "arn:aws:sqs:us-east-1:000000000000:dead"`) || !strings.Contains(log.String(), `"Quarantined":1,"GivenUp":1`) {
			t.Errorf("%.40s: kept %q", body, kept)
		}
		if strings.Contains(log.String(), "not JSON") {
			t.Error("the log has the message's body")
		}
	}
}

func TestWhatCannotBeKeptComesAgain(t *testing.T) {
	h, _, _, _ := setUp(t)
	h.Objects = objects(nil)
	if err := h.Handle(t.Context(), events.SQSMessage{MessageId: "m", Body: "?"}); err == nil {
		t.Error("the message was thrown away")
	}
}
