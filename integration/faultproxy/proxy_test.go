package faultproxy

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/smithy-go"

	"github.com/cuepipe/cuepipe/internal/video"
)

// content is what the service of these tests has stored.
var content = bytes.Repeat([]byte("0123456789abcdef"), 1<<14)

// between starts a service and a proxy before it, to which everybody is a
// captioner, and returns the proxy's address and how often the service was
// asked.
func between(t *testing.T) (address string, asked *atomic.Int32) {
	t.Helper()
	asked = new(atomic.Int32)
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		switch {
		case strings.HasPrefix(r.Header.Get("X-Amz-Target"), "DynamoDB"):
			w.Header().Set("Content-Type", "application/x-amz-json-1.0")
			io.WriteString(w, "{}")
		case r.Header.Get("X-Amz-Target") != "":
			w.Header().Set("Content-Type", "application/x-amz-json-1.0")
			io.WriteString(w, `{"MessageId":"m"}`)
		case r.Method == "GET":
			w.Header().Set("Content-Length", fmt.Sprint(len(content)))
			w.Write(content)
		}
	}))
	t.Cleanup(service.Close)
	target, err := url.Parse(service.URL)
	if err != nil {
		t.Fatal(err)
	}
	server := NewServer(&Proxy{Target: target, Log: slog.New(slog.DiscardHandler)})
	server.ConnContext = func(ctx context.Context, _ net.Conn) context.Context {
		s := &sender{name: "captioner"}
		s.once.Do(func() {}) // it is known
		return context.WithValue(ctx, senderKey{}, s)
	}
	return serving(t, server), asked
}

func serving(t *testing.T, server *http.Server) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go server.Serve(listener)
	t.Cleanup(func() { server.Close() })
	return "http://" + listener.Addr().String()
}

// Each fault once, and the SDK, which takes it for the service's own, tries
// again and succeeds; the service was asked as often as the fault says.
func TestTheSDKTriesAgain(t *testing.T) {
	t.Parallel()
	id := video.NewID()
	key := "videos/" + id + "/1/en.vtt"
	do := map[string]func(context.Context, aws.Config, func(*s3.Options)) error{
		"dynamodb": func(ctx context.Context, c aws.Config, _ func(*s3.Options)) error {
			_, err := dynamodb.NewFromConfig(c).GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String("t"),
				Key: map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: id}}})
			return err
		},
		"sqs": func(ctx context.Context, c aws.Config, _ func(*s3.Options)) error {
			_, err := sqs.NewFromConfig(c, func(o *sqs.Options) { o.DisableMessageChecksumValidation = true }).
				SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: aws.String("http://q/q"), MessageBody: aws.String(`{"videoId":"` + id + `"}`)})
			return err
		},
		"s3 put": func(ctx context.Context, c aws.Config, o func(*s3.Options)) error {
			_, err := s3.NewFromConfig(c, o).PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String("b"), Key: &key, Body: strings.NewReader("WEBVTT")})
			return err
		},
		"s3 head": func(ctx context.Context, c aws.Config, o func(*s3.Options)) error {
			_, err := s3.NewFromConfig(c, o).HeadObject(ctx, &s3.HeadObjectInput{Bucket: aws.String("b"), Key: &key})
			return err
		},
	}
	for name, call := range do {
		for fault, asks := range map[Fault]int32{None: 1, Refuse: 1, Lose: 2, Delay: 1, Throttle: 1, Unavailable: 1} {
			t.Run(fmt.Sprint(name, " ", fault), func(t *testing.T) {
				t.Parallel()
				address, asked := between(t)
				client := Client{URL: address}
				if err := client.Set(t.Context(), Rule{Name: "r", Videos: []string{id}, Fault: fault, Nth: 1}); err != nil {
					t.Fatal(err)
				}
				config, s3Options := options(address, 3)
				if err := call(t.Context(), config, s3Options); err != nil {
					t.Fatal(err)
				}
				if asked.Load() != asks {
					t.Errorf("the service was asked %d times, want %d", asked.Load(), asks)
				}
				calls, err := client.Calls(t.Context(), id)
				if err != nil || len(calls) == 0 || calls[0].Fault != fault || calls[0].Video != id || calls[len(calls)-1].Status != 200 {
					t.Errorf("noted: %+v, %v", calls, err)
				}
			})
		}
	}
}

