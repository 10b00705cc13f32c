package s3objects

import (
	"net/url"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/cuepipe/cuepipe/internal/video"
)

// A browser sends Host and Content-Length by itself, and refuses to be told
// them; a player sends Range as it likes.
func TestNoURLWantsAHeaderThatABrowserCannotSend(t *testing.T) {
	u := Uploads{Bucket: "uploads", Client: s3.New(s3.Options{Region: "eu-central-1", Credentials: credentials.NewStaticCredentialsProvider("id", "secret", "session"),
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenRequired, ResponseChecksumValidation: aws.ResponseChecksumValidationWhenRequired})}
	part, err := u.PresignPart(t.Context(), "uploads/o/v", "the upload", 7, 16<<20, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	get, err := u.PresignGet(t.Context(), video.Source{Key: "uploads/o/v", VersionID: "v1"}, "Ein \"Film\" ☕.mp4", "video/mp4", 6*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		url  string
		want map[string]string
	}{
		"part": {part, map[string]string{"X-Amz-SignedHeaders": "content-length;host", "X-Amz-Expires": "3600", "partNumber": "7", "uploadId": "the upload"}},
		"get": {get, map[string]string{"X-Amz-SignedHeaders": "host", "X-Amz-Expires": "21600", "versionId": "v1", "response-content-type": "video/mp4",
			"response-content-disposition": "inline; filename*=utf-8''Ein%20%22Film%22%20%E2%98%95.mp4"}},
	} {
		parsed, err := url.Parse(c.url)
		if err != nil {
			t.Fatal(err)
		}
		for k, want := range c.want {
			if got := parsed.Query().Get(k); got != want {
				t.Errorf("%s: %s is %q, want %q", name, k, got, want)
			}
		}
	}
}
