package main

import (
	"bytes"
	"crypto/rand"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTooNew(t *testing.T) {
	cases := map[string]bool{
		"GLIBC_2.34":     false,
		"GLIBC_2.34.1":   true,
		"GLIBC_2.35":     true,
		"GLIBC_2.4":      false,
		"GLIBC_3.0":      true,
		"GLIBC_PRIVATE":  true,
		"GLIBCXX_3.4.29": false,
		"GLIBCXX_3.4.30": true,
		"GLIBCXX_3.4.9":  false,
		"CXXABI_1.3.13":  false,
		"CXXABI_1.3.14":  true,
		"VERS_1.99":      false,
		"":               false,
	}
	for version, want := range cases {
		if got := tooNew(version); got != want {
			t.Errorf("tooNew(%q) = %t", version, got)
		}
	}
}

// dist makes a folder of packages with one file each, of incompressible bytes.
func dist(t *testing.T, sizes map[string]int64) string {
	t.Helper()
	dir := t.TempDir()
	for name, size := range sizes {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
		file, err := os.Create(filepath.Join(dir, name, "bootstrap"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.CopyN(file, rand.Reader, size); err != nil {
			t.Fatal(err)
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestAPackageMayNotGrowOverItsLimit(t *testing.T) {
	var out bytes.Buffer
	if err := checkAll(dist(t, map[string]int64{"captioner": 11e6, "transcriber": 13e6}), &out); err != nil {
		t.Errorf("within the limits: %v", err)
	}
	if !strings.Contains(out.String(), "captioner: 11.0 MB") {
		t.Errorf("the sizes are told as %q", out.String())
	}
	err := checkAll(dist(t, map[string]int64{"captioner": 13e6}), io.Discard)
	if err == nil || !strings.Contains(err.Error(), "captioner has 13.0 MB zipped") {
		t.Errorf("over the limit: %v", err)
	}
}

// A model may make the package large, but not larger than Lambda takes.
func TestAModelMayMakeAPackageLarge(t *testing.T) {
	dir := dist(t, map[string]int64{"transcriber": 1e6})
	model := filepath.Join(dir, "transcriber", "models", "whisper", "encoder.onnx")
	if err := os.MkdirAll(filepath.Dir(model), 0o755); err != nil {
		t.Fatal(err)
	}
	file, err := os.Create(model)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := io.CopyN(file, rand.Reader, 50e6); err != nil {
		t.Fatal(err)
	}
	if err := checkAll(dir, io.Discard); err != nil {
		t.Errorf("a model of 50 MB: %v", err)
	}
	if err := file.Truncate(lambdaLimit); err != nil { // zeros, which zip to nothing
		t.Fatal(err)
	}
	if err := checkAll(dir, io.Discard); err == nil || !strings.Contains(err.Error(), "can come from a bucket") {
		t.Errorf("a model larger than Lambda takes: %v", err)
	}
}

func TestAProgramOfThisMachineIsRead(t *testing.T) {
	// The test's own program: whatever it needs, reading it must not fail.
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(self)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := checkProgram(self, file); err != nil && strings.Contains(err.Error(), "read ") {
		t.Error(err)
	}
}
