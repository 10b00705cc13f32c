package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

func TestRunsAreReported(t *testing.T) {
	var out bytes.Buffer
	if err := simulate([]string{"250", "7"}, &out); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	var last report
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &last); err != nil {
		t.Fatal(err)
	}
	if last.Runs != 250 || last.FirstSeed != 7 || last.Steps == 0 || last.Failed != 0 || last.Ends["ready"] == 0 || last.Faults["crashed after"] == 0 {
		t.Errorf("%+v", last)
	}
}

func TestOneRunIsShownStepByStep(t *testing.T) {
	var out bytes.Buffer
	if err := simulate([]string{"1", "12"}, &out); err != nil {
		t.Fatal(err)
	}
	var calls int
	for text := range strings.Lines(out.String()) {
		var l struct{ Worker, Call string }
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		if l.Worker != "" && l.Call != "" {
			calls++
		}
	}
	if calls < 20 {
		t.Errorf("%d calls are shown", calls)
	}
}

func TestWhatCannotBeRun(t *testing.T) {
	for _, args := range [][]string{{}, {"0"}, {"many"}, {"5", "first"}, {"1", "2", "3"}} {
		if err := simulate(args, &bytes.Buffer{}); err == nil {
			t.Errorf("%q was run", args)
		}
	}
}
