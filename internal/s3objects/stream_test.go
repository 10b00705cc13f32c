package s3objects

import (
	"crypto/md5"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/cuepipe/cuepipe/internal/captioning/captioningtest"
	"github.com/cuepipe/cuepipe/internal/video"
)

// bucket does what S3 does with objects and multipart uploads, as far as its API
// reference says: conditions hold of an object's entity tag, part sizes, numbers, entity tags and checksums are checked when
// an upload is completed.
type bucket struct {
	mu      sync.Mutex
	objects map[string][]byte
	uploads map[string]map[int][]byte // parts by number, by id
	begun   int
	// refuse answers a call, named by its method and kind, with a failure.
	refuse string
}

const smallestPart = 5 << 20

func newBucket(t *testing.T) (*bucket, Captions) {
	t.Helper()
	b := &bucket{objects: map[string][]byte{}, uploads: map[string]map[int][]byte{}}
	server := httptest.NewServer(b)
	t.Cleanup(server.Close)
	return b, Captions{Bucket: "captions", Client: s3.New(s3.Options{BaseEndpoint: &server.URL, Region: "us-east-1", UsePathStyle: true,
		RetryMaxAttempts: 1, Credentials: credentials.NewStaticCredentialsProvider("test", "test", "")})}
}

func (b *bucket) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	q, id := r.URL.Query(), r.URL.Query().Get("uploadId")
	call := r.Method
	switch {
	case q.Has("uploads"):
		call += " upload"
	case q.Has("partNumber"):
		call += " part"
	case id != "":
		call += " whole"
	}
	if call == b.refuse {
		answer(w, http.StatusInternalServerError, "InternalError")
		return
	}
	if id != "" && b.uploads[id] == nil {
		answer(w, http.StatusNotFound, "NoSuchUpload")
		return
	}
	switch object, there := b.objects[r.URL.Path]; call {
	case "HEAD", "GET":
		if !there {
			answer(w, http.StatusNotFound, "NoSuchKey")
			return
		}
		w.Header().Set("ETag", objectTag(object))
		if r.Header.Get("If-None-Match") == objectTag(object) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Header().Set("Content-Length", strconv.Itoa(len(object)))
		_, _ = w.Write(object)
	case "PUT":
		switch match := r.Header.Get("If-Match"); {
		case match != "" && !there:
			answer(w, http.StatusNotFound, "NoSuchKey")
			return
		case match != "" && match != objectTag(object), r.Header.Get("If-None-Match") == "*" && there:
			answer(w, http.StatusPreconditionFailed, "PreconditionFailed")
			return
		}
		b.objects[r.URL.Path] = body
		w.Header().Set("ETag", objectTag(body))
	case "DELETE":
		delete(b.objects, r.URL.Path)
		w.WriteHeader(http.StatusNoContent)
	case "POST upload":
		b.begun++
		id := fmt.Sprint("upload-", b.begun)
		b.uploads[id] = map[int][]byte{}
		_, _ = fmt.Fprintf(w, "<InitiateMultipartUploadResult><UploadId>%s</UploadId></InitiateMultipartUploadResult>", id)
	case "PUT part":
		n, _ := strconv.Atoi(q.Get("partNumber"))
		sum := r.Header.Get("X-Amz-Checksum-Crc32")
		if n < 1 || n > 10_000 || sum == "" {
			answer(w, http.StatusBadRequest, "InvalidArgument")
			return
		}
		b.uploads[id][n] = body
		w.Header().Set("ETag", tag(body))
		w.Header().Set("X-Amz-Checksum-Crc32", sum)
	case "POST whole":
		b.complete(w, r.URL.Path, id, body)
	case "DELETE whole":
		delete(b.uploads, id)
		w.WriteHeader(http.StatusNoContent)
	default:
		answer(w, http.StatusNotImplemented, call)
	}
}

func (b *bucket) complete(w http.ResponseWriter, path, id string, body []byte) {
	var told struct {
		Part []struct {
			PartNumber    int
			ETag          string
			ChecksumCRC32 string
		}
	}
	if err := xml.Unmarshal(body, &told); err != nil {
		answer(w, http.StatusBadRequest, "MalformedXML")
		return
	}
	var whole []byte
	for i, p := range told.Part {
		part := b.uploads[id][p.PartNumber]
		switch {
		case i > 0 && p.PartNumber <= told.Part[i-1].PartNumber:
			answer(w, http.StatusBadRequest, "InvalidPartOrder")
			return
		case p.ETag != tag(part), p.ChecksumCRC32 == "":
			answer(w, http.StatusBadRequest, "InvalidPart")
			return
		case i < len(told.Part)-1 && len(part) < smallestPart:
			answer(w, http.StatusBadRequest, "EntityTooSmall")
			return
		}
		whole = append(whole, part...)
	}
	delete(b.uploads, id)
	b.objects[path] = whole
	_, _ = fmt.Fprint(w, "<CompleteMultipartUploadResult></CompleteMultipartUploadResult>")
}

// objectTag is that of an object that was put in one piece.
func objectTag(object []byte) string { return fmt.Sprintf(`"%x"`, md5.Sum(object)) }

func tag(part []byte) string { return fmt.Sprintf(`"%d-%x"`, len(part), part[:min(8, len(part))]) }

func answer(w http.ResponseWriter, status int, code string) {
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, "<Error><Code>%s</Code></Error>", code)
}

func TestAStreamIsStoredWholeOrNotAtAll(t *testing.T) {
	b, c := newBucket(t)
	captioningtest.Streams(t, c, partSize)
	if len(b.uploads) != 0 || len(b.objects) != 0 || b.begun == 0 {
		t.Errorf("%d uploads of %d are left, and %d objects", len(b.uploads), b.begun, len(b.objects))
	}
}

// Whatever S3 refuses: the error says so and is never taken for a source that is
// gone, no object is there, and the upload is aborted as far as that is let.
func TestAStreamThatS3Refuses(t *testing.T) {
	write := func(w io.Writer) ([]byte, error) {
		for range 3 {
			if _, err := w.Write(make([]byte, partSize)); err != nil {
				return nil, err
			}
		}
		return []byte("head"), nil
	}
	for _, call := range []string{"HEAD", "POST upload", "PUT part", "POST whole"} {
		b, c := newBucket(t)
		b.refuse = call
		err := c.PutStream(t.Context(), "videos/x/1/sound.wav", "audio/wav", write)
		if err == nil || errors.Is(err, video.ErrNoObject) || len(b.objects) != 0 || len(b.uploads) != 0 {
			t.Errorf("%s: %v; %d objects and %d uploads are there", call, err, len(b.objects), len(b.uploads))
		}
	}
	// An upload that somebody aborted meanwhile is not there, as an object may be.
	b, c := newBucket(t)
	err := c.PutStream(t.Context(), "videos/x/1/sound.wav", "audio/wav", func(w io.Writer) ([]byte, error) {
		head, err := write(w)
		b.mu.Lock()
		clear(b.uploads)
		b.mu.Unlock()
		return head, err
	})
	if err == nil || errors.Is(err, video.ErrNoObject) || len(b.objects) != 0 {
		t.Errorf("an upload that is gone: %v; %d objects are there", err, len(b.objects))
	}
}

func TestRemoveSaysWhatS3Refuses(t *testing.T) {
	b, c := newBucket(t)
	b.refuse = "DELETE"
	if err := c.Remove(t.Context(), "videos/x/1/sound.wav"); err == nil {
		t.Error("it went unnoticed")
	}
}
