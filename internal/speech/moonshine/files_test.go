package moonshine

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cuepipe/cuepipe/internal/checksum"
)

// folder makes one with the names of the recogniser's files, small contents
// and fitting checksums.
func folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	var sums strings.Builder
	for _, name := range []string{runtimeFile, encoderFile, decoderFile, tokensFile, sileroFile} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(name), 0o644); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256([]byte(name)), name)
	}
	if err := os.WriteFile(filepath.Join(dir, checksum.File), []byte(sums.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestVerifyAcceptsAWholeFolder(t *testing.T) {
	if err := verify(folder(t)); err != nil {
		t.Error(err)
	}
}

func TestLoadNamesTheFileThatIsMissingOrDamaged(t *testing.T) {
	for _, name := range []string{runtimeFile, encoderFile, decoderFile, tokensFile, sileroFile} {
		for damage, do := range map[string]func(path string) error{
			"missing":   os.Remove,
			"truncated": func(path string) error { return os.Truncate(path, 3) },
			"changed":   func(path string) error { return os.WriteFile(path, []byte(strings.ToUpper(name)), 0o644) },
			"a folder":  func(path string) error { os.Remove(path); return os.Mkdir(path, 0o755) },
		} {
			t.Run(name+" "+damage, func(t *testing.T) {
				dir := folder(t)
				path := filepath.Join(dir, name)
				if err := do(path); err != nil {
					t.Fatal(err)
				}
				_, err := Load(dir)
				if err == nil || !strings.Contains(err.Error(), path) {
					t.Errorf("error %v, want one that names %s", err, path)
				}
			})
		}
	}
}

func TestLoadRefusesBadChecksums(t *testing.T) {
	for name, sums := range map[string]string{
		"none":           "",
		"not checksums":  "hello\n",
		"only one file":  fmt.Sprintf("%x  %s\n", sha256.Sum256([]byte(runtimeFile)), runtimeFile),
		"a short one":    "abcd  " + runtimeFile + "\n",
		"an endless one": strings.Repeat("a", 1<<17),
	} {
		t.Run(name, func(t *testing.T) {
			dir := folder(t)
			path := filepath.Join(dir, checksum.File)
			if err := os.WriteFile(path, []byte(sums), 0o644); err != nil {
				t.Fatal(err)
			}
			if _, err := Load(dir); err == nil || !strings.Contains(err.Error(), path) {
				t.Errorf("error %v, want one that names %s", err, path)
			}
		})
	}
	t.Run("no file", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "nowhere")
		if _, err := Load(dir); err == nil || !strings.Contains(err.Error(), dir) {
			t.Errorf("error %v, want one that names %s", err, dir)
		}
	})
}
