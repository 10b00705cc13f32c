// Package s3objects keeps objects in Amazon S3: what clients uploaded, and what
// we write.
//
// The uploads bucket is versioned; every read names the version that the plan
// was made for. Actions: s3:PutObject (presigning), s3:GetObject and
// s3:GetObjectVersion, s3:DeleteObject and s3:DeleteObjectVersion,
// s3:ListBucketVersions, s3:AbortMultipartUpload and
// s3:ListMultipartUploadParts, all below uploads/;
// s3:ListBucketMultipartUploads; and s3:ListBucket below uploads/, without
// which S3 answers 403 instead of 404 for what does not exist.
//
// The captions bucket: s3:GetObject, s3:PutObject, s3:DeleteObject and
// s3:ListBucket below videos/, and for the searches' indexes below search/;
// s3:PutObject below quarantine/.
package s3objects

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/cuepipe/cuepipe/internal/media"
	"github.com/cuepipe/cuepipe/internal/video"
)

// Uploads is the uploads bucket.
type Uploads struct {
	Client *s3.Client
	Bucket string
}

// PresignPut returns a URL that takes one upload of exactly size bytes of that
// type, once, until ttl has passed, and the headers that the client must send
// with it. S3 refuses another size or type with 403, a second upload with 412.
func (u Uploads) PresignPut(ctx context.Context, key, contentType string, size int64, ttl time.Duration) (url string, headers map[string]string, err error) {
	signed, err := s3.NewPresignClient(u.Client).PresignPutObject(ctx, &s3.PutObjectInput{
		Bucket: &u.Bucket, Key: &key, ContentType: &contentType, ContentLength: &size, IfNoneMatch: aws.String("*"),
	}, s3.WithPresignExpires(ttl), unhoisted)
	if err != nil {
		return "", nil, fmt.Errorf("presign: %w", err)
	}
	headers = map[string]string{}
	for name := range signed.SignedHeader {
		// Every client sends Host and Content-Length by itself; a browser
		// refuses to be told them.
		if n := http.CanonicalHeaderKey(name); n != "Host" && n != "Content-Length" {
			headers[n] = signed.SignedHeader.Get(name)
		}
	}
	return signed.URL, headers, nil
}

// Origin is where the URLs that are signed for the bucket point, as a browser
// names it: "https://bucket.s3.eu-central-1.amazonaws.com". No request is made.
func (u Uploads) Origin(ctx context.Context) (string, error) {
	signed, err := s3.NewPresignClient(u.Client).PresignGetObject(ctx, &s3.GetObjectInput{Bucket: &u.Bucket, Key: aws.String(video.UploadsPrefix)})
	if err != nil {
		return "", fmt.Errorf("presign: %w", err)
	}
	at, err := url.Parse(signed.URL)
	if err != nil {
		return "", fmt.Errorf("presign: %w", err)
	}
	return at.Scheme + "://" + at.Host, nil
}

// unhoisted keeps signed headers headers. By default the SDK moves some into
// the query string, where S3 takes them for unknown parameters and ignores
// them (aws-sdk-go-v2 issue 2610).
func unhoisted(o *s3.PresignOptions) {
	o.Presigner = v4.NewSigner(func(o *v4.SignerOptions) { o.DisableHeaderHoisting = true; o.DisableURIPathEscaping = true })
}

// Stat returns the newest version under key and its size in bytes, or
// video.ErrNoObject.
func (u Uploads) Stat(ctx context.Context, key string) (video.Source, int64, error) {
	head, err := u.Client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &u.Bucket, Key: &key})
	if err != nil {
		return video.Source{}, 0, fmt.Errorf("head upload: %w", known(err))
	}
	return video.Source{Key: key, VersionID: aws.ToString(head.VersionId), ETag: aws.ToString(head.ETag)}, aws.ToInt64(head.ContentLength), nil
}

// Source reads one version of an upload by ranges.
func (u Uploads) Source(s video.Source, size int64) media.Source { return source{u, s, size} }

