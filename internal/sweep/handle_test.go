package sweep

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/video"
)

// What EventBridge sends on a schedule, and what make redrive sends.
func TestWhatTheFunctionIsCalledWith(t *testing.T) {
	for event, want := range map[string]Report{
		`{"version":"0","id":"x","detail-type":"Scheduled Event","source":"aws.events","account":"1","time":"2026-01-02T03:00:00Z","region":"us-east-1","resources":["arn:aws:events:us-east-1:1:rule/r"],"detail":{}}`: {Swept: 1},
		`{}`:                          {Swept: 1},
		`{"redrive":[]}`:              {Restarted: 2},
		`{"redrive":["gave_up"]}`:     {Restarted: 1},
		`{"redrive":["not_media"]}`:   {Restarted: 1},
		`{"redrive":["no_such_one"]}`: {},
		`{"redrive":[],"before":"2026-01-02T03:04:05Z"}`: {},
		`{"redrive":[],"before":"2026-01-02T03:04:06Z"}`: {Restarted: 2},
	} {
		w := newWorld(t)
		queued(w)
		for _, f := range []video.Failure{video.GaveUp, video.Stuck, video.NotMedia} {
			failed(f)(w)
		}
		w.now = w.now.Add(after + 1)
		var req Request
		if err := json.Unmarshal([]byte(event), &req); err != nil {
			t.Fatal(err)
		}
		got, err := w.sweeper.Handle(t.Context(), req)
		if got.Before = (time.Time{}); err != nil || got != want {
			t.Errorf("%s did %+v, %v, want %+v", event, got, err, want)
		}
	}
}

// Somebody hears of a video that no sweep can deal with: the function fails.
func TestASweepThatLeavesAVideoFails(t *testing.T) {
	w := newWorld(t)
	bad := queued(w)
	w.now = w.now.Add(after + 1)
	w.sweeper.Videos = broken{w.videos, bad.ID, ""}
	if r, err := w.sweeper.Handle(t.Context(), Request{}); err == nil || r.Errors != 1 {
		t.Errorf("%+v, %v", r, err)
	}
	w.sweeper.Videos = broken{w.videos, "", video.Queued}
	if _, err := w.sweeper.Handle(t.Context(), Request{}); !errors.Is(err, errDown) {
		t.Errorf("a sweep that cannot list: %v", err)
	}
}
