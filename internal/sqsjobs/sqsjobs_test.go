package sqsjobs

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/cuepipe/cuepipe/internal/captioning"
)

func recorded(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "events", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

const (
	exampleID  = "abcdefghijklmnopqrstuvwx23"
	exampleKey = "uploads/9f86d081884c7d659a2feaa0c55ad015/" + exampleID
)

func TestParseArrivals(t *testing.T) {
	one := []captioning.Arrival{{VideoID: exampleID, Key: exampleKey}}
	for name, want := range map[string][]captioning.Arrival{
		"s3-object-created-put.json":       one,
		"s3-object-created-multipart.json": one,
		"s3-two-records-encoded-key.json":  append(slices.Clone(one), captioning.Arrival{VideoID: "zyxwvutsrqponmlkjihgfedc32", Key: "uploads/9f86d081884c7d659a2feaa0c55ad015/zyxwvutsrqponmlkjihgfedc32"}),
		"s3-test-event.json":               nil,
	} {
		got, err := ParseArrivals(recorded(t, name))
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v, %v; want %v", name, got, err, want)
		}
	}
	got, err := ParseArrivals(`{"videoId":"` + exampleID + `","generation":2}`)
	if err != nil || !slices.Equal(got, []captioning.Arrival{{VideoID: exampleID, Generation: 2}}) {
		t.Errorf("our own message: %v, %v", got, err)
	}
}

func TestAServicesEventIsAJob(t *testing.T) {
	event := recorded(t, "eventbridge-transcribe-completed.json")
	for _, body := range []string{event, strings.Replace(event, "COMPLETED", "FAILED", 1)} {
		if got, err := ParseJob(body); err != nil || got != (captioning.Job{VideoID: exampleID, Generation: 2}) {
			t.Errorf("%+v, %v", got, err)
		}
	}
	for _, change := range [][2]string{{"aws.transcribe", "aws.polly"}, {"Transcribe Job State Change", "Vocabulary State Change"},
		{"." + exampleID + ".2", ""}, {".2", ".0"}, {exampleID, "../../etc"}, {"detail", "details"}} {
		if got, err := ParseJob(strings.ReplaceAll(event, change[0], change[1])); !errors.Is(err, ErrUnreadable) {
			t.Errorf("with %q for %q: %+v, %v", change[1], change[0], got, err)
		}
	}
}

func TestUnreadableMessages(t *testing.T) {
	foreign := strings.Replace(recorded(t, "s3-object-created-put.json"), exampleKey, "elsewhere/file.mp4", 1)
	for _, body := range []string{"", "this is not JSON", "null", "{}", "[]", `"text"`, `{"Records":[]}`, `{"Records":[{}]}`, foreign,
		`{"videoId":"../../etc","generation":1}`, `{"videoId":"` + exampleID + `"}`, `{"videoId":"` + exampleID + `","generation":-1}`} {
		if got, err := ParseArrivals(body); !errors.Is(err, ErrUnreadable) || got != nil {
			t.Errorf("%q: %v, %v", body, got, err)
		}
	}
	for _, body := range []string{"", "{}", `{"videoId":"` + exampleID + `","generation":0,"segment":0}`, `{"videoId":"` + exampleID + `","generation":1,"segment":-1}`} {
		if got, err := ParseJob(body); !errors.Is(err, ErrUnreadable) {
			t.Errorf("job %q: %v, %v", body, got, err)
		}
	}
}

func FuzzParseArrivals(f *testing.F) {
	seeds, err := filepath.Glob("../../events/s3-*.json")
	if err != nil || len(seeds) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, s := range seeds {
		b, err := os.ReadFile(s)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(b))
	}
	f.Add(`{"videoId":"abcdefghijklmnopqrstuvwx23","generation":2}`)
	f.Fuzz(func(t *testing.T, body string) {
		as, err := ParseArrivals(body)
		for _, a := range as {
			if err != nil || len(a.VideoID) != 26 || strings.Trim(a.VideoID, "abcdefghijklmnopqrstuvwxyz234567") != "" {
				t.Errorf("%q named %+v, %v", body, a, err)
			}
		}
	})
}

// fakeAPI keeps what was sent; it fails what Refuse says.
type fakeAPI struct {
	bodies  []string
	delays  []int32
	changed []int32
	refuse  string
}

