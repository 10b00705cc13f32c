package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"syscall"
	"time"

	"github.com/cuepipe/cuepipe/integration/machine"
)

// mostHits are asked for.
const mostHits = 50

// An answer is what a search found, and what it called.
type answer struct {
	hits, videos, notSearched, calls int
	waited                           time.Duration // for those calls, at least one of them
}

// A wanted is a search with what it has to find.
type wanted struct {
	words        string
	alone        bool // in one video
	hits, videos int
}

// A meter measures one way to search.
type meter struct {
	where  string
	ask    func(ctx context.Context, words string, alone bool) (answer, error)
	by     process
	print  func(any) error
	failed error // the first; nothing is measured after it
}

// A process is one that searches.
type process interface {
	// cpu is the processor time that it has used.
	cpu() (time.Duration, error)
	// memory is what it holds, in MB of 1024 × 1024: the most since it was asked
	// before, or 0 where that is not known, and now.
	memory() (peak, held float64, err error)
}

// repeat does a search so often.
func (m *meter) repeat(ctx context.Context, step string, times int, s wanted) {
	n := 0
	m.line(step, func() (answer, bool, error) {
		n++
		a, err := m.ask(ctx, s.words, s.alone)
		if err == nil && (a.hits != s.hits || a.videos != s.videos || a.notSearched != 0) {
			err = fmt.Errorf("%s, %s: %q has %d hits in %d videos, and %d were not searched; want %d in %d", m.where, step, s.words, a.hits, a.videos, a.notSearched, s.hits, s.videos)
		}
		return a, n == times, err
	})
}

// untilAll searches until all videos were: what a search has no time to read
// comes to the next one.
func (m *meter) untilAll(ctx context.Context, step string, videos int) {
	m.line(step, func() (answer, bool, error) {
		a, err := m.ask(ctx, rare, false)
		return a, a.notSearched == 0 && a.videos >= videos && a.hits == 1, err
	})
}

// line measures what do does until it says that it was the last one.
func (m *meter) line(step string, do func() (answer, bool, error)) {
	if m.failed != nil {
		return
	}
	probe, _ := machine.Probe()
	stolen, err := machine.Stolen()
	if err != nil {
		m.failed = err
		return
	}
	if _, _, m.failed = m.by.memory(); m.failed != nil {
		return
	}
	used, err := m.by.cpu()
	if m.failed = err; err != nil {
		return
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var took []time.Duration
	var all time.Duration
	var a answer
	calls := 0
	const most = 50 // searches that never end would otherwise go on
	for last := false; !last && m.failed == nil; {
		began := time.Now()
		if a, last, m.failed = do(); m.failed == nil && len(took) == most {
			m.failed = fmt.Errorf("%s, %s: not all videos are searched after %d requests", m.where, step, most)
		}
		took, calls = append(took, time.Since(began)), calls+a.calls
		all += took[len(took)-1]
	}
	runtime.ReadMemStats(&after)
	now, err := m.by.cpu()
	later, err2 := machine.Stolen()
	peak, held, err3 := m.by.memory()
	if m.failed = cmp.Or(m.failed, err, err2, err3); m.failed != nil {
		return
	}
	slices.Sort(took)
	n := len(took)
	m.failed = m.print(map[string]any{"where": m.where, "search": step, "requests": n,
		"ms": milliseconds(took[n/2]), "ms_most": milliseconds(took[n-1]), "ms_all": milliseconds(all),
		"calls": float64(calls) / float64(n), "cpu_ms": milliseconds(now-used) / float64(n), "waited_ms_of_last": milliseconds(a.waited),
		"allocated_mb": float64(after.TotalAlloc-before.TotalAlloc) / (1 << 20) / float64(n), "allocations": (after.Mallocs - before.Mallocs) / uint64(n),
		"peak_mb": peak, "held_mb": held,
		"probe_ms": milliseconds(probe), "in_probes": float64(took[n/2]) / float64(probe), "stolen_s": (later - stolen).Seconds()})
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// own is this process.
type own struct{}

func (own) cpu() (time.Duration, error) {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return 0, fmt.Errorf("processor time: %w", err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano()), nil
}

// memory gives back what nobody needs. The kernel begins anew to note the peak.
func (own) memory() (peak, held float64, err error) {
	if _, peak, err = machine.Resident(); err != nil {
		return peak, held, err
	}
	debug.FreeOSMemory()
	if held, _, err = machine.Resident(); err != nil {
		return peak, held, err
	}
	return peak, held, os.WriteFile("/proc/self/clear_refs", []byte("5"), 0)
}
