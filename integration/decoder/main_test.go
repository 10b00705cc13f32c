// Package decoder tries internal/media with the ffmpeg that the project ships,
// on files that Debian's ffmpeg makes.
package decoder

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/cuepipe/cuepipe/integration/recogniser/recording"
	"github.com/cuepipe/cuepipe/internal/media"
)

// The project's own programs, and the one that makes the files.
var (
	tools   media.Tools
	encoder string
)

func TestMain(m *testing.M) {
	if err := find(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func find() error {
	folder, err := recording.Cache("ffmpeg")
	if err != nil {
		return err
	}
	tools = media.Tools{FFmpeg: filepath.Join(folder, "ffmpeg"), FFprobe: filepath.Join(folder, "ffprobe")}
	for _, program := range []string{tools.FFmpeg, tools.FFprobe} {
		if _, err := exec.LookPath(program); err != nil {
			return fmt.Errorf("%s is missing: run tools/fetch/ffmpeg.sh first", program)
		}
	}
	if encoder, err = exec.LookPath("ffmpeg"); err != nil {
		return fmt.Errorf("Debian's ffmpeg is missing, which makes the test files: run tools/fetch/test-packages.sh first")
	}
	return nil
}

// encode makes a file of that name with the encoder's arguments.
func encode(t *testing.T, name string, args ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	args = append(append([]string{"-v", "error", "-nostdin", "-y"}, args...), path)
	var said bytes.Buffer
	cmd := exec.CommandContext(t.Context(), encoder, args...)
	cmd.Stderr = &said
	if err := cmd.Run(); err != nil {
		t.Fatalf("make %s: %v: %s", name, err, said.String())
	}
	return path
}

// write makes a file of that name with those bytes.
func write(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// open opens the file as a source for the test's life.
func open(t testing.TB, path string) *media.FileSource {
	t.Helper()
	src, err := media.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = src.Close() })
	return src
}
