package pipeline

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cuepipe/cuepipe/integration/person"
)

// The command line, as its user runs it, against the deployed stack.
func TestTheCommandLine(t *testing.T) {
	t.Parallel()
	p := person.New(t, deployed)
	program := filepath.Join(root, "bin", "cuepipe")
	if _, err := os.Stat(program); err != nil {
		t.Fatalf("bin/cuepipe is missing: run make build: %v", err)
	}
	text, err := os.ReadFile(filepath.Join(root, "samples", "sample.txt"))
	if err != nil {
		t.Fatal(err)
	}
	output := filepath.Join(t.TempDir(), "captions.vtt")
	run := func(wantCode int, args ...string) string {
		t.Helper()
		var out, said bytes.Buffer
		cmd := exec.CommandContext(t.Context(), program, args...)
		cmd.Env = append(os.Environ(), "CUEPIPE_API="+deployed.API, "CUEPIPE_TOKEN="+p.Token)
		cmd.Stdout, cmd.Stderr = &out, &said
		err := cmd.Run()
		if code := cmd.ProcessState.ExitCode(); code != wantCode {
			t.Fatalf("cuepipe %s: code %d, %v: %s", strings.Join(args, " "), code, err, said.String())
		}
		if strings.Contains(said.String()+out.String(), p.Token) || strings.Contains(said.String()+out.String(), "X-Amz-Signature") {
			t.Errorf("cuepipe %s shows a secret", strings.Join(args, " "))
		}
		return out.String()
	}
	lines := strings.Split(strings.TrimSpace(run(0, "caption", filepath.Join(root, "samples", "sample.mp4"), "--output", output, "--json")), "\n")
	var result struct {
		Type, ID, Status, Output string
		Cues                     int
	}
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &result); err != nil || result.Type != "result" || result.Status != "ready" || result.Output != output {
		t.Fatalf("the last line is %s, %v", lines[len(lines)-1], err)
	}
	vtt, err := os.ReadFile(output)
	if err != nil {
		t.Fatal(err)
	}
	understood(t, string(vtt), string(text), 0.10)
	if list := run(0, "list"); !strings.Contains(list, result.ID) || !strings.Contains(list, "sample.mp4") {
		t.Errorf("list: %s", list)
	}
	if got := run(0, "captions", result.ID, "--output", "-"); got != string(vtt) {
		t.Errorf("captions: %s", got)
	}
	run(0, "rm", result.ID)
	run(1, "get", result.ID)

	notes := filepath.Join(t.TempDir(), "notes.mp4")
	if err := os.WriteFile(notes, []byte("This is no film."), 0o600); err != nil {
		t.Fatal(err)
	}
	run(4, "caption", notes)
	if _, err := os.Stat(strings.TrimSuffix(notes, ".mp4") + ".vtt"); err == nil {
		t.Error("captions were written for a file that is no film")
	}
}
