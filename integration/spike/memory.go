package spike

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/cuepipe/cuepipe/integration/machine"
	"github.com/cuepipe/cuepipe/integration/stack"
)

// Held is the memory of one process, in megabytes: over the first and the last
// tenth of what was seen of it, and the most.
type Held struct {
	Name  string  `json:"name"`
	PID   int     `json:"pid"`
	For   float64 `json:"seen_s"`
	First float64 `json:"first_mb"`
	Last  float64 `json:"last_mb"`
	Most  float64 `json:"most_mb"`
}

// A function's memory is flat when it ends with no more than a tenth and 16 MB
// above its beginning: Go's collector alone breathes by that.
func (h Held) flat() bool { return h.Last <= h.First*1.1+16 }

// memory is what the processes of a stage held, time by time.
type memory struct {
	now  map[string]int // megabytes by name
	seen map[machine.Process][]sample
}

type sample struct {
	at time.Duration
	mb float64
}

func (m *memory) look(s *stack.Stack, at time.Duration) error {
	processes, err := machine.Processes(s)
	if err != nil {
		return err
	}
	if m.seen == nil {
		m.seen = map[machine.Process][]sample{}
	}
	m.now = map[string]int{}
	for _, p := range processes {
		bytes, err := p.Memory()
		if err != nil || bytes == 0 {
			continue // it has ended meanwhile
		}
		mb := float64(bytes) / (1 << 20)
		m.now[p.Name] += int(mb)
		m.seen[p] = append(m.seen[p], sample{at, mb})
	}
	return nil
}

// held sums up every process that was seen for at least half of the time.
func (m *memory) held() (all []Held, flat bool) {
	var end time.Duration
	for _, samples := range m.seen {
		end = max(end, samples[len(samples)-1].at)
	}
	flat = true
	for p, samples := range m.seen {
		seen := samples[len(samples)-1].at - samples[0].at
		if seen < end/2 {
			continue
		}
		tenth := max(1, len(samples)/10)
		h := Held{Name: p.Name, PID: p.PID, For: seen.Seconds(), First: mean(samples[:tenth]), Last: mean(samples[len(samples)-tenth:])}
		for _, s := range samples {
			h.Most = max(h.Most, s.mb)
		}
		h.For, h.Most = math.Round(h.For), math.Round(h.Most)
		if p.Name != "localstack" && p.Name != "dynamodb" && !h.flat() {
			flat = false
		}
		all = append(all, h)
	}
	slices.SortFunc(all, func(a, b Held) int { return cmp.Or(cmp.Compare(a.Name, b.Name), a.PID-b.PID) })
	return all, flat
}

func mean(samples []sample) float64 {
	sum := 0.0
	for _, s := range samples {
		sum += s.mb
	}
	return math.Round(sum / float64(len(samples)))
}
