// Package memobjects keeps objects and a queue in memory, for tests and for
// captioning without a cloud. Everything in it is safe for concurrent use.
package memobjects

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"sync"

	"github.com/cuepipe/cuepipe/internal/captioning"
	"github.com/cuepipe/cuepipe/internal/media"
	"github.com/cuepipe/cuepipe/internal/video"
)

var _ captioning.Uploads = (*Uploads)(nil)

// Uploads has every version of what was put into it, like a versioned bucket.
// The zero value is empty and ready.
type Uploads struct {
	// SmallestPart is how many bytes a part has at least, but for the last; 0 is
	// S3's limit.
	SmallestPart int

	mu         sync.Mutex
	put        int // versions ever stored
	versions   map[string][]version
	unfinished map[string]*unfinished // by id
}

type version struct {
	source video.Source
	media.Source
}

// Put stores src as the newest version under key. It keeps src, which may be a
// file on disk, and reads it when it is asked to.
func (u *Uploads) Put(key string, src media.Source) video.Source {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.store(key, src)
}

func (u *Uploads) store(key string, src media.Source) video.Source {
	if u.versions == nil {
		u.versions = map[string][]version{}
	}
	u.put++
	n := strconv.Itoa(u.put)
	s := video.Source{Key: key, VersionID: "version-" + n, ETag: `"etag-` + n + `"`}
	u.versions[key] = append(u.versions[key], version{s, src})
	return s
}

// Stat implements captioning.Uploads.
func (u *Uploads) Stat(_ context.Context, key string) (video.Source, int64, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	vs := u.versions[key]
	if len(vs) == 0 {
		return video.Source{}, 0, fmt.Errorf("stat upload: %w", video.ErrNoObject)
	}
	newest := vs[len(vs)-1]
	return newest.source, newest.Size(), nil
}

// Source implements captioning.Uploads.
func (u *Uploads) Source(s video.Source, size int64) media.Source { return source{u, s, size} }

type source struct {
	uploads *Uploads
	source  video.Source
	size    int64
}

func (s source) Size() int64 { return s.size }

// Name is that of the version's bytes.
func (s source) Name() string { return s.source.Key + " " + s.source.VersionID + " " + s.source.ETag }

func (s source) Open(ctx context.Context, offset, length int64) (io.ReadCloser, error) {
	s.uploads.mu.Lock()
	vs := s.uploads.versions[s.source.Key]
	i := slices.IndexFunc(vs, func(v version) bool { return v.source == s.source })
	s.uploads.mu.Unlock()
	if i < 0 {
		return nil, fmt.Errorf("read upload: %w", video.ErrNoObject)
	}
	return vs[i].Open(ctx, offset, length)
}

// Remove implements captioning.Uploads.
func (u *Uploads) Remove(_ context.Context, s video.Source) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if vs := u.versions[s.Key]; len(vs) > 0 { // a copy: a reader may hold the old slice
		u.versions[s.Key] = slices.DeleteFunc(slices.Clone(vs), func(v version) bool { return v.source == s })
	}
	return nil
}

// RemoveAll removes every version of key, and gives up uploads of it.
func (u *Uploads) RemoveAll(_ context.Context, key string) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.abortAll(key)
	delete(u.versions, key)
	return nil
}

// Bytes is a source in memory.
type Bytes []byte

var _ media.Source = Bytes{}

// Size implements media.Source.
func (b Bytes) Size() int64 { return int64(len(b)) }

// Name implements media.Source.
func (b Bytes) Name() string { return "" }

// Open implements media.Source.
func (b Bytes) Open(_ context.Context, offset, length int64) (io.ReadCloser, error) {
	return io.NopCloser(bytes.NewReader(b[offset : offset+length])), nil
}
