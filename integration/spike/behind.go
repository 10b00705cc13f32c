package spike

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamodbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/cuepipe/cuepipe/integration/stack"
)

// stored is what is there of the uploads: their items, and every version of
// every object of theirs in both buckets.
func stored(ctx context.Context, s *stack.Stack, uploads []Upload) (map[string]End, error) {
	wanted := map[string]bool{}
	for _, u := range uploads {
		wanted[u.ID] = true
	}
	found := map[string]End{}
	items := dynamodb.NewScanPaginator(s.DynamoDB, &dynamodb.ScanInput{TableName: aws.String(s.Output("Table")), ConsistentRead: aws.Bool(true)})
	for items.HasMorePages() {
		page, err := items.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("read the items: %w", err)
		}
		for _, item := range page.Items {
			if id := text(item["id"]); wanted[id] {
				found[id] = End{Status: text(item["status"]), Code: code(item["failure"]), Generation: number(item["generation"])}
			}
		}
	}
	for _, bucket := range []string{"UploadsBucket", "CaptionsBucket"} {
		pages := s3.NewListObjectVersionsPaginator(s.S3, &s3.ListObjectVersionsInput{Bucket: aws.String(s.Output(bucket))})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return nil, fmt.Errorf("list the objects: %w", err)
			}
			for _, v := range page.Versions {
				note(found, wanted, *v.Key, strings.Trim(aws.ToString(v.ETag), `"`))
			}
			for _, m := range page.DeleteMarkers {
				note(found, wanted, *m.Key, "deleted")
			}
		}
	}
	return found, nil
}

// note adds an object to the end of the upload whose id is in its key.
func note(found map[string]End, wanted map[string]bool, key, etag string) {
	for part := range strings.SplitSeq(key, "/") {
		if wanted[part] {
			e := found[part]
			e.Objects = append(e.Objects, Object{strings.Replace(key, part, "*", 1), etag})
			found[part] = e
			return
		}
	}
}

func text(v dynamodbtypes.AttributeValue) string {
	s, _ := v.(*dynamodbtypes.AttributeValueMemberS)
	if s == nil {
		return ""
	}
	return s.Value
}

func number(v dynamodbtypes.AttributeValue) int {
	n, _ := v.(*dynamodbtypes.AttributeValueMemberN)
	if n == nil {
		return 0
	}
	i, _ := strconv.Atoi(n.Value)
	return i
}

func code(v dynamodbtypes.AttributeValue) string {
	m, _ := v.(*dynamodbtypes.AttributeValueMemberM)
	if m == nil {
		return ""
	}
	return text(m.Value["code"])
}

// depths are the messages of the queue of uploads, of that of segments, and of
// both dead letters: waiting, in work or delayed.
func depths(ctx context.Context, s *stack.Stack) (d [3]int, err error) {
	for q, i := range map[string]int{"UploadsQueueUrl": 0, "SegmentsQueueUrl": 1, "UploadsDeadLettersUrl": 2, "SegmentsDeadLettersUrl": 2} {
		got, err := s.SQS.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: aws.String(s.Output(q)), AttributeNames: []sqstypes.QueueAttributeName{
			"ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed"}})
		if err != nil {
			return d, fmt.Errorf("look at the queues: %w", err)
		}
		for _, n := range got.Attributes {
			count, err := strconv.Atoi(n)
			if err != nil {
				return d, err
			}
			d[i] += count
		}
	}
	return d, nil
}
