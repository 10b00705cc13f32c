package cuepipe

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cuepipe/cuepipe/internal/video"
)

func TestCheckPackages(t *testing.T) {
	dist := builtFunctions(t)
	if err := CheckPackages(dist); err != nil {
		t.Fatalf("all is built: %v", err)
	}
	program := filepath.Join(dist, "captioner", "bootstrap")
	if err := os.Chmod(program, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := CheckPackages(dist); err == nil || !strings.Contains(err.Error(), program+" is not executable") {
		t.Errorf("one that may not be executed: %v", err)
	}
	if err := os.Remove(program); err != nil {
		t.Fatal(err)
	}
	if err := CheckPackages(dist); err == nil || !strings.Contains(err.Error(), program+" is missing") {
		t.Errorf("one that is missing: %v", err)
	}
}

// A full pipeline leaves a new account's API room to answer.
func TestNumbersFitANewAccount(t *testing.T) {
	for _, name := range []string{"dev", "prod"} {
		stage, err := StageNamed(name)
		if err != nil {
			t.Fatal(err)
		}
		n := numbersFor(stage, stage.Transcribers)
		if used := n.uploads.concurrency + n.segments.concurrency; used+spareConcurrency > newAccountConcurrency {
			t.Errorf("stage %s: %d functions consume queues at once, and %d of %d must be left", name, used, spareConcurrency, newAccountConcurrency)
		}
		// A message that fails every time must have become a dead letter before its
		// queue forgets it.
		if last := video.MaxTries * visibility(n.transcriber.timeout); last.Hours() >= queueDays*24 {
			t.Errorf("stage %s: a message is given up after %v, its queue keeps it for %d days", name, last, queueDays)
		}
	}
}
