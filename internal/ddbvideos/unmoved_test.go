package ddbvideos

import (
	"context"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/cuepipe/cuepipe/internal/video"
)

// pages answers queries with pages of so many items each, as DynamoDB does
// where the items of a megabyte were read and few pass the filter.
type pages struct {
	API
	sizes []int
	asked []*dynamodb.QueryInput
}

func (p *pages) Query(_ context.Context, in *dynamodb.QueryInput, _ ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	n := 0
	if last, ok := in.ExclusiveStartKey["id"].(*types.AttributeValueMemberS); ok {
		n, _ = strconv.Atoi(last.Value)
	}
	asked := *in
	p.asked = append(p.asked, &asked)
	out := &dynamodb.QueryOutput{}
	for i := range p.sizes[n] {
		v := video.New("owner", "title", "video/mp4", 1, time.Now(), time.Time{})
		v.ID = fmt.Sprintf("%d-%d", n, i)
		m, err := attributevalue.MarshalMap(toItem(v))
		if err != nil {
			return nil, err
		}
		out.Items = append(out.Items, m)
	}
	if n+1 < len(p.sizes) {
		out.LastEvaluatedKey = key(strconv.Itoa(n + 1))
	}
	return out, nil
}

func TestPagesAreReadUntilThereAreEnough(t *testing.T) {
	for _, c := range []struct {
		sizes              []int
		limit, want, asked int
	}{
		{[]int{0}, 3, 0, 1},
		{[]int{0, 0, 2}, 3, 2, 3},
		{[]int{2, 0, 2, 5}, 3, 3, 3},
		{[]int{3, 5}, 3, 3, 1},
		{[]int{2, 1, 5}, 3, 3, 2},
	} {
		api := &pages{sizes: c.sizes}
		got, err := Store{API: api, Table: "t"}.FailedWith(t.Context(), []string{"gave_up"}, time.Now(), c.limit)
		if err != nil || len(got) != c.want || len(api.asked) != c.asked {
			t.Errorf("pages of %v, up to %d: %d videos after %d queries, %v; want %d after %d", c.sizes, c.limit, len(got), len(api.asked), err, c.want, c.asked)
		}
		if api.asked[0].Limit != nil {
			t.Error("a limit would count what the filter drops")
		}
		api = &pages{sizes: c.sizes}
		if _, err := (Store{API: api, Table: "t"}).Unmoved(t.Context(), video.Pending, time.Now(), c.limit); err != nil || aws.ToInt32(api.asked[0].Limit) != int32(c.limit) {
			t.Errorf("without a filter, up to %d are asked for as %v, %v", c.limit, api.asked[0].Limit, err)
		}
	}
}
