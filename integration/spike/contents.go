package spike

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/cuepipe/cuepipe/integration/films"
	"github.com/cuepipe/cuepipe/integration/recogniser/recording"
)

// A Content is a file that many uploads have in common.
type Content struct {
	Name string
	Body []byte
	// ETag is S3's of the file.
	ETag string
}

// length is that of every film: enough for some words.
const length = 1200 * time.Millisecond

// contents makes the files: four moments of speech, one of silence, one
// without any sound, and one that is no film.
func contents(ctx context.Context) ([]Content, error) {
	clip, err := recording.Path("jfk.wav")
	if err != nil {
		return nil, err
	}
	var all []Content
	add := func(name, source string, args ...string) error {
		path, err := films.Moment(ctx, name, length, source, args...)
		if err != nil {
			return err
		}
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		all = append(all, content(name, body))
		return nil
	}
	for i, from := range []string{"0.3", "3.3", "5.3", "8.2"} {
		if err := add(fmt.Sprintf("speech-%d", i+1), clip, "-ss", from, "-i", clip); err != nil {
			return nil, err
		}
	}
	if err := add("silence", "", "-f", "lavfi", "-i", "anullsrc"); err != nil {
		return nil, err
	}
	if err := add("no-sound", ""); err != nil {
		return nil, err
	}
	return append(all, content("no-film", []byte("This is no film, whatever its name says.\n"))), nil
}

func content(name string, body []byte) Content {
	sum := md5.Sum(body)
	return Content{name, body, hex.EncodeToString(sum[:])}
}

// filename is what an upload of the content is called.
func (c Content) filename() string { return filepath.Base(c.Name) + ".mp4" }
