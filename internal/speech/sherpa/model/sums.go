package model

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// SumsFile has the checksums of the folder's files, as sha256sum writes them.
const SumsFile = "SHA256SUMS"

// mostFiles is how many files a folder may list; the largest release has 30.
const mostFiles = 100

// ReadSums reads checksums by the names of their files, all of which lie below
// the folder.
func ReadSums(r io.Reader) (map[string]string, error) {
	sums := map[string]string{}
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		sum, name, ok := strings.Cut(lines.Text(), " ")
		name = strings.TrimPrefix(strings.TrimLeft(name, " *"), "./")
		if raw, err := hex.DecodeString(sum); !ok || err != nil || len(raw) != sha256.Size {
			return nil, fmt.Errorf("line %d is no checksum as sha256sum writes it", n)
		}
		if name == SumsFile { // of an earlier one, when it was written anew
			continue
		}
		if !filepath.IsLocal(name) || filepath.Clean(name) != name {
			return nil, fmt.Errorf("line %d is of %q, which is no file below the folder", n, name)
		}
		sums[name] = strings.ToLower(sum)
		if len(sums) > mostFiles {
			return nil, fmt.Errorf("it lists more than %d files", mostFiles)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if len(sums) == 0 {
		return nil, errors.New("it lists no file")
	}
	return sums, nil
}

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
			return "", fmt.Errorf("%s does not list %s: write it again with sha256sum", filepath.Join(m.Dir, SumsFile), name)
		}
	}
	all := used // beside them a model may have weights in files that it opens itself
	if listed != nil {
		all = slices.Sorted(maps.Keys(listed))
	}
	fingerprint := sha256.New()
	for _, name := range all {
		path := filepath.Join(m.Dir, name)
		got, err := sum(path)
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
	path := filepath.Join(m.Dir, SumsFile)
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the model's checksums: %w", err)
	}
	defer file.Close()
	sums, err := ReadSums(file)
	if err != nil {
		return nil, fmt.Errorf("read the model's checksums in %s: %w", path, err)
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
