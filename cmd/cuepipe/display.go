package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/schollz/progressbar/v3"
)

// A display shows states while they come. clear takes away what would stand in
// the way of a last word.
type display interface {
	show(s state)
	clear()
}

// display picks one: JSON for scripts, bars where somebody watches, lines for
// logs.
func (a *app) display(scripts bool) display {
	switch {
	case scripts:
		return &jsonLines{out: a.out, pace: pace{every: time.Second}}
	case a.terminal:
		return &bars{out: a.err}
	}
	return &lines{out: a.err, pace: pace{every: 5 * time.Second}}
}

// A pace lets every new status through, and what changes within one now and
// then.
type pace struct {
	every time.Duration
	last  state
	at    time.Time
}

func (p *pace) due(s state) bool {
	if s == p.last || s.Status == p.last.Status && time.Since(p.at) < p.every {
		return false
	}
	p.last, p.at = s, time.Now()
	return true
}

// lines are for logs.
type lines struct {
	out io.Writer
	pace
	before, said string
}

func (l *lines) show(s state) {
	if !l.due(s) {
		return
	}
	words := s.inALine()
	if words != l.said {
		fmt.Fprintln(l.out, l.before+words)
	}
	l.said = words
}

func (l *lines) clear() {}

// jsonLines are for scripts.
type jsonLines struct {
	out  io.Writer
	file string // where there are several
	pace
}

func (j *jsonLines) show(s state) {
	if j.due(s) {
		writeJSON(j.out, struct {
			Type string `json:"type"`
			File string `json:"file,omitempty"`
			state
		}{"progress", j.file, s})
	}
}

func (j *jsonLines) clear() {}

func writeJSON(w io.Writer, v any) {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // who reads it has gone; the exit code remains
}

// bars are for people who watch: one for each stretch of work whose length is
// known, a spinner for the others.
type bars struct {
	out  io.Writer
	kind string
	said string
	bar  *progressbar.ProgressBar
}

func (b *bars) show(s state) {
	kind, at, total := "wait", int64(0), int64(-1)
	switch {
	case s.sending():
		kind, at, total = "bytes", s.Sent, s.Size
	case s.Duration > 0 && s.Heard > 0:
		kind, at, total = "sound", milliseconds(s.Heard), milliseconds(s.Duration)
	}
	if kind != b.kind {
		b.clear()
		b.kind, b.said, b.bar = kind, "", newBar(b.out, kind, total)
	}
	if total > 0 {
		// A full bar would take its line away, while the state may still last.
		// One that cannot be drawn is not missed.
		_ = b.bar.Set64(min(at, total-1))
	}
	if words := s.inWords(); words != b.said {
		b.said = words
		b.bar.Describe(words)
	}
}

func milliseconds(s float64) int64 { return int64(math.Round(s * 1000)) }

func newBar(out io.Writer, kind string, total int64) *progressbar.ProgressBar {
	throttle := time.Duration(0)
	if kind == "bytes" { // they come by thousands
		throttle = 100 * time.Millisecond
	}
	return progressbar.NewOptions64(total,
		progressbar.OptionSetWriter(out),
		progressbar.OptionSetWidth(24),
		progressbar.OptionShowBytes(kind == "bytes"),
		progressbar.OptionShowTotalBytes(kind == "bytes"),
		progressbar.OptionSetPredictTime(kind == "bytes"), // of captioning the words say it
		progressbar.OptionSetElapsedTime(true),
		progressbar.OptionSpinnerType(14),
		progressbar.OptionThrottle(throttle),
		progressbar.OptionClearOnFinish(),
		progressbar.OptionUseANSICodes(true),
	)
}

func (b *bars) clear() {
	if b.bar != nil {
		_ = b.bar.Finish() // which takes its line away
		b.bar, b.kind = nil, ""
	}
}
