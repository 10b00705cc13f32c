// Package checksum reads files as sha256sum writes them, by which the files of
// a folder are checked before anything is made of them.
package checksum

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// File is the name under which a folder has the checksums of its files.
const File = "SHA256SUMS"

// mostFiles is how many files a folder may list; the largest release of a model
// has 30.
const mostFiles = 100

// Read returns checksums, in lower case, by the names of their files, all of
// which lie below the folder that the list is of. A list that it is not, or of no
// files, is an error that names the line.
func Read(r io.Reader) (map[string]string, error) {
	sums := map[string]string{}
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		sum, name, ok := strings.Cut(lines.Text(), " ")
		name = strings.TrimPrefix(strings.TrimLeft(name, " *"), "./")
		if raw, err := hex.DecodeString(sum); !ok || err != nil || len(raw) != sha256.Size {
			return nil, fmt.Errorf("line %d is no checksum as sha256sum writes it", n)
		}
		if name == File { // of an earlier one, when it was written anew
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

// Of returns a file's SHA-256 as Read does.
func Of(path string) (string, error) {
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