type source struct {
	u    Uploads
	s    video.Source
	size int64
}

func (s source) Size() int64 { return s.size }

// Name is that of the version's bytes.
func (s source) Name() string {
	return s.u.Bucket + " " + s.s.Key + " " + s.s.VersionID + " " + s.s.ETag
}

func (s source) Open(ctx context.Context, offset, length int64) (io.ReadCloser, error) {
	out, err := s.u.Client.GetObject(ctx, &s3.GetObjectInput{
		Bucket: &s.u.Bucket, Key: &s.s.Key, VersionId: nonEmpty(s.s.VersionID), IfMatch: nonEmpty(s.s.ETag),
		Range: aws.String(fmt.Sprintf("bytes=%d-%d", offset, offset+length-1)),
	})
	if err != nil {
		return nil, fmt.Errorf("read upload: %w", known(err))
	}
	return out.Body, nil
}

// Remove deletes one version. S3 answers alike whether or not it was there.
func (u Uploads) Remove(ctx context.Context, s video.Source) error {
	_, err := u.Client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &u.Bucket, Key: &s.Key, VersionId: nonEmpty(s.VersionID)})
	var api smithy.APIError
	if errors.As(err, &api) && api.ErrorCode() == "InvalidArgument" {
		return nil // LocalStack 4.9 says so of a version that is gone; ours all came from S3 itself
	}
	if err != nil {
		return fmt.Errorf("remove upload: %w", err)
	}
	return nil
}

// RemoveAll deletes every version of key and every delete marker, and aborts
// uploads of it that were never completed.
func (u Uploads) RemoveAll(ctx context.Context, key string) error {
	if err := u.abortUnfinished(ctx, key); err != nil { // first: one that is completed meanwhile is a version
		return err
	}
	pages := s3.NewListObjectVersionsPaginator(u.Client, &s3.ListObjectVersionsInput{Bucket: &u.Bucket, Prefix: &key})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("list versions: %w", err)
		}
		var ids []types.ObjectIdentifier
		for _, v := range page.Versions {
			ids = append(ids, types.ObjectIdentifier{Key: v.Key, VersionId: v.VersionId})
		}
		for _, m := range page.DeleteMarkers {
			ids = append(ids, types.ObjectIdentifier{Key: m.Key, VersionId: m.VersionId})
		}
		if err := deleteObjects(ctx, u.Client, u.Bucket, ids); err != nil {
			return err
		}
	}
	return nil
}

func deleteObjects(ctx context.Context, c *s3.Client, bucket string, ids []types.ObjectIdentifier) error {
	if len(ids) == 0 {
		return nil
	}
	out, err := c.DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: &bucket, Delete: &types.Delete{Objects: ids, Quiet: aws.Bool(true)}})
	if err != nil {
		return fmt.Errorf("delete objects: %w", err)
	}
	if len(out.Errors) > 0 {
		return fmt.Errorf("delete objects: %d of %d were refused: %s", len(out.Errors), len(ids), aws.ToString(out.Errors[0].Code))
	}
	return nil
}

// known turns S3's answers that mean something to us into our own errors.
func known(err error) error {
	var api smithy.APIError
	if errors.As(err, &api) {
		switch api.ErrorCode() {
		case "NoSuchKey", "NotFound", "NoSuchVersion", "MethodNotAllowed": // the last: a version that is a delete marker
			return fmt.Errorf("%w: %w", video.ErrNoObject, err)
		case "PreconditionFailed":
			return fmt.Errorf("%w: %w", video.ErrObjectChanged, err)
		}
	}
	// A HEAD has no body, so its error may have nothing but a status.
	var response *smithyhttp.ResponseError
	if errors.As(err, &response) {
		switch response.HTTPStatusCode() {
		case http.StatusNotFound:
			return fmt.Errorf("%w: %w", video.ErrNoObject, err)
		case http.StatusPreconditionFailed:
			return fmt.Errorf("%w: %w", video.ErrObjectChanged, err)
		}
	}
	return err
}

func nonEmpty(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
