package ddbvideos

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/cuepipe/cuepipe/internal/video"
)

// Unmoved returns up to limit videos of a status that were last changed before
// a time, oldest first. The index byStatus follows the table: it may lack a
// video that moved a moment ago, and show one as it was before.
func (s Store) Unmoved(ctx context.Context, status video.Status, before time.Time, limit int) ([]video.Video, error) {
	return s.oldest(ctx, s.byStatus(status, before), limit)
}

// FailedWith returns up to limit videos that failed with one of the codes
// before a time, oldest first, from the same index. It reads every failed video
// up to the last that it returns: the codes are no key.
func (s Store) FailedWith(ctx context.Context, codes []string, before time.Time, limit int) ([]video.Video, error) {
	if len(codes) == 0 {
		return nil, nil
	}
	in := s.byStatus(video.Failed, before)
	var wanted []string
	for i, code := range codes {
		name := ":code" + strconv.Itoa(i)
		wanted = append(wanted, name)
		in.ExpressionAttributeValues[name] = str(code)
	}
	in.ExpressionAttributeNames["#failure"], in.ExpressionAttributeNames["#code"] = "failure", "code"
	in.FilterExpression = aws.String(fmt.Sprintf("#failure.#code IN (%s)", strings.Join(wanted, ", ")))
	return s.oldest(ctx, in, limit)
}

func (s Store) byStatus(status video.Status, before time.Time) *dynamodb.QueryInput {
	return &dynamodb.QueryInput{
		TableName: &s.Table, IndexName: aws.String("byStatus"), KeyConditionExpression: aws.String("#status = :status AND #updatedAt < :before"),
		ExpressionAttributeNames:  map[string]string{"#status": "status", "#updatedAt": "updatedAt"},
		ExpressionAttributeValues: map[string]types.AttributeValue{":status": str(string(status)), ":before": str(stamp(before))},
	}
}

// oldest asks for page after page, of a megabyte each, until it has enough.
func (s Store) oldest(ctx context.Context, in *dynamodb.QueryInput, limit int) ([]video.Video, error) {
	if in.FilterExpression == nil { // a limit counts what is read, not what passes the filter
		in.Limit = aws.Int32(int32(limit))
	}
	var vs []video.Video
	pages := dynamodb.NewQueryPaginator(s.API, in)
	for pages.HasMorePages() && len(vs) < limit {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("list by status: %w", err)
		}
		for _, m := range page.Items {
			v, err := fromMap(m)
			if err != nil {
				return nil, err
			}
			vs = append(vs, v)
		}
	}
	return vs[:min(limit, len(vs))], nil
}
