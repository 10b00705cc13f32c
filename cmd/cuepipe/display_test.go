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
		want := "uploading, 0% of 1.0 MB\nwaiting for a worker\ncaptioning\ncaptioning: 0:50 of 1:40\n"
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
		for _, want := range []string{"uploading", "waiting for a worker", "captioning: 0:50 of 1:40", "50%"} {
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

func TestStatesInWords(t *testing.T) {
	for want, s := range map[string]state{
		"uploading":                   {Status: uploading},
		"waiting for a worker":        {Status: "queued", Total: 3},
		"captioning":                  {Status: "captioning", Total: 1, Duration: 100},
		"captioning: 0:50":            {Status: "captioning", Total: 1, Heard: 50},
		"captioning: 0:50 of 1:40":    {Status: "captioning", Total: 1, Heard: 50, Duration: 100},
		"captioning: 0 of 3 segments": {Status: "captioning", Total: 3, Heard: 50, Duration: 300},
		"captioning: 2 of 3 segments": {Status: "queued", Done: 2, Total: 3, Heard: 50, Duration: 300},
		"captioning: 37 of 120 segments, about 2 min left": {Status: "captioning", Done: 37, Total: 120, Heard: 4440, Duration: 14400, Left: 129},
		"of a newer service": {Status: "of a newer service"},
	} {
		if got := s.inWords(); got != want {
			t.Errorf("%+v: %q, want %q", s, got, want)
		}
	}
	for seconds, want := range map[int]string{1: "10 s", 19: "10 s", 89: "80 s", 90: "2 min", 149: "2 min", 150: "3 min", 5369: "89 min", 5370: "1 h 30 min", 7260: "2 h 1 min"} {
		if got := roughly(seconds); got != want {
			t.Errorf("%d seconds are roughly %s, want %s", seconds, got, want)
		}
	}
}
