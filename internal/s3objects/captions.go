package s3objects

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/cuepipe/cuepipe/internal/video"
)

// Captions is the captions bucket. No event starts from it.
type Captions struct {
	Client *s3.Client
	Bucket string
}

// PutOnce stores a new object; one that is there already stays as it is.
func (c Captions) PutOnce(ctx context.Context, key, contentType string, body []byte) error {
	_, err := c.Client.PutObject(ctx, &s3.PutObjectInput{
		Bucket: &c.Bucket, Key: &key, ContentType: &contentType, Body: bytes.NewReader(body), IfNoneMatch: aws.String("*"),
	})
	if err = known(err); err != nil && !errors.Is(err, video.ErrObjectChanged) { // 412: somebody was first
		return fmt.Errorf("put %s: %w", key, err)
	}
	return nil
}

// Get returns an object's bytes, or video.ErrNoObject.
func (c Captions) Get(ctx context.Context, key string) ([]byte, error) {
	out, err := c.Client.GetObject(ctx, &s3.GetObjectInput{Bucket: &c.Bucket, Key: &key})
	if err != nil {
		return nil, fmt.Errorf("get %s: %w", key, known(err))
	}
	defer out.Body.Close()
	b, err := io.ReadAll(out.Body)
	if err != nil {
		return nil, fmt.Errorf("get %s: %w", key, err)
	}
	return b, nil
}

// RemoveAll deletes every object below prefix, which ends with a slash.
func (c Captions) RemoveAll(ctx context.Context, prefix string) error {
	pages := s3.NewListObjectsV2Paginator(c.Client, &s3.ListObjectsV2Input{Bucket: &c.Bucket, Prefix: &prefix})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("list %s: %w", prefix, err)
		}
		var ids []types.ObjectIdentifier
		for _, o := range page.Contents {
			ids = append(ids, types.ObjectIdentifier{Key: o.Key})
		}
		if err := deleteObjects(ctx, c.Client, c.Bucket, ids); err != nil {
			return err
		}
	}
	return nil
}
