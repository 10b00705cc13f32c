package s3objects

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/cuepipe/cuepipe/internal/video"
)

// Model is a folder of a recogniser's files in a bucket of the user's. Actions:
// s3:GetObject on the objects below Prefix, and s3:ListBucket for that prefix,
// without which S3 answers 403 instead of 404 for what does not exist. The
// listing itself is not used: the folder's own SHA256SUMS says what there is.
type Model struct {
	Client *s3.Client
	Bucket string
	Prefix string // without a slash at the end
}

// Get reads a file by its name in the folder, or returns fs.ErrNotExist.
func (m Model) Get(ctx context.Context, name string) (io.ReadCloser, error) {
	key := m.Prefix + "/" + name
	out, err := m.Client.GetObject(ctx, &s3.GetObjectInput{Bucket: &m.Bucket, Key: &key})
	if err = known(err); errors.Is(err, video.ErrNoObject) {
		err = fmt.Errorf("%w: %w", fs.ErrNotExist, err)
	}
	if err != nil {
		return nil, fmt.Errorf("get s3://%s/%s: %w", m.Bucket, key, err)
	}
	return out.Body, nil
}
