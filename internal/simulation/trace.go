package simulation

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"
)

// A line is one step, as it is shown where a seed is replayed.
type line struct {
	Step   int     `json:"step"`
	At     float64 `json:"at"` // seconds since the run began
	Worker string  `json:"worker,omitempty"`
	Video  string  `json:"video,omitempty"`
	Call   string  `json:"call,omitempty"`
	On     string  `json:"on,omitempty"`
	Fault  string  `json:"fault,omitempty"`
	World  string  `json:"world,omitempty"`
	Log    string  `json:"log,omitempty"`
}

func (r *run) write(l line) {
	l.Step, l.At = r.steps, r.clock.Sub(epoch).Round(time.Millisecond).Seconds()
	b, err := json.Marshal(l)
	if err != nil {
		panic(err) // plain fields
	}
	fmt.Fprintf(r.out, "%s\n", b)
}

// trace writes what a worker asks for and what was done to it.
func (r *run) trace(w *worker, call, on string, f Fault) {
	if r.out == nil {
		return
	}
	l := line{Worker: w.role + " " + strconv.Itoa(w.number), Video: w.id, Call: call, On: on}
	if f != None {
		l.Fault = f.String()
	}
	r.write(l)
}

func (r *run) traceWorld(format string, args ...any) {
	if r.out != nil {
		r.write(line{World: fmt.Sprintf(format, args...)})
	}
}

// traceHandler puts what the product logs into the trace, but for what it
// measured by another clock: the same run gives the same trace.
type traceHandler struct{ r *run }

func (h traceHandler) Enabled(context.Context, slog.Level) bool { return true }
func (h traceHandler) WithAttrs([]slog.Attr) slog.Handler       { return h }
func (h traceHandler) WithGroup(string) slog.Handler            { return h }
func (h traceHandler) Handle(_ context.Context, rec slog.Record) error {
	var s strings.Builder
	s.WriteString(rec.Message)
	rec.Attrs(func(a slog.Attr) bool {
		if !strings.HasSuffix(a.Key, "_ms") && a.Key != "_aws" {
			fmt.Fprintf(&s, " %s=%v", a.Key, a.Value)
		}
		return true
	})
	h.r.write(line{Log: s.String()})
	return nil
}
