package s3objects

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/cuepipe/cuepipe/internal/video"
)

const (
	// partSize is that of the parts in which a stream is uploaded. S3 takes none
	// below 5 MiB, but for the last, and 10,000 at most: 78 GiB.
	partSize = 8 << 20
	// abortTime bounds the call that gives an upload up.
	abortTime = 5 * time.Second
)

// PutStream stores a new object while it is written; one that is there already
// stays as it is. What fits into one part is put at once. Anything else is a
// multipart upload, which S3 shows when it is complete, and not before; the
// first part is held back until the head is known that belongs into it. Two
// parts are in memory at a time. Who dies meanwhile leaves parts that the
// bucket's lifecycle removes; who fails aborts the upload.
func (c Captions) PutStream(ctx context.Context, key, contentType string, write func(w io.Writer) (head []byte, err error)) error {
	_, err := c.Client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &c.Bucket, Key: &key})
	if err == nil {
		return nil
	}
	if err = known(err); !errors.Is(err, video.ErrNoObject) {
		return fmt.Errorf("put %s: %w", key, err)
	}
	s := stream{ctx: ctx, to: c, key: key, contentType: contentType}
	head, err := write(&s)
	if err == nil {
		err = s.finish(head)
	}
	if err != nil {
		s.abort()
		return fmt.Errorf("put %s: %w", key, err)
	}
	return nil
}

// Remove deletes one object. S3 answers alike whether or not it was there.
func (c Captions) Remove(ctx context.Context, key string) error {
	if _, err := c.Client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &c.Bucket, Key: &key}); err != nil {
		return fmt.Errorf("remove %s: %w", key, err)
	}
	return nil
}

// A stream is an object that is being written. Its errors are never those of a
// source that is gone: an upload may be, and that says nothing of the video.
type stream struct {
	ctx              context.Context
	to               Captions
	key, contentType string

	first []byte  // part 1, once it is full
	part  []byte  // that is being filled
	id    *string // of the upload; nil before it has begun
	rest  []types.CompletedPart
}

// Write implements io.Writer.
func (s *stream) Write(p []byte) (int, error) {
	written := 0
	for len(p) > 0 {
		if len(s.part) == partSize {
			if err := s.flush(); err != nil {
				return written, err
			}
		}
		if s.part == nil {
			s.part = make([]byte, 0, partSize)
		}
		n := min(len(p), partSize-len(s.part))
		s.part = append(s.part, p[:n]...)
		p, written = p[n:], written+n
	}
	return written, nil
}

// flush uploads the part that is full, or keeps it where it is the first.
func (s *stream) flush() error {
	if s.first == nil {
		s.first, s.part = s.part, nil
		return s.begin()
	}
	done, err := s.upload(int32(len(s.rest)+2), s.part)
	s.rest, s.part = append(s.rest, done), s.part[:0]
	return err
}

func (s *stream) begin() error {
	out, err := s.to.Client.CreateMultipartUpload(s.ctx, &s3.CreateMultipartUploadInput{Bucket: &s.to.Bucket, Key: &s.key,
		ContentType: &s.contentType, ChecksumAlgorithm: types.ChecksumAlgorithmCrc32})
	if err != nil {
		return fmt.Errorf("begin upload: %w", err)
	}
	s.id = out.UploadId
	return nil
}

// upload returns what S3 wants to be told of a part when the upload is complete:
// its checksum, too, where the upload has one.
func (s *stream) upload(number int32, body []byte) (types.CompletedPart, error) {
	out, err := s.to.Client.UploadPart(s.ctx, &s3.UploadPartInput{Bucket: &s.to.Bucket, Key: &s.key, UploadId: s.id,
		PartNumber: &number, Body: bytes.NewReader(body), ChecksumAlgorithm: types.ChecksumAlgorithmCrc32})
	if err != nil {
		return types.CompletedPart{}, fmt.Errorf("upload part %d: %w", number, err)
	}
	return types.CompletedPart{PartNumber: &number, ETag: out.ETag, ChecksumCRC32: out.ChecksumCRC32}, nil
}

func (s *stream) finish(head []byte) error {
	if s.id == nil {
		_, err := s.to.Client.PutObject(s.ctx, &s3.PutObjectInput{Bucket: &s.to.Bucket, Key: &s.key, ContentType: &s.contentType,
			Body: bytes.NewReader(slices.Concat(head, s.part))})
		return err
	}
	if len(s.part) > 0 {
		if err := s.flush(); err != nil {
			return err
		}
	}
	first, err := s.upload(1, slices.Concat(head, s.first))
	if err != nil {
		return err
	}
	_, err = s.to.Client.CompleteMultipartUpload(s.ctx, &s3.CompleteMultipartUploadInput{Bucket: &s.to.Bucket, Key: &s.key, UploadId: s.id,
		MultipartUpload: &types.CompletedMultipartUpload{Parts: append([]types.CompletedPart{first}, s.rest...)}})
	if err != nil {
		return fmt.Errorf("complete upload: %w", err)
	}
	return nil
}

// abort gives the upload up, also where the context has ended. Should it fail,
// the bucket's lifecycle removes the parts.
func (s *stream) abort() {
	if s.id == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.ctx), abortTime)
	defer cancel()
	_, _ = s.to.Client.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: &s.to.Bucket, Key: &s.key, UploadId: s.id})
}
