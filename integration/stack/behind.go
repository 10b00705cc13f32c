package stack

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// Patience is longer than any redelivery in stage test takes (the segments
// queue's visibility timeout is two minutes). It bounds a wait, it measures
// nothing.
const Patience = 5 * time.Minute

// ObjectsOf lists every version of everything that is stored of a video, by
// key and version.
func (s *Stack) ObjectsOf(t testing.TB, id string) []string {
	t.Helper()
	var found []string
	for bucket, prefix := range map[string]string{"UploadsBucket": "uploads/", "CaptionsBucket": "videos/" + id + "/"} {
		pages := s3.NewListObjectVersionsPaginator(s.S3, &s3.ListObjectVersionsInput{Bucket: aws.String(s.Output(bucket)), Prefix: &prefix})
		for pages.HasMorePages() {
			page, err := pages.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range page.Versions {
				if strings.Contains(*v.Key, id) {
					found = append(found, fmt.Sprintf("%s %s %s", *v.Key, aws.ToString(v.VersionId), aws.ToString(v.ETag)))
				}
			}
			for _, m := range page.DeleteMarkers {
				if strings.Contains(*m.Key, id) {
					found = append(found, *m.Key+" marker")
				}
			}
		}
	}
	slices.Sort(found)
	return found
}

// StoredVersion is the one version of a video's upload.
func (s *Stack) StoredVersion(t testing.TB, id string) s3types.ObjectVersion {
	t.Helper()
	pages := s3.NewListObjectVersionsPaginator(s.S3, &s3.ListObjectVersionsInput{Bucket: aws.String(s.Output("UploadsBucket")), Prefix: aws.String("uploads/")})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if i := slices.IndexFunc(page.Versions, func(v s3types.ObjectVersion) bool { return strings.HasSuffix(*v.Key, id) }); i >= 0 {
			return page.Versions[i]
		}
	}
	t.Fatalf("%s is not stored", id)
	return s3types.ObjectVersion{}
}

// Event is S3's event of an upload, as S3 puts it into the uploads queue.
func (s *Stack) Event(t testing.TB, id string) string {
	t.Helper()
	stored := s.StoredVersion(t, id)
	return fmt.Sprintf(`{"Records":[{"eventSource":"aws:s3","eventName":"ObjectCreated:Put","s3":{"bucket":{"name":%q},"object":{"key":%q,"versionId":%q,"sequencer":"0055AED6DCD90281E5"}}}]}`,
		s.Output("UploadsBucket"), aws.ToString(stored.Key), aws.ToString(stored.VersionId))
}

// Send puts messages into the uploads queue, in one batch.
func (s *Stack) Send(t testing.TB, bodies ...string) {
	t.Helper()
	var entries []types.SendMessageBatchRequestEntry
	for i, b := range bodies {
		entries = append(entries, types.SendMessageBatchRequestEntry{Id: aws.String(strconv.Itoa(i)), MessageBody: &b})
	}
	out, err := s.SQS.SendMessageBatch(t.Context(), &sqs.SendMessageBatchInput{QueueUrl: aws.String(s.Output("UploadsQueueUrl")), Entries: entries})
	if err != nil || len(out.Failed) > 0 {
		t.Fatalf("send: %+v, %v", out, err)
	}
}

// Drained waits until both queues and their dead letters are empty, so that
// whatever the messages of a test do is done.
func (s *Stack) Drained(t testing.TB) {
	t.Helper()
	const patience = 2 * Patience // the messages of all tests have to be gone
	for began := time.Now(); time.Since(began) < patience; time.Sleep(200 * time.Millisecond) {
		left := 0
		for _, q := range []string{"UploadsQueueUrl", "SegmentsQueueUrl", "UploadsDeadLettersUrl", "SegmentsDeadLettersUrl"} {
			got, err := s.SQS.GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{QueueUrl: aws.String(s.Output(q)),
				AttributeNames: []types.QueueAttributeName{"ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed"}})
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range got.Attributes {
				count, _ := strconv.Atoi(n)
				left += count
			}
		}
		if left == 0 {
			return
		}
	}
	t.Fatalf("the queues are not empty after %v", patience)
}
