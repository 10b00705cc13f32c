package s3objects

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/cuepipe/cuepipe/internal/search/searchtest"
	"github.com/cuepipe/cuepipe/internal/video"
)

// What is conditional is proven against a real server, too, in the integration
// tests; here it is that the conditions are sent, and what answers are taken for.
func TestAnIndexIsReplacedOnlyAsItWasSeen(t *testing.T) {
	_, c := newBucket(t)
	searchtest.Objects(t, c, func(key string) error { return c.Remove(t.Context(), key) })
}

func TestWhatS3AnswersToConditions(t *testing.T) {
	for _, a := range []struct {
		status    int
		code      string
		get, put  error // what errors.Is finds
		unchanged bool
	}{
		{http.StatusNotModified, "", nil, nil, true},
		{http.StatusNotFound, "NoSuchKey", video.ErrNoObject, video.ErrNoObject, false}, // of a PUT: the object was deleted since it was read
		{http.StatusPreconditionFailed, "PreconditionFailed", video.ErrObjectChanged, video.ErrObjectChanged, false},
		{http.StatusConflict, "ConditionalRequestConflict", nil, video.ErrObjectChanged, false}, // another write, or a delete, was at it
		{http.StatusForbidden, "AccessDenied", nil, nil, false},
		{http.StatusInternalServerError, "InternalError", nil, nil, false},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(a.status)
			if a.code != "" {
				_, _ = fmt.Fprintf(w, "<Error><Code>%s</Code></Error>", a.code)
			}
		}))
		defer server.Close()
		c := Captions{Bucket: "captions", Client: s3.New(s3.Options{BaseEndpoint: &server.URL, Region: "us-east-1", UsePathStyle: true,
			RetryMaxAttempts: 1, Credentials: credentials.NewStaticCredentialsProvider("test", "test", "")})}

		body, now, err := c.GetUnless(t.Context(), "search/o/index", `"seen"`)
		if unchanged := err == nil && body == nil && now == `"seen"`; unchanged != a.unchanged {
			t.Errorf("get, %d %s: %q, %q, %v", a.status, a.code, body, now, err)
		}
		wantError(t, fmt.Sprint("get, ", a.status), err, a.get)
		if now, err = c.PutIf(t.Context(), "search/o/index", "application/octet-stream", `"seen"`, []byte("words")); err == nil || now != "" {
			t.Errorf("put, %d %s: %q, %v", a.status, a.code, now, err)
		}
		wantError(t, fmt.Sprint("put, ", a.status), err, a.put)
	}
}

// wantError wants one of the two errors that callers know, or neither.
func wantError(t *testing.T, what string, err, want error) {
	t.Helper()
	for _, known := range []error{video.ErrNoObject, video.ErrObjectChanged} {
		if errors.Is(err, known) != (known == want) {
			t.Errorf("%s: %v, want %v", what, err, want)
		}
	}
}
