package moonshine

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// The recogniser's folder, as tools/fetch/recogniser.sh makes it.
const (
	sumsFile    = "SHA256SUMS"
	runtimeFile = "libonnxruntime.so"
	encoderFile = "moonshine/encoder.onnx"
	decoderFile = "moonshine/decoder.onnx"
	tokensFile  = "moonshine/tokens.txt"
	sileroFile  = "silero/silero_vad.onnx"
)

// verify compares each of the folder's files with SHA256SUMS in it, before
// anything is loaded: a damaged library would take the process with it.
func verify(dir string) error {
	sums, err := readSums(filepath.Join(dir, sumsFile))
	if err != nil {
		return err
	}
	for _, name := range []string{runtimeFile, encoderFile, decoderFile, tokensFile, sileroFile} {
		path := filepath.Join(dir, name)
		want, ok := sums[name]
		if !ok {
			return fmt.Errorf("%s does not list %s: fetch the recogniser again", filepath.Join(dir, sumsFile), name)
		}
		got, err := sum(path)
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("recogniser file %s is missing: fetch the recogniser again: %w", path, err)
		}
		if err != nil {
			return fmt.Errorf("recogniser file %s cannot be read: %w", path, err)
		}
		if got != want {
			return fmt.Errorf("recogniser file %s is damaged: its SHA-256 is %s, not %s: fetch the recogniser again", path, got, want)
		}
	}
	return nil
}

// readSums reads the lines that sha256sum writes.
func readSums(path string) (map[string]string, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("the recogniser's checksums cannot be read: fetch the recogniser again: %w", err)
	}
	defer file.Close()
	sums := map[string]string{}
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		hash, name, ok := strings.Cut(lines.Text(), " ")
		if !ok || len(hash) != hex.EncodedLen(sha256.Size) {
			return nil, fmt.Errorf("%s has a line that is no checksum: fetch the recogniser again", path)
		}
		sums[strings.TrimLeft(name, " *")] = hash
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return sums, nil
}

func sum(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}
