package memobjects

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/cuepipe/cuepipe/internal/captioning"
	"github.com/cuepipe/cuepipe/internal/captioning/captioningtest"
	"github.com/cuepipe/cuepipe/internal/media"
	"github.com/cuepipe/cuepipe/internal/video"
)

func read(ctx context.Context, src media.Source, offset, length int64) (string, error) {
	r, err := src.Open(ctx, offset, length)
	if err != nil {
		return "", err
	}
	b, err := io.ReadAll(r)
	return string(b), errors.Join(err, r.Close())
}

func TestEveryVersionOfAnUploadIsReadUntilItIsRemoved(t *testing.T) {
	ctx := t.Context()
	var u Uploads
	if _, _, err := u.Stat(ctx, "k"); !errors.Is(err, video.ErrNoObject) {
		t.Errorf("nothing is there: %v", err)
	}
	if err := u.Remove(ctx, video.Source{Key: "k"}); err != nil {
		t.Errorf("removing nothing: %v", err)
	}
	first := u.Put("k", Bytes("first"))
	second := u.Put("k", Bytes("the second"))
	newest, size, err := u.Stat(ctx, "k")
	if err != nil || newest != second || size != 10 || first == second {
		t.Errorf("newest is %v of %d bytes, %v", newest, size, err)
	}
	if got, err := read(ctx, u.Source(first, 5), 1, 3); got != "irs" || err != nil {
		t.Errorf("first version: %q, %v", got, err)
	}
	for range 2 { // one that is gone is no error
		if err := u.Remove(ctx, second); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := read(ctx, u.Source(second, 10), 0, 1); !errors.Is(err, video.ErrNoObject) {
		t.Errorf("a removed version: %v", err)
	}
	if newest, _, err := u.Stat(ctx, "k"); newest != first || err != nil {
		t.Errorf("after removing the newest: %v, %v", newest, err)
	}
	if err := u.RemoveAll(ctx, "k"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := u.Stat(ctx, "k"); !errors.Is(err, video.ErrNoObject) {
		t.Errorf("after removing all: %v", err)
	}
}

func TestAFileOnDiskIsAnUpload(t *testing.T) {
	path := filepath.Join(t.TempDir(), "film")
	if err := os.WriteFile(path, []byte("0123456789"), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := media.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var u Uploads
	s := u.Put("k", file)
	if got, err := read(t.Context(), u.Source(s, 10), 3, 4); got != "3456" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

func TestTheFirstWriterOfACaptionWins(t *testing.T) {
	ctx := t.Context()
	var c Captions
	for _, body := range []string{"first", "second"} {
		if err := c.PutOnce(ctx, "a/1", "text/plain", []byte(body)); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.PutOnce(ctx, "b/1", "text/plain", nil); err != nil {
		t.Fatal(err)
	}
	if b, err := c.Get(ctx, "a/1"); string(b) != "first" || err != nil {
		t.Errorf("%q, %v", b, err)
	}
	if err := c.RemoveAll(ctx, "a/"); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Get(ctx, "a/1"); !errors.Is(err, video.ErrNoObject) {
		t.Errorf("after removing: %v", err)
	}
	if keys := c.Keys(); !slices.Equal(keys, []string{"b/1"}) {
		t.Errorf("left are %v", keys)
	}
}

func TestJobsComeInOrder(t *testing.T) {
	var s Segments
	jobs := []captioning.Job{{VideoID: "a"}, {VideoID: "a", Segment: 1}, {VideoID: "b"}}
	for _, batch := range [][]captioning.Job{jobs[:2], jobs[2:]} {
		if err := s.Send(t.Context(), batch); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range jobs {
		if got, ok := s.Next(); got != want || !ok {
			t.Errorf("got %v, want %v", got, want)
		}
	}
	if _, ok := s.Next(); ok {
		t.Error("an empty queue had a job")
	}
}

func TestAStreamIsStoredWholeOrNotAtAll(t *testing.T) {
	captioningtest.Streams(t, &Captions{}, 1000)
}
