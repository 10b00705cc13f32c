package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/cuepipe/cuepipe/internal/video"
)

// bus takes events, but those of the videos that it refuses; with err, none.
type bus struct {
	refuses map[string]bool
	err     error
	told    []Event
	calls   []int // how many events each had
}

func (b *bus) PutEvents(_ context.Context, in *eventbridge.PutEventsInput, _ ...func(*eventbridge.Options)) (*eventbridge.PutEventsOutput, error) {
	b.calls = append(b.calls, len(in.Entries))
	if b.err != nil {
		return nil, b.err
	}
	out := &eventbridge.PutEventsOutput{}
	for _, entry := range in.Entries {
		var e Event
		if err := json.Unmarshal([]byte(*entry.Detail), &e); err != nil {
			return nil, err
		}
		if *entry.EventBusName != "cuepipe-test" || *entry.Source != "cuepipe" || *entry.DetailType != "Video Ended" {
			return nil, fmt.Errorf("%s, %s, %s", *entry.EventBusName, *entry.Source, *entry.DetailType)
		}
		if b.refuses[e.Video] {
			out.FailedEntryCount++
			out.Entries = append(out.Entries, types.PutEventsResultEntry{ErrorCode: aws.String("ThrottlingException")})
			continue
		}
		b.told = append(b.told, e)
		out.Entries = append(out.Entries, types.PutEventsResultEntry{EventId: aws.String("e")})
	}
	return out, nil
}

type letters struct {
	bodies []string
	err    error
}

func (l *letters) SendMessage(_ context.Context, in *sqs.SendMessageInput, _ ...func(*sqs.Options)) (*sqs.SendMessageOutput, error) {
	if l.err != nil {
		return nil, l.err
	}
	l.bodies = append(l.bodies, *in.MessageBody)
	return &sqs.SendMessageOutput{}, nil
}

func handler(b *bus, l *letters) Handler {
	return Handler{Bus: b, BusName: "cuepipe-test", DeadLetters: l, DeadLettersURL: "q", Log: slog.New(slog.DiscardHandler)}
}

