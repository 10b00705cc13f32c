package sherpa

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/speech/sherpa/wire"
)

// A child of the tests is this test's own binary. It is given a folder as the
// real one is, and behaves as a file in it says.
const behaviour = "behaviour"

func TestMain(m *testing.M) {
	if len(os.Args) == 2 {
		if _, err := os.Stat(filepath.Join(os.Args[1], behaviour)); err == nil {
			fake(os.Args[1])
			os.Exit(0)
		}
	}
	os.Exit(m.Run())
}

// fake is the child. Its words are how many samples it heard and the largest of
// them, so that no answer can be taken for another's.
func fake(folder string) {
	answers := os.NewFile(wire.Answers, "answers")
	behave := func() string {
		text, err := os.ReadFile(filepath.Join(folder, behaviour))
		if err != nil {
			return err.Error()
		}
		return string(text)
	}
	fmt.Println("loading") // what a library prints is no answer
	switch behave() {
	case "exit at start":
		fmt.Fprintln(os.Stderr, "the model file cannot be read")
		os.Exit(7)
	case "hang at start":
		time.Sleep(time.Hour)
	case "refuse":
		_ = wire.Write(answers, wire.Hello{Problem: folder + " has no model"})
		return
	}
	if wire.Write(answers, wire.Hello{Version: "1.2.3"}) != nil {
		return
	}
	for {
		pcm, err := wire.ReadSound(os.Stdin)
		if err != nil {
			return
		}
		a := wire.Answer{Language: "de", Text: fmt.Sprintf("heard %d and %d", len(pcm), slices.Max(pcm))}
		switch behave() {
		case "crash":
			fmt.Fprintln(os.Stderr, strings.Repeat("x", 100_000)+"\nterminate called")
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL) // as an abort is to who looks from outside
			time.Sleep(time.Hour)
		case "exit":
			os.Exit(3)
		case "hang":
			time.Sleep(time.Hour)
		case "garbage":
			_, _ = answers.WriteString("what():  bad model, and some more text that is no frame")
			continue
		case "half":
			_, _ = answers.Write([]byte{200, 0, 0, 0, '{'})
			os.Exit(4)
		case "oversized":
			_, _ = answers.Write(bytes.Repeat([]byte{0xff}, 1<<20))
			continue
		case "impossible":
			a.Tokens = []wire.Token{{Text: []byte(" a"), Start: 1000}}
		case "problem":
			a = wire.Answer{Problem: "no stream"}
		case "orphan":
			pid, err := os.StartProcess("/bin/sleep", []string{"sleep", "60"}, &os.ProcAttr{})
			if err == nil {
				_ = os.WriteFile(filepath.Join(folder, "orphan"), fmt.Append(nil, pid.Pid), 0o644)
			}
			time.Sleep(time.Hour)
		}
		if wire.Write(answers, a) != nil {
			return
		}
	}
}

// folderOf makes a model's folder for a fake child.
func folderOf(t *testing.T, how string) string {
	t.Helper()
	folder := t.TempDir()
	for name, text := range map[string]string{
		"tiny-encoder.int8.onnx": "e", "tiny-decoder.int8.onnx": "d", "tiny-tokens.txt": "t", behaviour: how,
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// becomes changes how the child of a folder behaves from its next sound on.
func becomes(t *testing.T, folder, how string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(folder, behaviour), []byte(how), 0o644); err != nil {
		t.Fatal(err)
	}
}

// loud is a detector that hears speech wherever there is any sound.
type loud struct{}

func (loud) Activity(ctx context.Context, pcm []int16) (speech.Activity, error) {
	const frame = 512
	a := speech.Activity{Frame: frame, Samples: len(pcm)}
	for part := range slices.Chunk(pcm, frame) {
		p := float32(0.01)
		if slices.ContainsFunc(part, func(v int16) bool { return v != 0 }) {
			p = 0.95
		}
		a.Probabilities = append(a.Probabilities, p)
	}
	return a, ctx.Err()
}

func program(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return self
}

// loaded is an engine with a fake child.
func loaded(t *testing.T, folder string) *Engine {
	t.Helper()
	e, err := Load(t.Context(), Options{Program: program(t), Folder: folder, Detector: loud{}, DetectorName: "loud 1"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// sound lasts d, and has one value throughout.
func sound(d time.Duration, value int16) []int16 {
	return slices.Repeat([]int16{value}, speech.Samples(d))
}

// sentences are sounds with silence between them, each a chunk by itself.
func sentences(values ...int16) []int16 {
	var pcm []int16
	for _, v := range values {
		pcm = append(append(pcm, sound(3*time.Second, v)...), make([]int16, speech.Samples(3*time.Second))...)
	}
	return pcm
}
