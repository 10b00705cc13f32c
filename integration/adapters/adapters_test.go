// Package adapters proves the AWS adapters against real servers: what is
// conditional, versioned or ranged cannot be proven by a stand-in.
package adapters

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/cuepipe/cuepipe/integration/stack"
	"github.com/cuepipe/cuepipe/internal/ddbvideos"
	"github.com/cuepipe/cuepipe/internal/s3objects"
	"github.com/cuepipe/cuepipe/internal/video"
	"github.com/cuepipe/cuepipe/internal/video/videotest"
)

var deployed *stack.Stack

func TestMain(m *testing.M) {
	var err error
	if deployed, err = stack.Load(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func TestDynamoDB(t *testing.T) {
	videotest.Run(t, func(*testing.T) videotest.Store {
		return ddbvideos.Store{API: deployed.DynamoDB, Table: deployed.Output("Table"), Now: videotest.Now}
	})
}

func uploads() s3objects.Uploads {
	return s3objects.Uploads{Client: deployed.S3, Bucket: deployed.Output("UploadsBucket")}
}

func captions() s3objects.Captions {
	return s3objects.Captions{Client: deployed.S3, Bucket: deployed.Output("CaptionsBucket")}
}

// newKey is a place in the uploads bucket that no event is sent for.
func newKey() string { return "adapters/" + video.NewID() }

func put(t *testing.T, key, body string) {
	t.Helper()
	u := uploads()
	if _, err := u.Client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &u.Bucket, Key: &key, Body: strings.NewReader(body)}); err != nil {
		t.Fatal(err)
	}
}

