package media

import (
	"context"
	"fmt"
	"io"
	"os"
)

// A FileSource is a file on disk. The file must not change while it is read.
type FileSource struct {
	file *os.File
	size int64
}

var _ Source = (*FileSource)(nil)

// OpenFile opens a regular file. The caller closes the source when no reader
// of it is in use any more.
func OpenFile(path string) (*FileSource, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	stat, err := f.Stat()
	if err == nil && !stat.Mode().IsRegular() {
		err = fmt.Errorf("open %s: it is not a regular file", path)
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return &FileSource{f, stat.Size()}, nil
}

// Size implements Source.
func (f *FileSource) Size() int64 { return f.size }

// Name implements Source: a file on disk may be another one tomorrow.
func (f *FileSource) Name() string { return "" }

// Open implements Source.
func (f *FileSource) Open(_ context.Context, offset, length int64) (io.ReadCloser, error) {
	return io.NopCloser(io.NewSectionReader(f.file, offset, length)), nil
}

// Close closes the file.
func (f *FileSource) Close() error { return f.file.Close() }
