// Package bucket brings a model's folder from a store of objects to this
// machine, whole or not at all.
//
// The folder's SHA256SUMS says which files there are and is the only way to
// know that each is whole, so a folder without one is refused. What an earlier
// process of the same machine has fetched already is not fetched again.
package bucket

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"github.com/cuepipe/cuepipe/internal/checksum"
)

// Objects are the files of one folder in a store.
type Objects interface {
	// Get reads a file by its name in the folder; the caller closes it. The error
	// of a file that is not there is fs.ErrNotExist. Other errors, those of
	// reading included, may pass: the file is asked for again.
	Get(ctx context.Context, name string) (io.ReadCloser, error)
}

const (
	// mostSums bounds SHA256SUMS, in bytes.
	mostSums = 64 << 10
	// tries is how often a file is asked for whose reading failed.
	tries = 3
	// part ends the name of a file that may not be whole.
	part = ".part"
)

// Fetch brings the folder name to a place below the folder under, and returns
// its path. The place is fixed by SHA256SUMS, so that another model never
// meets this one's files; one process at a time fetches it. A process that was
// killed leaves whole files, which count, and a part, which does not.
func Fetch(ctx context.Context, from Objects, name, under string) (string, error) {
	listing, sums, err := list(ctx, from)
	if err != nil {
		return "", fmt.Errorf("fetch the model %s: %w", name, err)
	}
	hash := sha256.Sum256(listing)
	place := filepath.Join(under, "cuepipe-model-"+hex.EncodeToString(hash[:8]))
	folder := filepath.Join(place, name)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", fmt.Errorf("make the model's folder: %w", err)
	}
	unlock, err := lock(ctx, filepath.Join(place, ".lock"))
	if err != nil {
		return "", fmt.Errorf("wait for another process that fetches the model: %w", err)
	}
	defer unlock()
	complete := filepath.Join(folder, checksum.File) // it is written last
	if _, err := os.Stat(complete); err == nil {
		return folder, nil
	}
	for _, file := range slices.Sorted(maps.Keys(sums)) {
		if err := fetch(ctx, from, file, filepath.Join(folder, file), sums[file]); err != nil {
			return "", fmt.Errorf("fetch %s of the model %s: %w", file, name, err)
		}
	}
	if err := os.WriteFile(complete+part, listing, 0o600); err != nil {
		return "", fmt.Errorf("write the model's checksums: %w", err)
	}
	if err := os.Rename(complete+part, complete); err != nil {
		return "", fmt.Errorf("write the model's checksums: %w", err)
	}
	return folder, nil
}

// list reads which files there are.
func list(ctx context.Context, from Objects) ([]byte, map[string]string, error) {
	in, err := from.Get(ctx, checksum.File)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("there is no %s; write one in its folder with: sha256sum -- * >%s: %w", checksum.File, checksum.File, err)
	}
	if err != nil {
		return nil, nil, err
	}
	defer in.Close()
	listing, err := io.ReadAll(io.LimitReader(in, mostSums+1))
	if err != nil {
		return nil, nil, fmt.Errorf("read %s: %w", checksum.File, err)
	}
	if len(listing) > mostSums {
		return nil, nil, fmt.Errorf("%s has more than %d bytes", checksum.File, mostSums)
	}
	sums, err := checksum.Read(bytes.NewReader(listing))
	if err != nil {
		return nil, nil, fmt.Errorf("read %s: %w", checksum.File, err)
	}
	return listing, sums, nil
}

var errDamaged = errors.New("it is not the file that SHA256SUMS lists")

// fetch brings one file, unless it is there.
func fetch(ctx context.Context, from Objects, name, to, want string) error {
	if _, err := os.Stat(to); err == nil {
		return nil // only a whole file ever had this name
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	var err error
	for range tries {
		if err = once(ctx, from, name, to, want); err == nil || ctx.Err() != nil || errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOSPC) {
			break
		}
	}
	if errors.Is(err, syscall.ENOSPC) {
		err = fmt.Errorf("the function's storage is too small for the model: deploy with a larger MODEL_STORAGE: %w", err)
	}
	return err
}

// once writes one file to a part, and gives it its name when it is whole.
func once(ctx context.Context, from Objects, name, to, want string) (err error) {
	in, err := from.Get(ctx, name)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to + part)
	if err != nil {
		return err
	}
	hash := sha256.New()
	_, err = io.Copy(io.MultiWriter(out, hash), in)
	if err = errors.Join(err, out.Close()); err == nil && hex.EncodeToString(hash.Sum(nil)) != want {
		err = errDamaged
	}
	if err != nil {
		return errors.Join(err, os.Remove(to+part))
	}
	return os.Rename(to+part, to)
}

// lock waits until nobody else holds the lock of that file; the kernel ends the
// hold of whoever dies.
func lock(ctx context.Context, path string) (unlock func(), err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	for {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { file.Close() }, nil // which unlocks; nothing was written
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			return nil, errors.Join(err, file.Close())
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), file.Close())
		case <-time.After(50 * time.Millisecond):
		}
	}
}
