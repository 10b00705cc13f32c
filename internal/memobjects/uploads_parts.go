package memobjects

import (
	"bytes"
	"cmp"
	"context"
	"crypto/md5"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/cuepipe/cuepipe/internal/video"
)

// An unfinished is an upload in parts that is neither put together nor given up.
type unfinished struct {
	key   string
	parts map[int]part
}

type part struct {
	bytes []byte
	etag  string
}

const (
	smallestPart = 5 << 20 // S3's limit, in bytes
	partsAPage   = 1000
)

// errPartTooSmall is S3's EntityTooSmall.
var errPartTooSmall = errors.New("a part that is not the last is too small")

// Begin begins an upload in parts.
func (u *Uploads) Begin(_ context.Context, key, _ string) (id string, err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.unfinished == nil {
		u.unfinished = map[string]*unfinished{}
	}
	id = strings.ToLower(rand.Text())
	u.unfinished[id] = &unfinished{key, map[int]part{}}
	return id, nil
}

// Abort gives an upload up. It is no error where there is none.
func (u *Uploads) Abort(_ context.Context, key, id string) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if _, err := u.upload(key, id); err == nil {
		delete(u.unfinished, id)
	}
	return nil
}

// PutPart stores a part, in place of the one that it may have been before, and
// returns its ETag. It keeps b.
func (u *Uploads) PutPart(key, id string, number int, b []byte) (etag string, err error) {
	etag = fmt.Sprintf(`"%x"`, md5.Sum(b)) // as S3 does
	u.mu.Lock()
	defer u.mu.Unlock()
	up, err := u.upload(key, id)
	if err != nil {
		return "", err
	}
	up.parts[number] = part{b, etag}
	return etag, nil
}

// Parts lists up to 1,000 parts by their numbers, from the one after that
// number; next is 0 at the end.
func (u *Uploads) Parts(_ context.Context, key, id string, after int) (parts []video.Part, next int, err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	up, err := u.upload(key, id)
	if err != nil {
		return nil, 0, err
	}
	for _, n := range slices.Sorted(maps.Keys(up.parts)) {
		if n <= after {
			continue
		}
		if len(parts) == partsAPage {
			return parts, parts[partsAPage-1].Number, nil
		}
		parts = append(parts, video.Part{Number: n, Size: int64(len(up.parts[n].bytes)), ETag: up.parts[n].etag})
	}
	return parts, 0, nil
}

// Join puts together these parts, unless something is stored under key.
func (u *Uploads) Join(_ context.Context, key, id string, parts []video.Part) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	up, err := u.upload(key, id)
	if err != nil {
		return err
	}
	if len(u.versions[key]) > 0 {
		return fmt.Errorf("join parts: %w", video.ErrObjectExists)
	}
	var all [][]byte
	for i, p := range parts {
		stored, there := up.parts[p.Number]
		if !there || stored.etag != p.ETag {
			return fmt.Errorf("join parts: %w: %d", video.ErrPartChanged, p.Number)
		}
		if len(stored.bytes) < cmp.Or(u.SmallestPart, smallestPart) && i < len(parts)-1 {
			return fmt.Errorf("join parts: %w", errPartTooSmall)
		}
		all = append(all, stored.bytes)
	}
	delete(u.unfinished, id)
	u.store(key, Bytes(bytes.Join(all, nil)))
	return nil
}

// upload finds one that is not finished.
func (u *Uploads) upload(key, id string) (*unfinished, error) {
	up := u.unfinished[id]
	if up == nil || up.key != key {
		return nil, fmt.Errorf("upload in parts: %w", video.ErrNoUpload)
	}
	return up, nil
}

// abortAll gives up every upload of key.
func (u *Uploads) abortAll(key string) {
	maps.DeleteFunc(u.unfinished, func(_ string, up *unfinished) bool { return up.key == key })
}

// hasParts reports whether an upload of key is not finished.
func (u *Uploads) hasParts(key string) bool {
	for _, up := range u.unfinished {
		if up.key == key {
			return true
		}
	}
	return false
}
