package spike

import (
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/integration/functionlog"
)

func TestAnEndIsSeenWhoeverTellsOfIt(t *testing.T) {
	began := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	line := func(video, message, status, level string, at int) functionlog.Line {
		return functionlog.Line{Video: video, Message: message, Status: status, Level: level, Generation: 1, Time: began.Add(time.Duration(at) * time.Second)}
	}
	for what, c := range map[string]struct {
		lines []functionlog.Line
		ends  int
		at    time.Duration // 0: it has not ended
	}{
		"who ended it, and the notifier": {[]functionlog.Line{line("v", "finish", "ready", "INFO", 3), line("v", told, "ready", "INFO", 4)}, 1, 3 * time.Second},
		"the notifier's log comes first": {[]functionlog.Line{line("v", told, "failed", "INFO", 4), line("v", "fail", "failed", "INFO", 3)}, 1, 4 * time.Second},
		"the table's answer was lost":    {[]functionlog.Line{line("v", "message failed", "", "ERROR", 3), line("v", told, "failed", "INFO", 5)}, 0, 5 * time.Second},
		"told twice, ended once":         {[]functionlog.Line{line("v", "fail", "failed", "INFO", 3), line("v", told, "failed", "INFO", 4), line("v", told, "failed", "INFO", 5)}, 1, 3 * time.Second},
		"ended twice":                    {[]functionlog.Line{line("v", "finish", "ready", "INFO", 3), line("v", "fail", "failed", "INFO", 4)}, 2, 3 * time.Second},
		"somebody sees it ended":         {[]functionlog.Line{line("v", "the job is not wanted any more", "ready", "INFO", 3)}, 0, 0},
		"in work":                        {[]functionlog.Line{line("v", "dispatch", "captioning", "INFO", 3)}, 0, 0},
		"another video":                  {[]functionlog.Line{line("w", "finish", "ready", "INFO", 3)}, 0, 0},
	} {
		w := &watch{began: began, n: 1, ends: map[string]int{}, endings: map[string]time.Duration{}, running: map[string]bool{}}
		w.arrived("v")
		for _, l := range c.lines {
			w.line(l, nil)
		}
		if w.ends["v"] != c.ends || w.endings["v"] != c.at || w.over() != (c.at > 0) {
			t.Errorf("%s: ended %d times, first at %v, over: %v", what, w.ends["v"], w.endings["v"], w.over())
		}
	}
}
