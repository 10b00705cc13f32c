package bucket

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/cuepipe/cuepipe/internal/checksum"
)

// A store has files, and fails when it is told to.
type store struct {
	mu    sync.Mutex
	files map[string]string
	got   map[string]int
	fail  func(name string, try int) io.Reader // nil where it does not
}

func (s *store) Get(ctx context.Context, name string) (io.ReadCloser, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.got[name]++
	if s.fail != nil {
		if r := s.fail(name, s.got[name]); r != nil {
			return io.NopCloser(r), nil
		}
	}
	text, ok := s.files[name]
	if !ok {
		return nil, fmt.Errorf("get %s: %w", name, fs.ErrNotExist)
	}
	return io.NopCloser(strings.NewReader(text)), nil
}

// filled is a store with a model of three files.
func filled() *store {
	s := &store{files: map[string]string{"encoder.onnx": "e", "tokens.txt": "t", "more/weights.data": strings.Repeat("w", 100_000)}, got: map[string]int{}}
	for _, name := range slices.Sorted(maps.Keys(s.files)) {
		s.files[checksum.File] += fmt.Sprintf("%x  %s\n", sha256.Sum256([]byte(s.files[name])), name)
	}
	return s
}

// whole fails unless the folder has all files of a store.
func whole(t *testing.T, s *store, folder string) {
	t.Helper()
	for name, want := range s.files {
		if got, err := os.ReadFile(filepath.Join(folder, name)); err != nil || string(got) != want {
			t.Errorf("%s has %d bytes, want %d: %v", name, len(got), len(want), err)
		}
	}
}