// image is a video as the stream shows it, in DynamoDB's JSON.
func image(t *testing.T, v video.Video) json.RawMessage {
	t.Helper()
	text := func(s string) map[string]any { return map[string]any{"S": s} }
	number := func(n any) map[string]any { return map[string]any{"N": fmt.Sprint(n)} }
	m := map[string]any{"id": text(v.ID), "owner": text(v.Owner), "title": text(v.Title), "status": text(string(v.Status)), "generation": number(v.Generation),
		"duration": number(v.Duration.Seconds()), "createdAt": text(v.CreatedAt.Format("2006-01-02T15:04:05.000000000Z")), "updatedAt": text(v.UpdatedAt.Format("2006-01-02T15:04:05.000000000Z"))}
	if f := v.Failure; f != nil {
		m["failure"] = map[string]any{"M": map[string]any{"code": text(f.Code), "message": text(f.Message)}}
	}
	b, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// change is a record of a video that was in work.
func change(t *testing.T, number int, after video.Video) (r Record) {
	t.Helper()
	before := after
	before.Status, before.Failure = video.Captioning, nil
	r.EventID, r.Change.SequenceNumber = fmt.Sprint("event-", number), fmt.Sprint(number)
	r.Change.OldImage, r.Change.NewImage = image(t, before), image(t, after)
	return r
}

func failed(t *testing.T, number int) Record {
	v := standing(video.Failed)
	v.Failure = &video.GaveUp
	return change(t, number, v)
}

func videoOf(t *testing.T, r Record) string {
	t.Helper()
	var m map[string]map[string]string
	var all map[string]json.RawMessage
	if err := json.Unmarshal(r.Change.NewImage, &all); err != nil {
		t.Fatal(err)
	}
	only, _ := json.Marshal(map[string]json.RawMessage{"id": all["id"]})
	if err := json.Unmarshal(only, &m); err != nil {
		t.Fatal(err)
	}
	return m["id"]["S"]
}

// comeAgain are the records that Lambda is asked to send again.
func comeAgain(t *testing.T, h Handler, records ...Record) (numbers []string) {
	t.Helper()
	got, err := h.Handle(t.Context(), Records{records})
	if err != nil {
		t.Fatal(err)
	}
	if text, _ := json.Marshal(got); strings.Contains(string(text), "null") {
		t.Errorf("Lambda is answered %s", text)
	}
	for _, f := range got.BatchItemFailures {
		numbers = append(numbers, f.ItemIdentifier)
	}
	return numbers
}

func TestARecordedEnd(t *testing.T) {
	recorded, err := os.ReadFile("../../events/dynamodb-stream-ready.json")
	if err != nil {
		t.Fatal(err)
	}
	var batch Records
	if err := json.Unmarshal(recorded, &batch); err != nil {
		t.Fatal(err)
	}
	b := &bus{}
	if again := comeAgain(t, handler(b, &letters{}), batch.Records...); len(again) != 0 || len(b.told) != 1 {
		t.Fatalf("told %+v, again %v", b.told, again)
	}
	got, err := json.Marshal(b.told[0])
	want := `{"id":"mfrggzdfmztwq2lknnwg23tpoa/1","video":"mfrggzdfmztwq2lknnwg23tpoa","owner":"0123456789abcdef0123456789abcdef","generation":1,"status":"ready","duration":61.5,"tracks":[{"name":"en","language":"en","cues":17}],"endedAt":"2026-03-20T09:48:43.25Z"}`
	if err != nil || string(got) != want {
		t.Errorf("told %s\nwant %s", got, want)
	}
}

func TestABatchIsToldInOneCall(t *testing.T) {
	b := &bus{}
	var records []Record
	for i := range 2*Batch + 1 {
		records = append(records, failed(t, i))
	}
	removed := failed(t, 99)
	removed.Change.NewImage = nil
	quiet := change(t, 100, standing(video.Queued))
	if again := comeAgain(t, handler(b, &letters{}), append(records, removed, quiet)...); len(again) != 0 || !slices.Equal(b.calls, []int{Batch, Batch, 1}) || len(b.told) != len(records) {
		t.Errorf("told %d in calls of %v, again %v", len(b.told), b.calls, again)
	}
	if again := comeAgain(t, handler(b, &letters{}), removed, quiet); len(again) != 0 || len(b.calls) != 3 {
		t.Errorf("nothing ended, and there are calls of %v", b.calls)
	}
}

func TestWhatEventBridgeRefusesComesAgain(t *testing.T) {
	records := []Record{failed(t, 1), failed(t, 2), failed(t, 3), failed(t, 4)}
	b := &bus{refuses: map[string]bool{videoOf(t, records[1]): true, videoOf(t, records[3]): true}}
	if again := comeAgain(t, handler(b, &letters{}), records...); !slices.Equal(again, []string{"2", "4"}) || len(b.told) != 2 {
		t.Errorf("again %v, told %d", again, len(b.told))
	}
	b = &bus{err: errors.New("away")}
	if again := comeAgain(t, handler(b, &letters{}), records...); !slices.Equal(again, []string{"1", "2", "3", "4"}) {
		t.Errorf("EventBridge is away: again %v", again)
	}
}

// A record that nobody can read is put by, and holds up nobody; it comes again
// only where it cannot be put by either.
func TestAnUnreadableRecordIsPutBy(t *testing.T) {
	for _, unreadable := range []string{`{"id":{"S":"x"},"status":{"S":"ready"},"updatedAt":{"S":"yesterday"}}`, `{"id":7}`, `[]`} {
		poison := failed(t, 2)
		poison.Change.Keys, poison.Change.NewImage = json.RawMessage(`{"id":{"S":"x"}}`), json.RawMessage(unreadable)
		b, l := &bus{}, &letters{}
		if again := comeAgain(t, handler(b, l), failed(t, 1), poison, failed(t, 3)); len(again) != 0 || len(b.told) != 2 || len(l.bodies) != 1 ||
			!strings.Contains(l.bodies[0], `"sequenceNumber":"2"`) || !strings.Contains(l.bodies[0], `{"id":{"S":"x"}}`) {
			t.Errorf("%s: told %d, again %v, put by %v", unreadable, len(b.told), again, l.bodies)
		}
		b, l = &bus{}, &letters{err: errors.New("away")}
		if again := comeAgain(t, handler(b, l), failed(t, 1), poison, failed(t, 3)); !slices.Equal(again, []string{"2"}) || len(b.told) != 2 {
			t.Errorf("%s: told %d, again %v", unreadable, len(b.told), again)
		}
	}
	poison := failed(t, 1)
	poison.Change.OldImage = json.RawMessage(`{`)
	if l := (&letters{}); len(comeAgain(t, handler(&bus{}, l), poison)) != 0 || len(l.bodies) != 1 {
		t.Error("what cannot be read of before the change is not put by")
	}
}

func TestEventsAreSignedWhereThereIsAWebhook(t *testing.T) {
	h := handler(&bus{}, &letters{})
	var err error
	if h.Signer, err = NewSigner(strings.Repeat("k", leastSecret), "cuepipe-test"); err != nil {
		t.Fatal(err)
	}
	r := failed(t, 1)
	comeAgain(t, h, r)
	comeAgain(t, h, r)
	told := h.Bus.(*bus).told
	if len(told) != 2 || told[0].ID != told[1].ID || told[0].Signature == "" {
		t.Errorf("told %+v", told)
	}
}
