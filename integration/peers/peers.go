// Package peers has other recognisers hear the same recordings as ours. They
// are what tools/fetch/peers.sh installs.
package peers

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/cuepipe/cuepipe/integration/recogniser/recording"
	"github.com/cuepipe/cuepipe/internal/caption"
	"github.com/cuepipe/cuepipe/internal/speech"
)

// Their names.
const (
	Whisper = "faster-whisper"
	Sphinx  = "pocketsphinx"
)

//go:embed peers.py
var program []byte

// Heard is what a peer makes of some files.
type Heard struct {
	Load  float64 `json:"load_s"`
	Peak  float64 `json:"peak_mb"`
	Files []struct {
		Took float64 `json:"hear_s"`
		Cues []Cue   `json:"cues"`
	} `json:"files"`
}

// A Cue is one of a peer's own: times in seconds, and its text in one line.
type Cue struct {
	Start float64 `json:"start"`
	End   float64 `json:"end"`
	Text  string  `json:"text"`
}

// Hear has a peer hear WAV files in a process of its own, with both processors.
func Hear(ctx context.Context, name string, files []string) (h Heard, err error) {
	models, err := recording.Cache("peers")
	if err != nil {
		return h, err
	}
	cmd := exec.CommandContext(ctx, filepath.Join(models, "bin", "python"), append([]string{"-", name, models}, files...)...)
	cmd.Stdin = bytes.NewReader(program)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return h, fmt.Errorf("%s: %w: %s", name, err, said.String())
	}
	if err := json.Unmarshal(out, &h); err != nil {
		return h, fmt.Errorf("%s: %w", name, err)
	}
	if len(h.Files) != len(files) {
		return h, fmt.Errorf("%s heard %d of %d files", name, len(h.Files), len(files))
	}
	return h, nil
}

// Words are the cue's, spread evenly over its time.
func (c Cue) Words() (words []speech.Word) {
	parts := strings.Fields(c.Text)
	length := at(c.End) - at(c.Start)
	for n, part := range parts {
		words = append(words, speech.Word{Text: part, Start: at(c.Start) + length*time.Duration(n)/time.Duration(len(parts)),
			End: at(c.Start) + length*time.Duration(n+1)/time.Duration(len(parts))})
	}
	return words
}

// Caption is the cue in lines of at most that many characters, each filled up:
// a peer leaves that to the player.
func (c Cue) Caption(most int) caption.Cue {
	var lines []string
	for _, w := range strings.Fields(c.Text) {
		if n := len(lines); n > 0 && caption.Chars(lines[n-1])+1+caption.Chars(w) <= most {
			lines[n-1] += " " + w
			continue
		}
		lines = append(lines, w)
	}
	return caption.Cue{Start: at(c.Start), End: at(c.End), Lines: lines}
}

func at(seconds float64) time.Duration {
	return time.Duration(seconds * float64(time.Second)).Round(time.Millisecond)
}

// WriteWAV writes one channel of 16 bits.
func WriteWAV(path string, pcm []int16) error {
	size := uint32(2 * len(pcm))
	b := append([]byte("RIFF"), binary.LittleEndian.AppendUint32(nil, 36+size)...)
	b = append(b, "WAVEfmt "...)
	for _, v := range []any{uint32(16), uint16(1), uint16(1), uint32(speech.SampleRate), uint32(2 * speech.SampleRate), uint16(2), uint16(16)} {
		b, _ = binary.Append(b, binary.LittleEndian, v) // numbers of fixed size cannot fail
	}
	b = append(append(b, "data"...), binary.LittleEndian.AppendUint32(nil, size)...)
	b, err := binary.Append(b, binary.LittleEndian, pcm)
	if err != nil {
		return err
	}
	return os.WriteFile(path, b, 0o600)
}