// parts are files that must not be left.
func parts(t *testing.T, dir string) (found []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if strings.HasSuffix(path, part) {
			found = append(found, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestFetchBringsAFolderOnce(t *testing.T) {
	s, under := filled(), t.TempDir()
	folder, err := Fetch(t.Context(), s, "whisper-tiny", under)
	if err != nil {
		t.Fatal(err)
	}
	whole(t, s, folder)
	if filepath.Base(folder) != "whisper-tiny" || !strings.HasPrefix(folder, under) {
		t.Errorf("the folder is %s", folder)
	}
	again, err := Fetch(t.Context(), s, "whisper-tiny", under)
	if err != nil || again != folder || s.got["encoder.onnx"] != 1 {
		t.Errorf("again: %s, %v; %d downloads", again, err, s.got["encoder.onnx"])
	}
	other := filled()
	other.files[checksum.File] = strings.Join(strings.SplitAfter(other.files[checksum.File], "\n")[1:], "")
	if third, err := Fetch(t.Context(), other, "whisper-tiny", under); err != nil || third == folder {
		t.Errorf("another model under the same name: %s, %v", third, err)
	}
}

func TestAFileThatBreaksOffIsAskedForAgain(t *testing.T) {
	s, under := filled(), t.TempDir()
	s.fail = func(name string, try int) io.Reader {
		switch {
		case name == "more/weights.data" && try == 1:
			return io.MultiReader(strings.NewReader("www"), iotest.ErrReader(errors.New("connection reset")))
		case name == "more/weights.data" && try == 2:
			return strings.NewReader("www") // shorter, without an error
		}
		return nil
	}
	folder, err := Fetch(t.Context(), s, "m", under)
	if err != nil {
		t.Fatal(err)
	}
	whole(t, s, folder)
	if left := parts(t, under); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestFetchRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*store)
		says   string
	}{
		"no checksums":          {func(s *store) { delete(s.files, checksum.File) }, "sha256sum -- *"},
		"checksums of no kind":  {func(s *store) { s.files[checksum.File] = "<html>" }, "line 1"},
		"endless checksums":     {func(s *store) { s.files[checksum.File] = strings.Repeat("\n", mostSums+1) }, "more than"},
		"a file elsewhere":      {func(s *store) { s.files[checksum.File] += strings.Repeat("0", 64) + "  ../../bootstrap\n" }, "no file below"},
		"a file that is gone":   {func(s *store) { delete(s.files, "tokens.txt") }, "tokens.txt"},
		"a file that is other":  {func(s *store) { s.files["tokens.txt"] = "T" }, "not the file that SHA256SUMS lists"},
		"a file that is longer": {func(s *store) { s.files["tokens.txt"] += "t" }, "not the file that SHA256SUMS lists"},
	} {
		t.Run(name, func(t *testing.T) {
			s, under := filled(), t.TempDir()
			test.change(s)
			folder, err := Fetch(t.Context(), s, "m", under)
			if err == nil || folder != "" || !strings.Contains(err.Error(), test.says) {
				t.Errorf("%q, %v, want it to say %q", folder, err, test.says)
			}
			if left := parts(t, under); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func TestAddresses(t *testing.T) {
	for text, want := range map[string]Address{
		"s3://models/whisper":             {"models", "whisper"},
		"s3://my.models-1/a/b_c/turbo-1/": {"my.models-1", "a/b_c/turbo-1"},
	} {
		if got, err := ParseAddress(text); err != nil || got != want || strings.ContainsRune(got.Name(), '/') {
			t.Errorf("%s is %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{
		"", "models/whisper", "https://models/whisper", "s3://", "s3://models", "s3://models/", "s3:///whisper", "s3://Models/whisper",
		"s3://models/*", "s3://models/a/../b", "s3://models//a", "s3://models/./a", "s3://models/a?b", "s3://mo*dels/a", "s3://models/${aws:username}",
	} {
		if got, err := ParseAddress(text); err == nil || !strings.Contains(err.Error(), "s3://bucket/folder") {
			t.Errorf("%q is %+v, %v", text, got, err)
		}
	}
}

// A process that was killed in the middle leaves a part; the next one takes the
// whole files, and no part.
func TestWhatAnInterruptedFetchLeft(t *testing.T) {
	s, under := filled(), t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	s.fail = func(name string, _ int) io.Reader {
		if name == "tokens.txt" { // the last one
			cancel()
			return iotest.ErrReader(context.Canceled)
		}
		return nil
	}
	if folder, err := Fetch(ctx, s, "m", under); !errors.Is(err, context.Canceled) {
		t.Fatalf("%s, %v", folder, err)
	}
	place, err := filepath.Glob(filepath.Join(under, "*", "m"))
	if err != nil || len(place) != 1 {
		t.Fatalf("%v, %v", place, err)
	}
	for _, name := range []string{"tokens.txt" + part, checksum.File + part} {
		if err := os.WriteFile(filepath.Join(place[0], name), []byte("half"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s.fail = nil
	folder, err := Fetch(t.Context(), s, "m", under)
	if err != nil {
		t.Fatal(err)
	}
	whole(t, s, folder)
	if s.got["encoder.onnx"] != 1 || len(parts(t, under)) > 0 {
		t.Errorf("%d downloads of a whole file, left behind %v", s.got["encoder.onnx"], parts(t, under))
	}
}

func TestOneProcessAtATimeFetches(t *testing.T) {
	s, under := filled(), t.TempDir()
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			folder, err := Fetch(t.Context(), s, "m", under)
			if err != nil {
				t.Error(err)
				return
			}
			whole(t, s, folder)
		})
	}
	all.Wait()
	if s.got["encoder.onnx"] != 1 {
		t.Errorf("%d downloads, want 1", s.got["encoder.onnx"])
	}
	// Who waits stops waiting when its context ends.
	place, err := filepath.Glob(filepath.Join(under, "*", ".lock"))
	if err != nil || len(place) != 1 {
		t.Fatalf("%v, %v", place, err)
	}
	unlock, err := lock(t.Context(), place[0])
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := lock(ctx, place[0]); !errors.Is(err, context.Canceled) {
		t.Errorf("waiting with an ended context: %v", err)
	}
}