func (f *fakeAPI) SendMessage(_ context.Context, in *sqs.SendMessageInput, _ ...func(*sqs.Options)) (*sqs.SendMessageOutput, error) {
	f.bodies, f.delays = append(f.bodies, *in.MessageBody), append(f.delays, in.DelaySeconds)
	return &sqs.SendMessageOutput{}, nil
}

func (f *fakeAPI) SendMessageBatch(_ context.Context, in *sqs.SendMessageBatchInput, _ ...func(*sqs.Options)) (*sqs.SendMessageBatchOutput, error) {
	out := &sqs.SendMessageBatchOutput{}
	for _, e := range in.Entries {
		if f.refuse != "" && strings.Contains(*e.MessageBody, f.refuse) {
			code := "InternalError"
			out.Failed = append(out.Failed, types.BatchResultErrorEntry{Id: e.Id, Code: &code})
			continue
		}
		f.bodies = append(f.bodies, *e.MessageBody)
	}
	if len(in.Entries) > 10 {
		return nil, errors.New("TooManyEntriesInBatchRequest")
	}
	return out, nil
}

func (f *fakeAPI) ChangeMessageVisibility(_ context.Context, in *sqs.ChangeMessageVisibilityInput, _ ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityOutput, error) {
	f.changed = append(f.changed, in.VisibilityTimeout)
	return &sqs.ChangeMessageVisibilityOutput{}, nil
}

func TestWhatIsSentIsReadBack(t *testing.T) {
	f := &fakeAPI{}
	if err := (Uploads{f, "url"}).Announce(t.Context(), exampleID, 3, 20*time.Second); err != nil {
		t.Fatal(err)
	}
	got, err := ParseArrivals(f.bodies[0])
	if err != nil || got[0] != (captioning.Arrival{VideoID: exampleID, Generation: 3}) || f.delays[0] != 20 {
		t.Errorf("%v, %v, delay %d", got, err, f.delays[0])
	}
	for _, n := range []int{0, 1, 9, 10, 11, 25} {
		f := &fakeAPI{}
		var jobs []captioning.Job
		for i := range n {
			jobs = append(jobs, captioning.Job{VideoID: exampleID, Generation: 1, Segment: i})
		}
		if err := (Segments{f, "url"}).Send(t.Context(), jobs); err != nil {
			t.Fatal(err)
		}
		for i, b := range f.bodies {
			if j, err := ParseJob(b); err != nil || j != jobs[i] {
				t.Errorf("job %d of %d is %v, %v", i, n, j, err)
			}
		}
		if len(f.bodies) != n {
			t.Errorf("%d of %d jobs were sent", len(f.bodies), n)
		}
	}
}

func TestARefusedJobIsAnError(t *testing.T) {
	f := &fakeAPI{refuse: `"segment":1`}
	jobs := []captioning.Job{{VideoID: exampleID, Generation: 1}, {VideoID: exampleID, Generation: 1, Segment: 1}}
	if err := (Segments{f, "url"}).Send(t.Context(), jobs); err == nil || len(f.bodies) != 1 {
		t.Errorf("%v, %d sent", err, len(f.bodies))
	}
}

func TestOnlyTheFailedAreGivenBack(t *testing.T) {
	var batch events.SQSEvent
	if err := json.Unmarshal([]byte(recorded(t, "sqs-uploads-batch-with-poison.json")), &batch); err != nil {
		t.Fatal(err)
	}
	f := &fakeAPI{}
	r := Receiver{API: f, URL: "url", Visibility: 360 * time.Second, AtOnce: 3, Log: slog.New(slog.DiscardHandler),
		Handle: func(_ context.Context, m events.SQSMessage) error {
			_, err := ParseArrivals(m.Body)
			return err
		}}
	got, err := r.Receive(t.Context(), batch)
	if err != nil {
		t.Fatal(err)
	}
	b, _ := json.Marshal(got)
	if want := `{"batchItemFailures":[{"itemIdentifier":"2e1424d4-f796-459a-8184-9c92662be6da"}]}`; string(b) != want {
		t.Errorf("%s, want %s", b, want)
	}
	if !slices.Equal(f.changed, []int32{11}) {
		t.Errorf("delays until the next try: %v", f.changed)
	}
	if got, _ := r.Receive(t.Context(), events.SQSEvent{}); got.BatchItemFailures == nil {
		t.Error("an empty answer would be null")
	}
}