func TestAVersionIsReadByRangesAndNoOther(t *testing.T) {
	u, key := uploads(), newKey()
	if _, _, err := u.Stat(t.Context(), key); !errors.Is(err, video.ErrNoObject) {
		t.Fatalf("stat of nothing: %v", err)
	}
	put(t, key, "0123456789")
	source, size, err := u.Stat(t.Context(), key)
	if err != nil || size != 10 || source.VersionID == "" || source.ETag == "" {
		t.Fatalf("%+v, %d, %v", source, size, err)
	}
	put(t, key, "abcdefghij") // a newer version: the old one is still read
	for _, r := range []struct {
		offset, length int64
		want           string
	}{{0, 10, "0123456789"}, {0, 1, "0"}, {9, 1, "9"}, {3, 4, "3456"}} {
		if got := read(t, u, source, r.offset, r.length); got != r.want {
			t.Errorf("[%d, +%d) is %q, want %q", r.offset, r.length, got, r.want)
		}
	}
	other := source
	other.ETag = `"0123456789abcdef0123456789abcdef"`
	if _, err := u.Source(other, 10).Open(t.Context(), 0, 1); !errors.Is(err, video.ErrObjectChanged) {
		t.Errorf("another ETag: %v", err)
	}
	if err := u.Remove(t.Context(), source); err != nil {
		t.Fatal(err)
	}
	if _, err := u.Source(source, 10).Open(t.Context(), 0, 1); !errors.Is(err, video.ErrNoObject) {
		t.Errorf("a removed version: %v", err)
	}
	if newest, _, err := u.Stat(t.Context(), key); err != nil || newest.VersionID == source.VersionID {
		t.Errorf("removing one version took another: %+v, %v", newest, err)
	}
	if err := u.Remove(t.Context(), source); err != nil {
		t.Errorf("removing it twice: %v", err)
	}
	if err := u.RemoveAll(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	versions, err := u.Client.ListObjectVersions(t.Context(), &s3.ListObjectVersionsInput{Bucket: &u.Bucket, Prefix: &key})
	if err != nil || len(versions.Versions)+len(versions.DeleteMarkers) != 0 {
		t.Errorf("%d versions and %d markers are left, %v", len(versions.Versions), len(versions.DeleteMarkers), err)
	}
}

func read(t *testing.T, u s3objects.Uploads, s video.Source, offset, length int64) string {
	t.Helper()
	r, err := u.Source(s, 10).Open(t.Context(), offset, length)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestTheFirstWriterWins(t *testing.T) {
	c, key := captions(), "videos/"+video.NewID()+"/1/en.vtt"
	if _, err := c.Get(t.Context(), key); !errors.Is(err, video.ErrNoObject) {
		t.Fatalf("get of nothing: %v", err)
	}
	for _, body := range []string{"first", "second"} {
		if err := c.PutOnce(t.Context(), key, "text/vtt; charset=utf-8", []byte(body)); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := c.Get(t.Context(), key); err != nil || string(got) != "first" {
		t.Errorf("%q, %v", got, err)
	}
	prefix := key[:len(key)-len("1/en.vtt")]
	if err := c.RemoveAll(t.Context(), prefix); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Get(t.Context(), key); !errors.Is(err, video.ErrNoObject) {
		t.Errorf("after removal: %v", err)
	}
}

// A presigned URL takes exactly what it was made for, once, and until it
// expires.
func TestATicketTakesWhatItWasMadeFor(t *testing.T) {
	u := uploads()
	body := []byte("0123456789")
	for _, c := range []struct {
		name    string
		ttl     time.Duration
		pause   time.Duration
		body    []byte
		headers map[string]string // in place of the ticket's
		want    []int             // status of the first PUT, the second, …
	}{
		{"as it was meant, twice", time.Minute, 0, body, nil, []int{200, 412}},
		{"a byte too many", time.Minute, 0, append(body, 'x'), nil, []int{403}},
		{"a byte too few", time.Minute, 0, body[1:], nil, []int{403}},
		{"another type", time.Minute, 0, body, map[string]string{"Content-Type": "text/html", "If-None-Match": "*"}, []int{403}},
		{"without the condition", time.Minute, 0, body, map[string]string{"Content-Type": "video/mp4"}, []int{403}},
		{"too late", time.Second, 2100 * time.Millisecond, body, nil, []int{403}}, // the expiry is in whole seconds
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			key := newKey()
			url, headers, err := u.PresignPut(t.Context(), key, "video/mp4", int64(len(body)), c.ttl)
			if err != nil {
				t.Fatal(err)
			}
			if c.headers != nil {
				headers = c.headers
			}
			time.Sleep(c.pause)
			for i, want := range c.want {
				if got, said := send(t, url, c.body, headers); got != want {
					t.Errorf("PUT %d: %d %s, want %d", i+1, got, said, want)
				}
			}
			_, size, err := u.Stat(context.Background(), key)
			if stored := err == nil && size == int64(len(body)); stored != (c.want[0] == 200) {
				t.Errorf("stored: %v (%d bytes, %v)", stored, size, err)
			}
		})
	}
}

func send(t *testing.T, url string, body []byte, headers map[string]string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range headers {
		r.Header.Set(k, v)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	said, _ := io.ReadAll(res.Body)
	return res.StatusCode, string(said)
}

// A browser may send what a ticket needs, and read what it plays by ranges, from
// the page's origin and no other.
func TestCORS(t *testing.T) {
	u := uploads()
	url, _, err := u.PresignPut(t.Context(), newKey(), "video/mp4", 1, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		origin, method, headers string
		allowed                 bool
	}{
		{deployed.PageOrigin, "PUT", "content-type,if-none-match", true},
		{deployed.PageOrigin, "PUT", "", true}, // a part
		{deployed.PageOrigin, "GET", "range", true},
		{deployed.PageOrigin, "DELETE", "", false},
		{"https://evil.example", "PUT", "content-type,if-none-match", false},
		{"https://evil.example", "GET", "range", false},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodOptions, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Origin", c.origin)
		r.Header.Set("Access-Control-Request-Method", c.method)
		if c.headers != "" {
			r.Header.Set("Access-Control-Request-Headers", c.headers)
		}
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if got := res.Header.Get("Access-Control-Allow-Origin") == c.origin; got != c.allowed {
			t.Errorf("%s %s with %q is allowed: %v, want %v (%d)", c.origin, c.method, c.headers, got, c.allowed, res.StatusCode)
		}
	}
}
