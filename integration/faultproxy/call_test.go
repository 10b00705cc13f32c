package faultproxy

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/cuepipe/cuepipe/internal/captioning"
	"github.com/cuepipe/cuepipe/internal/ddbvideos"
	"github.com/cuepipe/cuepipe/internal/s3objects"
	"github.com/cuepipe/cuepipe/internal/sqsjobs"
	"github.com/cuepipe/cuepipe/internal/video"
)

// options are those of a client of the SDK that calls an address, so many
// times, one at once after the other.
func options(address string, attempts int) (aws.Config, func(*s3.Options)) {
	return aws.Config{
			Region: "us-east-1", BaseEndpoint: &address, Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
			Retryer: func() aws.Retryer {
				return retry.NewStandard(func(o *retry.StandardOptions) { o.MaxAttempts, o.MaxBackoff = attempts, time.Millisecond })
			},
		}, func(o *s3.Options) {
			o.UsePathStyle = true
			o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
			o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
		}
}

// heard is what understand makes of the calls that do makes through our own
// adapters: what they really send.
func heard(t *testing.T, do func(ctx context.Context, c aws.Config, o func(*s3.Options))) []Call {
	t.Helper()
	var calls []Call
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := understand(r)
		if err != nil {
			t.Error(err)
		}
		calls = append(calls, c)
		w.WriteHeader(http.StatusBadRequest) // enough was heard
	}))
	defer server.Close()
	c, o := options(server.URL, 1)
	do(t.Context(), c, o)
	return calls
}

func TestEveryChangeIsKnownByItsName(t *testing.T) {
	id := video.NewID()
	seen := video.Video{Generation: 2, UpdatedAt: time.Now()}
	changes := []video.Change{
		video.Arrive(), video.Record(1, video.Plan{Segments: 3}), video.Dispatch(1, 3), video.Extend(1, video.Longer{Segments: 4}), video.Sweep(seen),
		video.Replace(1), video.Hear(1, 2, time.Second), video.FinishSegment(1, 2), video.Finish(1, []video.Track{{Name: "en"}}),
		video.LeaveUncaptioned(1, video.NoSpeech), video.Fail(1, video.NotMedia), video.Delete(), video.Forget(), video.Bury(time.Now()),
	}
	for _, c := range changes {
		calls := heard(t, func(ctx context.Context, config aws.Config, _ func(*s3.Options)) {
			ddbvideos.Store{API: dynamodb.NewFromConfig(config), Table: "table"}.Change(ctx, id, c)
		})
		want := Call{Service: "dynamodb", Operation: "UpdateItem", Video: id, Change: c.Name}
		if len(calls) != 1 || calls[0] != want {
			t.Errorf("%s: %+v, want %+v", c.Name, calls, want)
		}
	}
}

func TestCallsAreUnderstood(t *testing.T) {
	id := video.NewID()
	source := "uploads/9f86d081884c7d659a2feaa0c55ad015/" + id
	part := "videos/" + id + "/1/segments/0.json"
	for want, do := range map[Call]func(context.Context, aws.Config, func(*s3.Options)){
		{Service: "s3", Operation: "HeadObject", Video: id, Key: source}: func(ctx context.Context, c aws.Config, o func(*s3.Options)) {
			s3objects.Uploads{Client: s3.NewFromConfig(c, o), Bucket: "uploads"}.Stat(ctx, source)
		},
		{Service: "s3", Operation: "GetObject", Video: id, Key: source}: func(ctx context.Context, c aws.Config, o func(*s3.Options)) {
			s3objects.Uploads{Client: s3.NewFromConfig(c, o), Bucket: "uploads"}.Source(video.Source{Key: source}, 10).Open(ctx, 0, 10)
		},
		{Service: "s3", Operation: "PutObject", Video: id, Key: part}: func(ctx context.Context, c aws.Config, o func(*s3.Options)) {
			s3objects.Captions{Client: s3.NewFromConfig(c, o), Bucket: "captions"}.PutOnce(ctx, part, "application/json", []byte("{}"))
		},
		{Service: "s3", Operation: "ListObjectVersions", Video: id, Key: source}: func(ctx context.Context, c aws.Config, o func(*s3.Options)) {
			s3.NewFromConfig(c, o).ListObjectVersions(ctx, &s3.ListObjectVersionsInput{Bucket: aws.String("uploads"), Prefix: &source})
		},
		{Service: "dynamodb", Operation: "GetItem", Video: id}: func(ctx context.Context, c aws.Config, _ func(*s3.Options)) {
			ddbvideos.Store{API: dynamodb.NewFromConfig(c), Table: "table"}.Get(ctx, id)
		},
		{Service: "dynamodb", Operation: "PutItem", Video: id, Change: "create"}: func(ctx context.Context, c aws.Config, _ func(*s3.Options)) {
			ddbvideos.Store{API: dynamodb.NewFromConfig(c), Table: "table"}.Create(ctx, video.Video{ID: id, Owner: video.NewID()})
		},
		{Service: "sqs", Operation: "SendMessageBatch", Video: id, Messages: 2}: func(ctx context.Context, c aws.Config, _ func(*s3.Options)) {
			sqsjobs.Segments{API: sqs.NewFromConfig(c), URL: "http://127.0.0.1/queue"}.Send(ctx, []captioning.Job{{VideoID: id, Generation: 1}, {VideoID: id, Generation: 1, Segment: 1}})
		},
		{Service: "sqs", Operation: "SendMessage", Video: id, Messages: 1}: func(ctx context.Context, c aws.Config, _ func(*s3.Options)) {
			sqsjobs.Uploads{API: sqs.NewFromConfig(c), URL: "http://127.0.0.1/queue"}.Announce(ctx, id, 1, 0)
		},
	} {
		if calls := heard(t, do); len(calls) != 1 || calls[0] != want {
			t.Errorf("%+v, want %+v", calls, want)
		}
	}
}

// A call of one message at a time is put down to the video that its process is
// at, even if it does not name it.
func TestCallsWithoutAVideo(t *testing.T) {
	var c calls
	for _, call := range []struct {
		in   Call
		want string
	}{
		{Call{Function: "transcriber", PID: 1, Video: "a"}, "a"},
		{Call{Function: "transcriber", PID: 2, Video: "b"}, "b"},
		{Call{Function: "transcriber", PID: 1}, "a"},
		{Call{Function: "captioner", PID: 3, Video: "c"}, "c"},
		{Call{Function: "captioner", PID: 3}, ""}, // it has several messages in work at once
	} {
		got := call.in
		if c.attribute(&got); got.Video != call.want {
			t.Errorf("%+v is for %q, want %q", call.in, got.Video, call.want)
		}
	}
}

type brokenBody struct{}

func (brokenBody) Read([]byte) (int, error) { return 0, errors.New("broken") }

func TestABodyThatCannotBeRead(t *testing.T) {
	r := httptest.NewRequest("POST", "/", brokenBody{})
	r.Header.Set("X-Amz-Target", "DynamoDB_20120810.GetItem")
	if _, err := understand(r); err == nil {
		t.Error("no error")
	}
}
