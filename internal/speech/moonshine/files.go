package moonshine

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/cuepipe/cuepipe/internal/checksum"
)

// The recogniser's folder, as tools/fetch/recogniser.sh makes it.
const (
	runtimeFile = "libonnxruntime.so"
	encoderFile = "moonshine/encoder.onnx"
	decoderFile = "moonshine/decoder.onnx"
	tokensFile  = "moonshine/tokens.txt"
	sileroFile  = "silero/silero_vad.onnx"
)

// verify compares each of the folder's files with SHA256SUMS in it, before
// anything is loaded: a damaged library would take the process with it.
func verify(dir string) error {
	sums, err := readSums(filepath.Join(dir, checksum.File))
	if err != nil {
		return err
	}
	for _, name := range []string{runtimeFile, encoderFile, decoderFile, tokensFile, sileroFile} {
		path := filepath.Join(dir, name)
		want, ok := sums[name]
		if !ok {
			return fmt.Errorf("%s does not list %s: fetch the recogniser again", filepath.Join(dir, checksum.File), name)
		}
		got, err := checksum.Of(path)
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

func readSums(path string) (map[string]string, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("the recogniser's checksums cannot be read: fetch the recogniser again: %w", err)
	}
	defer file.Close()
	sums, err := checksum.Read(file)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w: fetch the recogniser again", path, err)
	}
	return sums, nil
}
