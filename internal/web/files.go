package web

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"unicode/utf8"
)

// Files are the page's files, in memory.
type Files struct {
	index, description file
	assets             map[string]file // by their path below assets/
}

type file struct {
	content           []byte
	contentType, etag string
}

// mostBytes is what one file may have: Lambda answers with 6 MB at most, as
// JSON, in which some characters take six bytes.
const mostBytes = 1 << 20

// contentTypes are those of the files that a build of the page may have. All
// are text: see the package.
var contentTypes = map[string]string{
	".html": "text/html; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".svg":  "image/svg+xml",
	".json": "application/json",
	".txt":  "text/plain; charset=utf-8",
	".yaml": "application/yaml", // RFC 9512
}

// Load reads the page: index.html, everything in assets/, and openapi.yaml.
func Load(from fs.FS) (Files, error) {
	files := Files{assets: map[string]file{}}
	var err error
	if files.index, err = load(from, "index.html"); err != nil {
		return Files{}, err
	}
	if files.description, err = load(from, "openapi.yaml"); err != nil {
		return Files{}, err
	}
	err = fs.WalkDir(from, "assets", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		files.assets[strings.TrimPrefix(name, "assets/")], err = load(from, name)
		return err
	})
	if err != nil {
		return Files{}, fmt.Errorf("read the page's files: %w", err)
	}
	return files, nil
}

func load(from fs.FS, name string) (file, error) {
	content, err := fs.ReadFile(from, name)
	if err != nil {
		return file{}, fmt.Errorf("read the page: %w", err)
	}
	contentType := contentTypes[path.Ext(name)]
	switch {
	case contentType == "" || !utf8.Valid(content):
		return file{}, fmt.Errorf("read the page: %s is no text of a known kind, and API Gateway hands nothing else through", name)
	case len(content) > mostBytes:
		return file{}, fmt.Errorf("read the page: %s has %d bytes, and %d are the most", name, len(content), mostBytes)
	}
	sum := sha256.Sum256(content)
	return file{content, contentType, `"` + base64.RawURLEncoding.EncodeToString(sum[:16]) + `"`}, nil
}
