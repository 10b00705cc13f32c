package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"
)

// A board shows several files at once. It is safe for concurrent use, and each
// of its displays belongs to one file.
type board interface {
	of(path string) display
	say(line string) // for people, and stays
	json(v any)      // for scripts
}

// board picks one as display does.
func (a *app) board(scripts bool) board {
	p := plainBoard{scripts: scripts, out: &whole{w: a.out}, err: &whole{w: a.err}}
	if scripts || !a.terminal {
		return &p
	}
	return &screen{plainBoard: p, width: widthOf(a.err)}
}

// whole lets one write pass after the other, so that lines stay whole.
type whole struct {
	mu sync.Mutex
	w  io.Writer
}

func (w *whole) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.w.Write(p)
}

// A plainBoard writes lines that name their file.
type plainBoard struct {
	scripts  bool
	out, err io.Writer
}

func (b *plainBoard) of(path string) display {
	if b.scripts {
		return &jsonLines{out: b.out, file: path, pace: pace{every: time.Second}}
	}
	return &lines{out: b.err, before: plain(path) + ": ", pace: pace{every: 5 * time.Second}}
}

func (b *plainBoard) say(line string) { fmt.Fprintln(b.err, line) }

func (b *plainBoard) json(v any) { writeJSON(b.out, v) }

// A screen has a row for each file in work at the terminal's end, and what was
// said above them.
type screen struct {
	plainBoard
	width func() int // of the terminal, in cells

	mu    sync.Mutex
	rows  []*row
	drawn int // rows that stand there
	at    time.Time
}

// A row is the display of one file.
type row struct {
	screen *screen
	name   string
	last   state
	there  bool
}

func (s *screen) of(path string) display { return &row{screen: s, name: plain(path)} }

func (s *screen) say(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.draw(line + "\n")
}

func (r *row) show(now state) {
	s := r.screen
	s.mu.Lock()
	defer s.mu.Unlock()
	another := !r.there || now.Status != r.last.Status
	if !r.there {
		r.there = true
		s.rows = append(s.rows, r)
	}
	r.last = now
	if another || time.Since(s.at) >= 100*time.Millisecond { // bytes come by thousands
		s.draw("")
	}
}

func (r *row) clear() {
	s := r.screen
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.Index(s.rows, r); i >= 0 {
		s.rows = slices.Delete(s.rows, i, i+1)
		s.draw("")
	}
}

// draw writes the rows anew, below what is said, in one write.
func (s *screen) draw(said string) {
	var b strings.Builder
	if s.drawn > 0 {
		fmt.Fprintf(&b, "\x1b[%dA\r\x1b[J", s.drawn) // up to the first row, and away with all below
	}
	b.WriteString(said)
	width := s.width()
	for _, r := range s.rows {
		words := "  " + r.last.inALine()
		b.WriteString(cut(r.name, max(10, width-1-len(words))) + cut(words, max(0, width-11)) + "\n")
	}
	s.drawn, s.at = len(s.rows), time.Now()
	_, _ = io.WriteString(s.err, b.String()) // one that cannot be drawn is not missed
}

// cut shortens s to so many cells, by its start, where names differ least.
func cut(s string, most int) string {
	cells := 0
	runes := []rune(s)
	for i, r := range slices.Backward(runes) {
		if cells++; r >= 0x1100 { // where scripts begin whose characters are two cells wide
			cells++
		}
		if cells > most {
			return "…" + string(runes[min(i+2, len(runes)):])
		}
	}
	return s
}

// widthOf asks the terminal each time, since it may be resized.
func widthOf(w io.Writer) func() int {
	f, ok := w.(*os.File)
	return func() int {
		if ok {
			if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
				return width
			}
		}
		return 80
	}
}
