package faults

import (
	"bytes"
	"maps"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/cuepipe/cuepipe/integration/faultproxy"
	"github.com/cuepipe/cuepipe/integration/person"
)

// The object is replaced, and the answer to the change that begins the next
// generation is lost. The SDK tries again and finds that the video has moved
// on: by its own hand, so that nobody else will plan it.
func TestALostAnswerToTheNextGeneration(t *testing.T) {
	t.Parallel()
	d := upload(t, "jfk", faultproxy.Rule{Name: "lost", Change: "replace", Fault: faultproxy.Lose, Nth: 1})
	d.End(d.id, d.film.status, d.film.code)
	other := undisturbed(t, "beckett")
	if _, err := deployed.S3.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String(deployed.Output("UploadsBucket")),
		Key: deployed.StoredVersion(t, d.id).Key, Body: bytes.NewReader(other.file)}); err != nil {
		t.Fatal(err)
	}
	d.Until(d.id, "of the second generation", func(person.Video) bool {
		return strings.Contains(strings.Join(deployed.ObjectsOf(t, d.id), " "), "/2/en.srt")
	})
	if got := texts(d.Person, d.End(d.id, other.status, other.code)); !maps.Equal(got, other.texts) {
		t.Errorf("the captions are not those of the second object:\n%s\nwant\n%s", got, other.texts)
	}
	d.wait("the lost answer", func(c faultproxy.Call) bool { return c.Fault == faultproxy.Lose }, 1)
}
