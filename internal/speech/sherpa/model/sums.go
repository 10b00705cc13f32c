package model

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/cuepipe/cuepipe/internal/checksum"
)

// Verify compares the folder's files with its SHA256SUMS, where it has one, and
// returns the model's fingerprint: the first 12 digits of a hash of all that
// words depend on. It reads every file.
func (m Model) Verify() (string, error) {
	used, err := m.used()
	if err != nil {
		return "", err
	}
	listed, err := m.listed()
	if err != nil {
		return "", err
	}
	for _, name := range used {
		if _, ok := listed[name]; !ok && listed != nil {
			return "", fmt.Errorf("%s does not list %s: write it again with sha256sum", filepath.Join(m.Dir, checksum.File), name)
		}
	}
	all := used // beside them a model may have weights in files that it opens itself
	if listed != nil {
		all = slices.Sorted(maps.Keys(listed))
	}
	fingerprint := sha256.New()
	for _, name := range all {
		path := filepath.Join(m.Dir, name)
		got, err := checksum.Of(path)
		if err != nil {
			return "", fmt.Errorf("read the model file: %w", err)
		}
		if want, ok := listed[name]; ok && got != want {
			return "", fmt.Errorf("the model file %s is damaged: its SHA-256 is %s, not %s", path, got, want)
		}
		fmt.Fprintf(fingerprint, "%s  %s\n", got, name)
	}
	return hex.EncodeToString(fingerprint.Sum(nil))[:12], nil
}

// used are the names of the files that the model is known to need.
func (m Model) used() ([]string, error) {
	var names []string
	for _, path := range m.Files {
		name, err := filepath.Rel(m.Dir, path)
		if err != nil {
			return nil, fmt.Errorf("name a model file: %w", err)
		}
		names = append(names, name)
	}
	if _, err := os.Stat(filepath.Join(m.Dir, settingsFile)); err == nil {
		names = append(names, settingsFile)
	}
	slices.Sort(names)
	return names, nil
}

// listed is nil where there are no checksums.
func (m Model) listed() (map[string]string, error) {
	path := filepath.Join(m.Dir, checksum.File)
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the model's checksums: %w", err)
	}
	defer file.Close()
	sums, err := checksum.Read(file)
	if err != nil {
		return nil, fmt.Errorf("read the model's checksums in %s: %w", path, err)
	}
	return sums, nil
}
