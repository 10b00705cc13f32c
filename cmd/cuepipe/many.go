package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"sync"

	"github.com/cuepipe/cuepipe/internal/client"
)

const (
	mostJobs = 32
	// inWorkEach is how many files are in work for each that is uploaded: what
	// is captioned costs this machine nothing.
	inWorkEach = 4
)

// captionMany captions each file by itself: one that fails does not stop the
// others.
func (a *app) captionMany(ctx context.Context, paths []string, f captionFlags, asked client.Options) error {
	if f.output != "" {
		return usage("--output names the captions of one file. Leave it out, and they are written beside each.")
	}
	w, release, err := a.way(f, asked)
	if err != nil {
		return err
	}
	defer release()
	b := a.board(f.json)
	m := many{app: a, flags: f, way: w, board: b, outputs: map[string]string{}}
	found, stopped := gather(ctx, paths, f.recursive)
	begin, stop := context.WithCancel(ctx) // ends earlier, where it is of no use to begin another
	defer stop()
	m.stop = stop
	atOnce := inWorkEach * f.jobs
	if f.local {
		atOnce = 1 // the recogniser hears one after the other
	}
	next := make(chan string)
	var wg sync.WaitGroup
	for range atOnce {
		wg.Go(func() {
			for path := range next {
				m.one(ctx, path)
			}
		})
	}
	for _, in := range found {
		if in.skip != nil {
			m.skip(in)
			continue
		}
		if m.count(&m.files); m.refused(in.path) {
			continue
		}
		select {
		case next <- in.path:
		case <-begin.Done():
			m.count(&m.notBegun)
		}
	}
	close(next)
	wg.Wait()
	if stopped != nil {
		m.conclude(exitInterrupted)
	}
	return m.end()
}

// many counts what becomes of files. Its methods may be called at once.
type many struct {
	*app
	flags captionFlags
	way   way
	board board
	stop  context.CancelFunc // begins no more

	mu                                                sync.Mutex
	files, captioned, kept, skipped, failed, notBegun int
	code                                              int
	outputs                                           map[string]string // where captions go, to the file that they are of
}

func (m *many) count(n *int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	*n++
}

// conclude keeps the worst of codes.
func (m *many) conclude(code int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if badness(code) > badness(m.code) {
		m.code = code
	}
}

// badness orders exit codes: what ended the command, what may go well another
// time, and what will not.
func badness(code int) int {
	switch code {
	case 0:
		return 0
	case exitUncaptioned:
		return 1
	case exitVideoFailed:
		return 2
	case exitInterrupted:
		return 4
	}
	return 3
}

func (m *many) skip(in found) {
	m.count(&m.skipped)
	m.tell(in.path, "skipped", in.skip)
}

// refused reports whether a file's captions would go where those of another do.
func (m *many) refused(path string) bool {
	to, err := filepath.Abs(captionsOf(path, m.flags.format))
	if err != nil {
		to = captionsOf(path, m.flags.format)
	}
	path = filepath.Clean(path)
	if other := m.outputs[to]; other != "" && other != path {
		m.fail(path, say("Its captions would replace those of %s. Caption it by itself with --output.", other), result{})
		return true
	} else if other == path {
		m.count(&m.kept) // it was named twice
		return true
	}
	m.outputs[to] = path
	return false
}

func (m *many) one(ctx context.Context, path string) {
	j, err := m.prepare(path, m.flags)
	var there *exists
	if errors.As(err, &there) {
		m.count(&m.kept)
		m.tell(path, "skipped", say("%s is there already, and is kept.", there.path))
		return
	}
	if err != nil {
		m.fail(path, err, result{})
		return
	}
	defer j.file.Close()
	r, err := j.do(ctx, m.way, m.board.of(path))
	r.File = path
	if err != nil {
		m.fail(path, err, r)
		var p *client.Problem
		if errors.As(err, &p) && p.Status == http.StatusUnauthorized {
			m.stop() // the others would be told the same
		}
		return
	}
	m.count(&m.captioned)
	if m.flags.json {
		m.board.json(r)
		return
	}
	m.board.say(r.inWords())
}

func (m *many) fail(path string, err error, r result) {
	m.count(&m.failed)
	m.conclude(codeOf(err))
	if m.flags.json {
		r.Type, r.File, r.Format, r.Error, r.Exit = "result", path, m.flags.format, err.Error(), codeOf(err)
		m.board.json(r)
	}
	m.board.say(fmt.Sprintf("cuepipe: %s: %v", plain(path), err))
}

func (m *many) tell(path, kind string, why error) {
	if m.flags.json {
		m.board.json(struct {
			Type   string `json:"type"`
			File   string `json:"file"`
			Reason string `json:"reason"`
		}{kind, path, why.Error()})
		return
	}
	m.board.say(fmt.Sprintf("%s: %s: %v", plain(path), kind, why))
}

// end says what became of all.
func (m *many) end() error {
	if m.notBegun > 0 && m.code == 0 {
		m.code = exitFailure
	}
	if m.files == 0 && m.code == 0 {
		m.code = exitFailure
	}
	if m.flags.json {
		m.board.json(struct {
			Type      string `json:"type"`
			Files     int    `json:"files"`
			Captioned int    `json:"captioned"`
			Kept      int    `json:"kept"`
			Skipped   int    `json:"skipped"`
			Failed    int    `json:"failed"`
			NotBegun  int    `json:"notBegun"`
			Exit      int    `json:"exit"`
		}{"summary", m.files, m.captioned, m.kept, m.skipped, m.failed, m.notBegun, m.code})
	}
	words := []string{fmt.Sprintf("%d captioned", m.captioned)}
	for _, c := range []struct {
		n    int
		what string
	}{{m.kept, "had captions"}, {m.failed, "failed"}, {m.notBegun, "not begun"}, {m.skipped, "left out, as not media"}} {
		if c.n > 0 {
			words = append(words, fmt.Sprintf("%d %s", c.n, c.what))
		}
	}
	files := fmt.Sprintf("%d files", m.files)
	switch m.files {
	case 0:
		files = "There is no video or audio file"
	case 1:
		files = "1 file"
	}
	summary := files + ": " + strings.Join(words, ", ") + "."
	if m.code != 0 {
		return &exit{m.code, errors.New(summary)}
	}
	if !m.flags.json {
		fmt.Fprintln(m.err, summary)
	}
	return nil
}
