package checksum

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestListsOfSHA256Sum(t *testing.T) {
	a, b := strings.Repeat("0a", 32), strings.Repeat("B1", 32)
	got, err := Read(strings.NewReader(a + "  model.onnx\n" + b + " *deep/./tokens.txt\n"))
	if err == nil {
		t.Errorf("a name that is not as it would be written: %v", got)
	}
	got, err = Read(strings.NewReader(a + "  ./model.onnx\n" + b + " *deep/to kens.txt\n" + a + "  " + File + "\n"))
	if want := map[string]string{"model.onnx": a, "deep/to kens.txt": strings.ToLower(b)}; err != nil || !maps.Equal(got, want) {
		t.Errorf("%v, %v, want %v", got, err, want)
	}
	for what, c := range map[string]struct{ list, says string }{
		"nothing":          {"", "no file"},
		"only itself":      {a + "  " + File + "\n", "no file"},
		"a page":           {"<html>\n", "line 1"},
		"a short checksum": {a + "  x\n" + a[2:] + "  y\n", "line 2"},
		"no hexadecimal":   {strings.Repeat("zz", 32) + "  x\n", "line 1"},
		"a file outside":   {a + "  ../x\n", "no file below"},
		"an absolute path": {a + "  /etc/passwd\n", "no file below"},
		"too many":         {a + "  x" + manyMore(a), "more than"},
		"a line too long":  {a + "  " + strings.Repeat("x", 70<<10), "too long"},
	} {
		if got, err := Read(strings.NewReader(c.list)); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, %v", what, got, err)
		}
	}
}

func manyMore(sum string) string {
	var list strings.Builder
	for n := range mostFiles {
		fmt.Fprintf(&list, "\n%s  x%d", sum, n)
	}
	return list.String()
}

func TestTheChecksumOfAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	if err := os.WriteFile(path, []byte("abc"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := Of(path); err != nil || got != fmt.Sprintf("%x", sha256.Sum256([]byte("abc"))) {
		t.Errorf("%s, %v", got, err)
	}
	if _, err := Of(path + "x"); !os.IsNotExist(err) {
		t.Errorf("%v", err)
	}
}
