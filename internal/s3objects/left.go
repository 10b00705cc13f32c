package s3objects

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// Left reports whether any version of key is stored, or a delete marker, or
// parts of an upload that was never completed. S3's listings are consistent:
// what is not there was not there when it was asked.
func (u Uploads) Left(ctx context.Context, key string) (bool, error) {
	stored, err := u.Client.ListObjectVersions(ctx, &s3.ListObjectVersionsInput{Bucket: &u.Bucket, Prefix: &key, MaxKeys: aws.Int32(1)})
	if err != nil {
		return false, fmt.Errorf("list versions: %w", err)
	}
	if len(stored.Versions)+len(stored.DeleteMarkers) > 0 {
		return true, nil
	}
	unfinished, err := u.Client.ListMultipartUploads(ctx, &s3.ListMultipartUploadsInput{Bucket: &u.Bucket, Prefix: &key, MaxUploads: aws.Int32(1)})
	if err != nil {
		return false, fmt.Errorf("list unfinished uploads: %w", err)
	}
	return len(unfinished.Uploads) > 0, nil
}

// abortUnfinished gives up the uploads of key that were never completed: their
// parts are stored, and no listing of objects shows them.
func (u Uploads) abortUnfinished(ctx context.Context, key string) error {
	pages := s3.NewListMultipartUploadsPaginator(u.Client, &s3.ListMultipartUploadsInput{Bucket: &u.Bucket, Prefix: &key})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("list unfinished uploads: %w", err)
		}
		for _, p := range page.Uploads {
			_, err := u.Client.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: &u.Bucket, Key: p.Key, UploadId: p.UploadId})
			var gone *types.NoSuchUpload // completed or aborted meanwhile
			if err != nil && !errors.As(err, &gone) {
				return fmt.Errorf("abort upload: %w", err)
			}
		}
	}
	return nil
}

// Left reports whether anything below prefix is stored.
func (c Captions) Left(ctx context.Context, prefix string) (bool, error) {
	stored, err := c.Client.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: &c.Bucket, Prefix: &prefix, MaxKeys: aws.Int32(1)})
	if err != nil {
		return false, fmt.Errorf("list %s: %w", prefix, err)
	}
	return len(stored.Contents) > 0, nil
}
