// Package recording gives tests and benchmarks of the real recogniser their
// parts: the fetched models, recordings of known words, and a decoder.
package recording

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/cuepipe/cuepipe/internal/media"
	"github.com/cuepipe/cuepipe/internal/speech"
)

// English are the clips with known words.
var English = []string{"jfk.wav", "beckett.wav", "sonnet001.mp3"}

// Cache returns a folder of the cache, such as "recogniser". An error says how
// to fill it.
func Cache(name string) (string, error) {
	root := os.Getenv("CUEPIPE_CACHE")
	if root == "" {
		repository, err := Repository()
		if err != nil {
			return "", err
		}
		root = filepath.Join(repository, ".cache")
	}
	path := filepath.Join(root, name)
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("%s is not there: run tools/fetch/%s.sh, or set CUEPIPE_CACHE to where it was fetched to: %w", path, name, err)
	}
	return path, nil
}

// Repository is the nearest folder above that has the integration module.
func Repository() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for at := dir; at != filepath.Dir(at); at = filepath.Dir(at) {
		if _, err := os.Stat(filepath.Join(at, "integration", "go.mod")); err == nil {
			return at, nil
		}
	}
	return "", fmt.Errorf("%s is not inside the repository: set CUEPIPE_CACHE to the cache's absolute path", dir)
}

// Path returns where a recording is. An error says what to set.
func Path(name string) (string, error) {
	dir := os.Getenv("CUEPIPE_SPEECH")
	if dir == "" {
		return "", errors.New("CUEPIPE_SPEECH is not set: set it to the folder of real recordings with refs.tsv (make test does)")
	}
	path := filepath.Join(dir, name)
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("recording %s is missing: set CUEPIPE_SPEECH to the folder of real recordings: %w", name, err)
	}
	return path, nil
}

// Samples decodes a recording to what an engine hears.
func Samples(name string) ([]int16, error) {
	path, err := Path(name)
	if err != nil {
		return nil, err
	}
	folder, err := Cache("ffmpeg")
	if err != nil {
		return nil, err
	}
	source, err := media.OpenFile(path)
	if err != nil {
		return nil, err
	}
	defer source.Close()
	tools := media.Tools{FFmpeg: filepath.Join(folder, "ffmpeg"), FFprobe: filepath.Join(folder, "ffprobe")}
	pcm, err := tools.Decode(context.Background(), source, media.Window{Limit: time.Hour})
	if err != nil {
		return nil, fmt.Errorf("recording %s: %w", name, err)
	}
	return pcm, nil
}

// Joined repeats the clips with known words, three seconds of silence after each, until
// they last n samples.
func Joined(n int) ([]int16, error) {
	names, err := Clips()
	if err != nil {
		return nil, err
	}
	var once []int16
	for _, name := range names {
		pcm, err := Samples(name)
		if err != nil {
			return nil, err
		}
		once = append(append(once, pcm...), make([]int16, 3*speech.SampleRate)...)
	}
	pcm := make([]int16, 0, n)
	for len(pcm) < n {
		pcm = append(pcm, once[:min(len(once), n-len(pcm))]...)
	}
	return slices.Clip(pcm), nil
}

// Clips are the recordings with known words, in the order of refs.tsv.
func Clips() (names []string, err error) {
	path, err := Path("refs.tsv")
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(text)) {
		if name, _, ok := strings.Cut(line, "\t"); ok {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("%s lists no recording", path)
	}
	return names, nil
}

// Said returns the words of each recording in refs.tsv.
func Said() (map[string]string, error) {
	path, err := Path("refs.tsv")
	if err != nil {
		return nil, err
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	said := map[string]string{}
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		if name, words, ok := strings.Cut(lines.Text(), "\t"); ok {
			said[name] = words
		}
	}
	return said, lines.Err()
}

// A Phrase is one line of a .sync file: a part of the text, and the slot of
// time in which it is said. The slot is no onset; the sound begins in it.
type Phrase struct {
	Start, End time.Duration
	Text       string
}

// Phrases reads a recording's .sync file; where there is none it returns none.
func Phrases(name string) ([]Phrase, error) {
	path, err := Path(strings.TrimSuffix(name, filepath.Ext(name)) + ".sync")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var phrases []Phrase
	for line := range strings.Lines(string(text)) {
		var id, quoted string
		var start, end float64
		if _, err := fmt.Sscanf(line, "%s %f %f %q", &id, &start, &end, &quoted); err != nil {
			return nil, fmt.Errorf("%s: %q: %w", path, line, err)
		}
		second := float64(time.Second)
		phrases = append(phrases, Phrase{time.Duration(start * second), time.Duration(end * second), quoted})
	}
	return phrases, nil
}
