// Command simulate runs the simulation of whole pipelines: RUNS runs from SEED
// on, side by side, and says as lines of JSON what they met. A run in which
// something does not hold ends it with its seed; that seed alone (RUNS=1) is
// shown step by step.
//
// Usage: simulate RUNS [SEED]
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cuepipe/cuepipe/internal/simulation"
)

func main() {
	// Runs leave much garbage and keep nothing.
	debug.SetGCPercent(400)
	if err := simulate(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// A report is a line of what was done so far; the last one is of all.
type report struct {
	Runs       int            `json:"runs"`
	FirstSeed  uint64         `json:"first_seed"`
	Seconds    float64        `json:"seconds"`
	Steps      int            `json:"steps"`
	Videos     int            `json:"videos"`
	Deliveries int            `json:"deliveries"`
	Sweeps     int            `json:"sweeps"`
	Edits      int            `json:"edits"` // of people's tracks
	Told       int            `json:"told"`  // ends of which the world was told
	Faults     map[string]int `json:"faults"`
	Ends       map[string]int `json:"ends"`
	// Orphans are deleted videos of which a process that no timeout ended left
	// something.
	Orphans int `json:"orphans"`
	Failed  int `json:"failed"`
}

// A failure is a run in which something did not hold.
type failure struct {
	Seed   uint64 `json:"seed"`
	Broken string `json:"broken"`
	Replay string `json:"replay"`
}

// every is how many runs a line is written for.
const every = 10_000

func simulate(args []string, out io.Writer) error {
	if len(args) < 1 || len(args) > 2 {
		return errors.New("usage: simulate RUNS [SEED]")
	}
	runs, err := strconv.Atoi(args[0])
	if err != nil || runs < 1 {
		return fmt.Errorf("RUNS must be a whole number above 0, not %q", args[0])
	}
	var first uint64 = 1
	if len(args) == 2 && args[1] != "" {
		if first, err = strconv.ParseUint(args[1], 10, 64); err != nil {
			return fmt.Errorf("SEED must be a whole number, not %q", args[1])
		}
	}
	s := &campaign{simulation: simulation.New(), first: first, runs: runs, began: time.Now(), total: simulation.NewCounts(), out: json.NewEncoder(out)}
	if runs == 1 {
		s.trace = out
	}
	s.run()
	if s.failed > 0 {
		return fmt.Errorf("something did not hold in %d of %d runs", s.failed, s.total.Runs)
	}
	return nil
}

// A campaign is one call of the program.
type campaign struct {
	simulation *simulation.Simulation
	first      uint64
	runs       int
	began      time.Time
	trace      io.Writer
	next       atomic.Int64

	mu     sync.Mutex
	total  *simulation.Counts
	failed int
	out    *json.Encoder
}

// enough failures are shown; more would say the same.
const enough = 5

func (s *campaign) run() {
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(s.work)
	}
	wg.Wait()
	s.report()
}

// work does runs, a hundred at a time, until there are no more.
func (s *campaign) work() {
	const some = 100
	for {
		from := int(s.next.Add(some)) - some
		if from >= s.runs {
			return
		}
		counts := simulation.NewCounts()
		for n := from; n < min(from+some, s.runs); n++ {
			seed := s.first + uint64(n)
			if err := s.simulation.Run(seed, counts, s.trace); err != nil && s.fail(seed, err) {
				break
			}
		}
		s.add(counts)
	}
}

func (s *campaign) fail(seed uint64, err error) (stop bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failed++
	if s.failed <= enough {
		_ = s.out.Encode(failure{seed, err.Error(), fmt.Sprintf("make simulate RUNS=1 SEED=%d", seed)})
	}
	if s.failed == enough {
		s.next.Store(int64(s.runs))
	}
	return s.failed >= enough
}

func (s *campaign) add(counts *simulation.Counts) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.total.Runs
	s.total.Add(counts)
	if before/every != s.total.Runs/every && s.total.Runs < s.runs {
		s.report()
	}
}

func (s *campaign) report() {
	t := s.total
	_ = s.out.Encode(report{t.Runs, s.first, float64(time.Since(s.began).Milliseconds()) / 1000, t.Steps, t.Videos, t.Deliveries, t.Sweeps, t.Edits, t.Told,
		t.ByKind(), t.Ends, t.Orphans, s.failed})
}