// What the answers in the services' stead mean to the SDK.
func TestRefusalsAreTheServicesOwn(t *testing.T) {
	t.Parallel()
	id := video.NewID()
	address, _ := between(t)
	client := Client{URL: address}
	c, o := options(address, 1)
	for want, r := range map[string]Rule{
		"SlowDown":                               {Service: "s3", Fault: Throttle},
		"InternalError":                          {Service: "s3", Fault: Unavailable},
		"ProvisionedThroughputExceededException": {Service: "dynamodb", Fault: Throttle},
		"InternalServerError":                    {Service: "dynamodb", Fault: Unavailable},
		"RequestThrottled":                       {Service: "sqs", Fault: Throttle},
		"ServiceUnavailable":                     {Service: "sqs", Fault: Unavailable},
	} {
		r.Name, r.Videos = "r", []string{id}
		if err := client.Set(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		var err error
		switch r.Service {
		case "s3":
			_, err = s3.NewFromConfig(c, o).GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("b"), Key: aws.String("videos/" + id + "/1/en.vtt")})
		case "dynamodb":
			_, err = dynamodb.NewFromConfig(c).GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("t"),
				Key: map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: id}}})
		case "sqs":
			_, err = sqs.NewFromConfig(c).SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: aws.String("http://q/q"), MessageBody: aws.String(`{"videoId":"` + id + `"}`)})
		}
		var api smithy.APIError
		if !errors.As(err, &api) || api.ErrorCode() != want {
			t.Errorf("%+v: %v, want %s", r, err, want)
		}
		again := retry.IsErrorRetryables(retry.DefaultRetryables).IsErrorRetryable(err) == aws.TrueTernary
		if throttled := retry.IsErrorThrottles(retry.DefaultThrottles).IsErrorThrottle(err) == aws.TrueTernary; !again || throttled != (r.Fault == Throttle) {
			t.Errorf("%s: tried again: %v, taken for throttling: %v", want, again, throttled)
		}
	}
}

func TestACutBody(t *testing.T) {
	t.Parallel()
	id := video.NewID()
	address, _ := between(t)
	if err := (Client{URL: address}).Set(t.Context(), Rule{Name: "r", Videos: []string{id}, Fault: Cut}); err != nil {
		t.Fatal(err)
	}
	c, o := options(address, 1)
	out, err := s3.NewFromConfig(c, o).GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("b"), Key: aws.String("videos/" + id + "/1/en.vtt")})
	if err != nil {
		t.Fatal(err)
	}
	defer out.Body.Close()
	got, err := io.ReadAll(out.Body)
	if err == nil || len(got) == 0 || len(got) == len(content) || !bytes.HasPrefix(content, got) {
		t.Errorf("%d of %d bytes came, then: %v", len(got), len(content), err)
	}
}

// Whoever is no function is never disturbed, whatever video it names; nothing
// is changed on its way, in particular not what was signed.
func TestOthersPassUnchanged(t *testing.T) {
	t.Parallel()
	var got *http.Request
	var body []byte
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		w.Header().Set("Etag", `"e"`)
		w.WriteHeader(http.StatusPreconditionFailed)
		io.WriteString(w, "no")
	}))
	defer service.Close()
	target, _ := url.Parse(service.URL)
	address := serving(t, NewServer(&Proxy{Target: target, Functions: t.TempDir(), Log: slog.New(slog.DiscardHandler)}))
	id := video.NewID()
	if err := (Client{URL: address}).Set(t.Context(), Rule{Name: "r", Videos: []string{id}, Fault: Refuse}); err != nil {
		t.Fatal(err)
	}
	uri := "/bucket/uploads/a%2Fb%20c/" + id + "?X-Amz-Signature=a%2Fb&x-id=PutObject"
	r, err := http.NewRequestWithContext(t.Context(), "PUT", address+uri, strings.NewReader("film"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("If-None-Match", "*")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if answer, _ := io.ReadAll(response.Body); response.StatusCode != 412 || string(answer) != "no" || response.Header.Get("Etag") != `"e"` {
		t.Errorf("%s %q %v", response.Status, answer, response.Header)
	}
	if got.RequestURI != uri || "http://"+got.Host != address || got.Header.Get("If-None-Match") != "*" || got.ContentLength != 4 || string(body) != "film" ||
		got.Header.Get("X-Forwarded-For") != "" || got.Header.Get("Accept-Encoding") != "gzip" {
		t.Errorf("%s of %s, %v, %q", got.RequestURI, got.Host, got.Header, body)
	}
	if calls, err := (Client{URL: address}).Calls(t.Context(), id); err != nil || len(calls) != 0 {
		t.Errorf("noted: %+v, %v", calls, err)
	}
}

func TestTheControlRefusesNonsense(t *testing.T) {
	t.Parallel()
	address, _ := between(t)
	if err := (Client{URL: address}).Set(t.Context(), Rule{Name: "r", Videos: []string{"v"}, Fault: "explode"}); err == nil || !strings.Contains(err.Error(), "explode") {
		t.Errorf("an unknown fault: %v", err)
	}
}
