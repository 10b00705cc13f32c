package main

import (
	"bytes"
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// linked makes a program with that run path, or none.
func linked(t *testing.T, runPath string) string {
	t.Helper()
	dir := t.TempDir()
	source, program := filepath.Join(dir, "main.c"), filepath.Join(dir, "program")
	if err := os.WriteFile(source, []byte("int main(void) { return 7; }"), 0o644); err != nil {
		t.Fatal(err)
	}
	args := []string{"-o", program, source}
	if runPath != "" {
		args = append(args, "-Wl,--enable-new-dtags,-rpath,"+runPath)
	}
	if said, err := exec.Command("gcc", args...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	return program
}

func TestTheRunPathIsTheProgramsOwnFolder(t *testing.T) {
	const old = "/home/somebody/go/pkg/mod/example.org/library@v1.2.3/lib"
	path := linked(t, old)
	if err := change(path); err != nil {
		t.Fatal(err)
	}
	program, err := elf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer program.Close()
	if got, err := program.DynString(elf.DT_RUNPATH); err != nil || !slices.Equal(got, []string{"$ORIGIN"}) {
		t.Errorf("the run path is %q, %v", got, err)
	}
	content, err := os.ReadFile(path)
	if err != nil || bytes.Contains(content, []byte("somebody")) {
		t.Errorf("the old path is still there: %v", err)
	}
	if err := exec.Command(path).Run(); err == nil || err.Error() != "exit status 7" {
		t.Errorf("the program now ends with %v", err)
	}
}

func TestWhatCannotBeChangedIsAnError(t *testing.T) {
	text := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(text, []byte("no program"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{
		"no file": text + "s", "no program": text, "no run path": linked(t, ""), "a short one": linked(t, "/lib"),
	} {
		if err := change(path); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
