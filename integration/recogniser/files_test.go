package recogniser

import (
	"crypto/sha256"
	"debug/elf"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/cuepipe/cuepipe/integration/recogniser/recording"
	"github.com/cuepipe/cuepipe/internal/speech/moonshine"
)

// copied returns a folder with the recogniser's files, linked, that a test may
// replace.
func copied(t *testing.T) string {
	t.Helper()
	from, err := recording.Cache("recogniser")
	if err != nil {
		t.Fatal(err)
	}
	if from, err = filepath.EvalSymlinks(from); err != nil {
		t.Fatal(err)
	}
	to := t.TempDir()
	err = filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || path == from {
			return err
		}
		name, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return os.Mkdir(filepath.Join(to, name), 0o755)
		}
		return os.Symlink(path, filepath.Join(to, name))
	})
	if err != nil {
		t.Fatal(err)
	}
	return to
}

// replace puts other content in place of a file.
func replace(t *testing.T, path string, change func([]byte) []byte) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, change(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Damage that the checksums do not show, because they were taken from the
// damaged file: ONNX Runtime and the token table's reader must say so.
func TestDamagedModelsAreErrors(t *testing.T) {
	engine(t) // the runtime is running, from the undamaged folder
	damages := map[string]func([]byte) []byte{
		"cut in half": func(b []byte) []byte { return b[:len(b)/2] },
		"empty":       func([]byte) []byte { return nil },
		"zeros":       func(b []byte) []byte { return make([]byte, len(b)) },
	}
	for _, name := range []string{"moonshine/encoder.onnx", "moonshine/decoder.onnx", "moonshine/tokens.txt", "silero/silero_vad.onnx"} {
		for damage, change := range damages {
			t.Run(name+" "+damage, func(t *testing.T) {
				if name == "moonshine/tokens.txt" && damage == "cut in half" {
					change = func(b []byte) []byte { return b[:len(b)/2+1] } // inside a line
				}
				folder := copied(t)
				path := filepath.Join(folder, name)
				replace(t, path, change)
				damaged, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				replace(t, filepath.Join(folder, "SHA256SUMS"), func(b []byte) []byte {
					lines := strings.Split(string(b), "\n")
					for i, line := range lines {
						if strings.HasSuffix(line, "  "+name) {
							lines[i] = fmt.Sprintf("%x  %s", sha256.Sum256(damaged), name)
						}
					}
					return []byte(strings.Join(lines, "\n"))
				})
				damagedEngine, err := moonshine.Load(folder)
				if err == nil {
					damagedEngine.Close()
					t.Fatal("the damaged file was loaded")
				}
				if !strings.Contains(err.Error(), path) {
					t.Errorf("the error does not name %s: %v", path, err)
				}
			})
		}
	}
}

// Amazon Linux 2023, on which Lambda's provided.al2023 runs, has glibc 2.34
// and the C++ library of GCC 11.
func TestTheRuntimeLoadsOnLambda(t *testing.T) {
	newest := map[string][]int{"GLIBC": {2, 34}, "GLIBCXX": {3, 4, 29}, "CXXABI": {1, 3, 13}, "GCC": {7, 0, 0}}
	folder, err := recording.Cache("recogniser")
	if err != nil {
		t.Fatal(err)
	}
	library, err := elf.Open(filepath.Join(folder, "libonnxruntime.so"))
	if err != nil {
		t.Fatal(err)
	}
	defer library.Close()
	symbols, err := library.ImportedSymbols()
	if err != nil {
		t.Fatal(err)
	}
	versions := map[string]bool{}
	for _, s := range symbols {
		versions[s.Version] = true
	}
	delete(versions, "")
	if len(versions) < 3 {
		t.Fatalf("hardly any versions found: %v", versions)
	}
	for version := range versions {
		family, number, _ := strings.Cut(version, "_")
		limit, known := newest[family]
		if !known {
			t.Errorf("needs %s, which nothing is known about", version)
			continue
		}
		for i, part := range strings.Split(number, ".") {
			n, err := strconv.Atoi(part)
			if err != nil {
				t.Fatalf("version %s: %v", version, err)
			}
			if i >= len(limit) || n > limit[i] {
				t.Errorf("needs %s, newer than %v", version, limit)
			}
			if i >= len(limit) || n != limit[i] {
				break
			}
		}
	}
}
