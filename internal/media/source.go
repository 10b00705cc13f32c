package media

import (
	"context"
	"io"
)

// A Source is a file of known size that can be read from any place, such as
// one version of an S3 object.
type Source interface {
	// Size in bytes.
	Size() int64
	// Name stands for the bytes: two sources of the same name have the same
	// ones, for ever. It is empty where that cannot be promised.
	Name() string
	// Open returns the bytes [offset, offset+length), which lie inside the
	// file. The caller closes the reader, perhaps before its end. Open may be
	// called from several goroutines at once. An error means that the bytes
	// could not be had now; it says nothing about what the file holds.
	Open(ctx context.Context, offset, length int64) (io.ReadCloser, error)
}
