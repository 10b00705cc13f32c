package s3objects

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/cuepipe/cuepipe/internal/video"
)

// GetUnless returns an object and its entity tag; no body if the tag is the one
// that is given; video.ErrNoObject where nothing is stored.
func (c Captions) GetUnless(ctx context.Context, key, tag string) (body []byte, now string, err error) {
	out, err := c.Client.GetObject(ctx, &s3.GetObjectInput{Bucket: &c.Bucket, Key: &key, IfNoneMatch: nonEmpty(tag)})
	var response *smithyhttp.ResponseError
	if errors.As(err, &response) && response.HTTPStatusCode() == http.StatusNotModified {
		return nil, tag, nil
	}
	if err != nil {
		return nil, "", fmt.Errorf("get %s: %w", key, known(err))
	}
	defer out.Body.Close()
	if body, err = io.ReadAll(out.Body); err != nil {
		return nil, "", fmt.Errorf("get %s: %w", key, err)
	}
	return body, aws.ToString(out.ETag), nil
}

// PutIf stores an object in the place of the one with that tag, or, where the
// tag is empty, where there is none, and returns its tag. If that does not hold
// any more it returns video.ErrObjectChanged, or video.ErrNoObject: of two that
// write at once S3 refuses one.
func (c Captions) PutIf(ctx context.Context, key, contentType, tag string, body []byte) (now string, err error) {
	in := &s3.PutObjectInput{Bucket: &c.Bucket, Key: &key, ContentType: &contentType, Body: bytes.NewReader(body), IfMatch: nonEmpty(tag)}
	if tag == "" {
		in.IfNoneMatch = aws.String("*")
	}
	out, err := c.Client.PutObject(ctx, in)
	if err = known(err); conflict(err) {
		err = fmt.Errorf("%w: %w", video.ErrObjectChanged, err)
	}
	if err != nil {
		return "", fmt.Errorf("put %s: %w", key, err)
	}
	return aws.ToString(out.ETag), nil
}

// conflict: S3 answers 409 to a conditional write that another one, or a delete,
// of the same key overtook.
func conflict(err error) bool {
	var response *smithyhttp.ResponseError
	return errors.As(err, &response) && response.HTTPStatusCode() == http.StatusConflict
}
