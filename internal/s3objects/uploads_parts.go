package s3objects

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"github.com/cuepipe/cuepipe/internal/video"
)

// Begin begins an upload in parts, of that type, and returns its id.
func (u Uploads) Begin(ctx context.Context, key, contentType string) (id string, err error) {
	out, err := u.Client.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: &u.Bucket, Key: &key, ContentType: &contentType})
	if err != nil {
		return "", fmt.Errorf("begin upload: %w", err)
	}
	return aws.ToString(out.UploadId), nil
}

// Abort gives an upload up and removes its parts. It is no error where there is
// none.
func (u Uploads) Abort(ctx context.Context, key, id string) error {
	_, err := u.Client.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: &u.Bucket, Key: &key, UploadId: &id})
	if err = ofUpload(err); err != nil && !errors.Is(err, video.ErrNoUpload) {
		return fmt.Errorf("abort upload: %w", err)
	}
	return nil
}

// PresignPart returns a URL that takes exactly size bytes as a part until ttl
// has passed. Of headers it has signed only those that every client sends by
// itself: Host and Content-Length.
func (u Uploads) PresignPart(ctx context.Context, key, id string, number int, size int64, ttl time.Duration) (url string, err error) {
	signed, err := s3.NewPresignClient(u.Client).PresignUploadPart(ctx, &s3.UploadPartInput{
		Bucket: &u.Bucket, Key: &key, UploadId: &id, PartNumber: aws.Int32(int32(number)), ContentLength: &size,
	}, s3.WithPresignExpires(ttl), unhoisted)
	if err != nil {
		return "", fmt.Errorf("presign part: %w", err)
	}
	return signed.URL, nil
}

// Parts lists up to 1,000 parts that have arrived, from the one after that
// number; next is 0 at the end.
func (u Uploads) Parts(ctx context.Context, key, id string, after int) (parts []video.Part, next int, err error) {
	in := &s3.ListPartsInput{Bucket: &u.Bucket, Key: &key, UploadId: &id}
	if after > 0 {
		in.PartNumberMarker = aws.String(strconv.Itoa(after))
	}
	out, err := u.Client.ListParts(ctx, in)
	if err != nil {
		return nil, 0, fmt.Errorf("list parts: %w", ofUpload(err))
	}
	for _, p := range out.Parts {
		parts = append(parts, video.Part{Number: int(aws.ToInt32(p.PartNumber)), Size: aws.ToInt64(p.Size), ETag: aws.ToString(p.ETag)})
	}
	if aws.ToBool(out.IsTruncated) && len(parts) > 0 {
		next = parts[len(parts)-1].Number
	}
	return parts, next, nil
}

// Join puts together these parts, unless something is stored under key.
func (u Uploads) Join(ctx context.Context, key, id string, parts []video.Part) error {
	var all []types.CompletedPart
	for _, p := range parts {
		all = append(all, types.CompletedPart{PartNumber: aws.Int32(int32(p.Number)), ETag: &p.ETag})
	}
	_, err := u.Client.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{Bucket: &u.Bucket, Key: &key, UploadId: &id,
		MultipartUpload: &types.CompletedMultipartUpload{Parts: all}, IfNoneMatch: aws.String("*")})
	if err != nil {
		return fmt.Errorf("join parts: %w", ofUpload(err))
	}
	return nil
}

// PresignGet returns a URL that plays one version until ttl has passed, named so
// and of that type. Of headers it has signed Host only, so that a player may ask
// for ranges.
func (u Uploads) PresignGet(ctx context.Context, s video.Source, name, contentType string, ttl time.Duration) (url string, err error) {
	signed, err := s3.NewPresignClient(u.Client).PresignGetObject(ctx, &s3.GetObjectInput{
		Bucket: &u.Bucket, Key: &s.Key, VersionId: nonEmpty(s.VersionID), ResponseContentType: &contentType,
		ResponseContentDisposition: aws.String(mime.FormatMediaType("inline", map[string]string{"filename": name})),
	}, s3.WithPresignExpires(ttl))
	if err != nil {
		return "", fmt.Errorf("presign get: %w", err)
	}
	return signed.URL, nil
}

// ofUpload turns S3's answers about an upload in parts into our own errors.
func ofUpload(err error) error {
	var api smithy.APIError
	if errors.As(err, &api) {
		switch api.ErrorCode() {
		case "NoSuchUpload":
			return fmt.Errorf("%w: %w", video.ErrNoUpload, err)
		case "InvalidPart":
			return fmt.Errorf("%w: %w", video.ErrPartChanged, err)
		case "PreconditionFailed", "ConditionalRequestConflict": // the latter: another request stores it in this moment
			return fmt.Errorf("%w: %w", video.ErrObjectExists, err)
		}
	}
	return err
}
