// Package functionlog reads what the functions of a local stage wrote: their
// own lines, and the platform's, which have the time, the memory and the
// processor time of each invocation.
package functionlog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/cuepipe/cuepipe/integration/stack"
)

// Functions are the folders under functions that a film passes through, or a
// client of the API.
var Functions = []string{"upload", "videos", "search", "captioner", "transcriber", "deadletter", "sweeper", "notifier"}

// A Line is one line of a log. What it does not say is zero.
type Line struct {
	Function string    `json:"-"`
	Time     time.Time `json:"time"`
	Level    string    `json:"level"`

	// A function's own.
	Message     string  `json:"msg"`
	Video       string  `json:"video"`
	Status      string  `json:"status"`
	Generation  int     `json:"generation"`
	Segment     int     `json:"segment"`
	Segments    int     `json:"segments"`
	Words       int     `json:"words"`
	ProbeMS     float64 `json:"probe_ms"`
	DecodeMS    float64 `json:"decode_ms"`
	RecogniseMS float64 `json:"recognise_ms"`
	AssembleMS  float64 `json:"assemble_ms"`
	ReadBytes   *int64  `json:"read_bytes"`

	// The platform's: "platform.start", "platform.report" and others.
	Type   string `json:"type"`
	Record struct {
		RequestID  string  `json:"requestId"`
		PID        int     `json:"pid"`
		Status     string  `json:"status"`
		DurationMS float64 `json:"durationMs"` // of an initReport
		CPUMS      float64 `json:"cpuMs"`      // of an initReport
		Metrics    struct {
			DurationMS float64 `json:"durationMs"`
			MemoryMB   int     `json:"maxMemoryUsedMB"`
			CPUMS      float64 `json:"cpuMs"`
		} `json:"metrics"`
	} `json:"record"`
}

// What the platform says.
const (
	Started     = "platform.start"
	Reported    = "platform.report"
	Initialised = "platform.initReport"
)

// A Log follows the logs of a stage from one moment on.
type Log struct {
	files []*file
}

type file struct {
	function, path string
	at             int64  // read up to here
	half           []byte // of a line whose end is not written yet
}

// Open begins at the beginning, which is when LocalStack was started.
func Open(s *stack.Stack) *Log {
	l := &Log{}
	for _, f := range Functions {
		l.files = append(l.files, &file{function: f, path: filepath.Join(s.RunDir, "logs", "cuepipe-"+s.Stage+"-"+f+".log")})
	}
	return l
}

// Follow begins at the end of what is written now.
func Follow(s *stack.Stack) (*Log, error) {
	l := Open(s)
	for _, f := range l.files {
		info, err := os.Stat(f.path)
		if errors.Is(err, fs.ErrNotExist) { // it has not run yet
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("follow the logs: %w", err)
		}
		f.at = info.Size()
	}
	return l, nil
}

// Next returns what was written since it was last called, function by function,
// and how many bytes that is.
func (l *Log) Next() ([]Line, int64, error) {
	var lines []Line
	var size int64
	for _, f := range l.files {
		b, err := f.read()
		if err != nil {
			return nil, 0, fmt.Errorf("read the log of %s: %w", f.function, err)
		}
		size += int64(len(b))
		lines = append(lines, f.lines(b)...)
	}
	return lines, size, nil
}

func (f *file) read() ([]byte, error) {
	opened, err := os.Open(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer opened.Close()
	if _, err := opened.Seek(f.at, io.SeekStart); err != nil {
		return nil, err
	}
	b, err := io.ReadAll(opened)
	f.at += int64(len(b))
	return b, err
}

// lines takes the whole lines of what was read; lines that are no JSON are a
// program's own cries and are left out.
func (f *file) lines(b []byte) []Line {
	b = append(f.half, b...)
	var lines []Line
	for {
		line, rest, found := bytes.Cut(b, []byte("\n"))
		if !found {
			f.half = bytes.Clone(b)
			return lines
		}
		b = rest
		var l Line
		if json.Unmarshal(line, &l) == nil {
			l.Function = f.function
			lines = append(lines, l)
		}
	}
}
