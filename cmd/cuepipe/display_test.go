package main

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// someStates is a video's way, a state each 100 ms, for ten seconds of
// recognition.
func someStates(show func(state)) {
	show(state{Status: uploading, Size: 1e6})
	show(state{ID: "x", Status: uploading, Size: 1e6, Sent: 5e5})
	show(state{ID: "x", Status: "queued"})
	for heard := range 100 {
		time.Sleep(100 * time.Millisecond)
		show(state{ID: "x", Status: "captioning", Heard: float64(heard), Duration: 100, Total: 1})
	}
}

func TestLogsGetALineNowAndThen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		a := &app{console: console{err: &out}}
		someStates(a.display(false).show)
		want := "uploading, 0% of 1.0 MB\nwaiting for a worker\nrecognising speech\nrecognising speech, 0:50 of 1:40\n"
		if out.String() != want {
			t.Errorf("%q, want %q", out.String(), want)
		}
	})
}

func TestScriptsGetALineASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		a := &app{console: console{out: &out}}
		someStates(a.display(true).show)
		if n := strings.Count(out.String(), "\n"); n < 10 || n > 13 {
			t.Errorf("%d lines:\n%s", n, out.String())
		}
	})
}

func TestBarsShowHowFarAndGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		a := &app{console: console{err: &out, terminal: true}}
		d := a.display(false)
		someStates(d.show)
		d.clear()
		time.Sleep(time.Second) // the spinner's goroutine ends by itself
		for _, want := range []string{"uploading", "waiting for a worker", "recognising speech, 0:50 of 1:40", "50%"} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%q was not shown in %q", want, out.String())
			}
		}
		if !strings.HasSuffix(out.String(), "\x1b[2K\r") {
			t.Errorf("the last line stays: %q", out.String()[max(0, out.Len()-80):])
		}
	})
}

func TestClock(t *testing.T) {
	for s, want := range map[float64]string{0: "0:00", 59.99: "0:59", 60: "1:00", 3599: "59:59", 3600: "1:00:00", 7325: "2:02:05"} {
		if got := clock(s); got != want {
			t.Errorf("clock(%v) = %s, want %s", s, got, want)
		}
	}
}
