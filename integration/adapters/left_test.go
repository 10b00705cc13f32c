package adapters

import (
	"context"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/cuepipe/cuepipe/internal/video"
)

// A delete is done when nothing is left, and that is more than what a listing
// of objects shows: old versions, delete markers, parts of an upload that was
// never completed.
func TestNothingIsLeftOfAnUpload(t *testing.T) {
	u := uploads()
	for what, store := range map[string]func(key string){
		"a version": func(key string) { put(t, key, "film") },
		"an old version behind a delete marker": func(key string) {
			put(t, key, "film")
			if _, err := u.Client.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: &u.Bucket, Key: &key}); err != nil {
				t.Fatal(err)
			}
		},
		"parts of an upload": func(key string) {
			begun, err := u.Client.CreateMultipartUpload(t.Context(), &s3.CreateMultipartUploadInput{Bucket: &u.Bucket, Key: &key})
			if err != nil {
				t.Fatal(err)
			}
			number := int32(1)
			if _, err := u.Client.UploadPart(t.Context(), &s3.UploadPartInput{Bucket: &u.Bucket, Key: &key, UploadId: begun.UploadId,
				PartNumber: &number, Body: strings.NewReader("film")}); err != nil {
				t.Fatal(err)
			}
		},
	} {
		key, other := newKey(), newKey()
		left(t, u, key, false, "nothing yet")
		store(key)
		put(t, other, "another film")
		left(t, u, key, true, what)
		for range 2 { // what is gone is no error
			if err := u.RemoveAll(t.Context(), key); err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			left(t, u, key, false, what+", removed")
		}
		left(t, u, other, true, "another upload")
		if err := u.RemoveAll(t.Context(), other); err != nil {
			t.Error(err)
		}
	}
}

func TestNothingIsLeftOfAVideosResults(t *testing.T) {
	c, prefix := captions(), video.ResultsPrefix+video.NewID()+"/"
	left(t, c, prefix, false, "nothing yet")
	for _, name := range []string{"1/part-0.json", "2/en.vtt"} {
		if err := c.PutOnce(t.Context(), prefix+name, "text/plain", []byte("words")); err != nil {
			t.Fatal(err)
		}
	}
	left(t, c, prefix, true, "two objects")
	if err := c.RemoveAll(t.Context(), prefix); err != nil {
		t.Fatal(err)
	}
	left(t, c, prefix, false, "two objects, removed")
}

func left(t *testing.T, of interface {
	Left(context.Context, string) (bool, error)
}, name string, want bool, what string) {
	t.Helper()
	if got, err := of.Left(t.Context(), name); err != nil || got != want {
		t.Errorf("%s: left is %v, %v; want %v", what, got, err, want)
	}
}
