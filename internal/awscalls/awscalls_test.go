package awscalls

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/middleware"
)

func client(t *testing.T, answer http.HandlerFunc) *s3.Client {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	return s3.New(s3.Options{BaseEndpoint: &server.URL, Region: "us-east-1", UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""), APIOptions: []func(*middleware.Stack) error{Count}})
}

// Each request is counted, those that are sent again, too; what is only signed
// is none, and neither is what another piece of work calls.
func TestWhatIsCounted(t *testing.T) {
	var failures atomic.Int32
	c := client(t, func(w http.ResponseWriter, r *http.Request) {
		if failures.Add(-1) >= 0 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	bucket, name := "b", "k"
	ctx, calls := Counted(t.Context())
	if _, err := c.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &bucket, Key: &name}); err != nil || calls.Made() != 1 || calls.Waited() <= 0 {
		t.Errorf("one call: %d, %v, %v", calls.Made(), calls.Waited(), err)
	}
	failures.Store(1)
	if _, err := c.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &bucket, Key: &name}); err != nil || calls.Made() != 3 {
		t.Errorf("one more, sent twice: %d, %v", calls.Made(), err)
	}
	if _, err := s3.NewPresignClient(c).PresignGetObject(ctx, &s3.GetObjectInput{Bucket: &bucket, Key: &name}); err != nil || calls.Made() != 3 {
		t.Errorf("what is only signed: %d, %v", calls.Made(), err)
	}
	if _, err := c.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: &bucket, Key: &name}); err != nil || calls.Made() != 3 {
		t.Errorf("other work: %d, %v", calls.Made(), err)
	}
}

// Calls that are under way at once are waited for once.
func TestWaitingAtOnceCountsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, calls := Counted(context.Background())
		var all sync.WaitGroup
		for n := range 3 {
			all.Go(func() {
				time.Sleep(time.Duration(n) * time.Second)
				calls.begin()
				time.Sleep(2 * time.Second) // 0 to 2, 1 to 3, 2 to 4
				calls.end()
			})
		}
		all.Wait()
		time.Sleep(time.Minute)
		if calls.Waited() != 4*time.Second || calls.Made() != 3 {
			t.Errorf("%v for %d calls, want 4s for 3", calls.Waited(), calls.Made())
		}
	})
}