func TestAPanicFailsItsMessageAlone(t *testing.T) {
	r := Receiver{Log: slog.New(slog.DiscardHandler), Handle: func(_ context.Context, m events.SQSMessage) error {
		if m.MessageId == "b" {
			panic("poison")
		}
		return nil
	}}
	got, err := r.Receive(t.Context(), events.SQSEvent{Records: []events.SQSMessage{{MessageId: "a"}, {MessageId: "b"}, {MessageId: "c"}}})
	if err != nil || len(got.BatchItemFailures) != 1 || got.BatchItemFailures[0].ItemIdentifier != "b" {
		t.Errorf("%v, %v", got, err)
	}
}

func TestWorkEndsBeforeTheDeadlineAndIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		var now, most atomic.Int32
		r := Receiver{AtOnce: 2, Log: slog.New(slog.DiscardHandler), Handle: func(ctx context.Context, _ events.SQSMessage) error {
			most.Store(max(most.Load(), now.Add(1)))
			defer now.Add(-1)
			<-ctx.Done()
			return ctx.Err()
		}}
		got, err := r.Receive(ctx, events.SQSEvent{Records: make([]events.SQSMessage, 5)})
		if err != nil || len(got.BatchItemFailures) != 5 || ctx.Err() != nil {
			t.Errorf("%d given back, %v, deadline passed: %v", len(got.BatchItemFailures), err, ctx.Err())
		}
		if most.Load() > 2 {
			t.Errorf("%d messages were in work at once", most.Load())
		}
	})
}

// silentAPI never answers.
type silentAPI struct {
	fakeAPI
	asked atomic.Int32
}

func (s *silentAPI) ChangeMessageVisibility(ctx context.Context, _ *sqs.ChangeMessageVisibilityInput, _ ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityOutput, error) {
	s.asked.Add(1)
	<-ctx.Done()
	return nil, ctx.Err()
}

// Work took all its time, and SQS does not answer: the batch is given back all
// the same, before the function's time is over.
func TestGivingBackIsBounded(t *testing.T) {
	for name, atWork := range map[string]time.Duration{"at the deadline": time.Minute, "at once": 0} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			api := &silentAPI{}
			r := Receiver{API: api, URL: "url", Visibility: time.Minute, AtOnce: 4, Log: slog.New(slog.DiscardHandler), Handle: func(ctx context.Context, _ events.SQSMessage) error {
				select {
				case <-ctx.Done():
				case <-time.After(atWork):
				}
				return errors.New("S3 is slow")
			}}
			began := time.Now()
			got, err := r.Receive(ctx, events.SQSEvent{Records: make([]events.SQSMessage, 10)})
			took := time.Since(began)
			if err != nil || len(got.BatchItemFailures) != 10 || api.asked.Load() != 10 {
				t.Errorf("%s: %d given back, %d asked for, %v", name, len(got.BatchItemFailures), api.asked.Load(), err)
			}
			// Ten messages, four at once: three rounds.
			if atWork == 0 && took != 3*giveBackTime || atWork > 0 && took != 10*time.Second-answerMargin {
				t.Errorf("%s: it took %v", name, took)
			}
		})
	}
}

func TestBackoff(t *testing.T) {
	for _, c := range []struct {
		visibility time.Duration
		want       []time.Duration // after the first receive, the second, …
	}{
		{360 * time.Second, []time.Duration{11 * time.Second, 22 * time.Second, 45 * time.Second, 90 * time.Second, 180 * time.Second, 180 * time.Second}},
		{36 * time.Second, []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 9 * time.Second, 18 * time.Second}},
		{6 * time.Second, []time.Duration{time.Second, time.Second, time.Second, time.Second, 3 * time.Second}},
	} {
		for i, want := range c.want {
			if got := Backoff(c.visibility, i+1); got != want {
				t.Errorf("Backoff(%v, %d) is %v, want %v", c.visibility, i+1, got, want)
			}
		}
	}
	if Backoff(time.Hour, 0) != Backoff(time.Hour, 1) {
		t.Error("a missing receive count is not the first")
	}
}
