// Package ddbvideos keeps videos in one Amazon DynamoDB table, an item each.
//
// Keys: the table's is "id"; the index "byOwner" has "owner" and "createdAt",
// the index "byStatus" "status" and "updatedAt"; "expiresAt" (Unix seconds) is
// the table's time to live. Actions: dynamodb:PutItem, GetItem, UpdateItem, and
// Query on byOwner and byStatus.
package ddbvideos

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/cuepipe/cuepipe/internal/video"
)

// API is what is called of the DynamoDB client.
type API interface {
	PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
	GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
	UpdateItem(context.Context, *dynamodb.UpdateItemInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error)
	Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error)
}

// Store is a table.
type Store struct {
	API   API
	Table string
	Now   func() time.Time // nil is time.Now
}

// Create stores a new video, or returns video.ErrExists.
func (s Store) Create(ctx context.Context, v video.Video) error {
	m, err := attributevalue.MarshalMap(toItem(v))
	if err != nil {
		return fmt.Errorf("create: %w", err)
	}
	_, err = s.API.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &s.Table, Item: m, ConditionExpression: aws.String("attribute_not_exists(id)"),
	})
	var exists *types.ConditionalCheckFailedException
	if errors.As(err, &exists) {
		return fmt.Errorf("create: %w", video.ErrExists)
	}
	if err != nil {
		return fmt.Errorf("create: %w", err)
	}
	return nil
}

// Get reads what the last write left, or returns video.ErrNotFound.
func (s Store) Get(ctx context.Context, id string) (video.Video, error) {
	out, err := s.API.GetItem(ctx, &dynamodb.GetItemInput{TableName: &s.Table, Key: key(id), ConsistentRead: aws.Bool(true)})
	if err != nil {
		return video.Video{}, fmt.Errorf("get: %w", err)
	}
	if out.Item == nil {
		return video.Video{}, fmt.Errorf("get: %w", video.ErrNotFound)
	}
	return fromMap(out.Item)
}

// Change applies c in one conditional update and returns the video after it.
// It returns video.ErrNotFound, or video.ErrStale with the video as it is.
func (s Store) Change(ctx context.Context, id string, c video.Change) (video.Video, error) {
	now := time.Now
	if s.Now != nil {
		now = s.Now
	}
	u := update(c, now().UTC())
	out, err := s.API.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.Table, Key: key(id),
		UpdateExpression: aws.String(u.expression()), ConditionExpression: aws.String(u.condition),
		ExpressionAttributeNames: u.names, ExpressionAttributeValues: u.values,
		ReturnValues:                        types.ReturnValueAllNew,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
	var failed *types.ConditionalCheckFailedException
	switch {
	case errors.As(err, &failed) && len(failed.Item) == 0:
		return video.Video{}, fmt.Errorf("%s: %w", c.Name, video.ErrNotFound)
	case errors.As(err, &failed):
		v, err := fromMap(failed.Item)
		if err != nil {
			return v, err
		}
		return v, c.Stale(v)
	case err != nil:
		return video.Video{}, fmt.Errorf("%s: %w", c.Name, err)
	}
	return fromMap(out.Attributes)
}

// List returns a page of an owner's videos, newest first, and the place after
// it, which is zero at the end. It begins after the zero place. A video that
// was created a moment ago may be missing still: the index follows the table.
func (s Store) List(ctx context.Context, owner string, after video.Place, limit int) ([]video.Video, video.Place, error) {
	in := &dynamodb.QueryInput{
		TableName: &s.Table, IndexName: aws.String("byOwner"), KeyConditionExpression: aws.String("#owner = :owner"),
		ExpressionAttributeNames:  map[string]string{"#owner": "owner"},
		ExpressionAttributeValues: map[string]types.AttributeValue{":owner": str(owner)},
		ScanIndexForward:          aws.Bool(false), Limit: aws.Int32(int32(limit)),
	}
	if (after != video.Place{}) {
		// The owner in the start key is always the caller: a cursor that was
		// made for somebody else leads nowhere.
		in.ExclusiveStartKey = map[string]types.AttributeValue{
			"id": str(after.ID), "owner": str(owner), "createdAt": str(stamp(after.CreatedAt))}
	}
	out, err := s.API.Query(ctx, in)
	if err != nil {
		return nil, video.Place{}, fmt.Errorf("list: %w", err)
	}
	var vs []video.Video
	for _, m := range out.Items {
		v, err := fromMap(m)
		if err != nil {
			return nil, video.Place{}, err
		}
		vs = append(vs, v)
	}
	if len(out.LastEvaluatedKey) == 0 || len(vs) == 0 {
		return vs, video.Place{}, nil
	}
	last := vs[len(vs)-1]
	return vs, video.Place{CreatedAt: last.CreatedAt, ID: last.ID}, nil
}

func key(id string) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{"id": str(id)}
}

func str(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
