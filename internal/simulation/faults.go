package simulation

// A Fault is what the world does to a call or to a message.
type Fault uint8

// Faults of calls.
const (
	None          Fault = iota
	Throttled           // refused: no effect, an error
	Lost                // done, and its answer lost: an error
	Half                // done in part, then an error
	CrashedBefore       // the process dies before the effect
	CrashedAfter        // and after it
	CrashedHalf         // and in the middle of it
	TimedOut            // the process dies because its time is over
	Stalled             // the worker stands still for minutes, then goes on
	Outdated            // a listing shows what was some time ago
	callFaults
)

// Faults of deliveries.
const (
	SentTwice      Fault = callFaults + iota // the queue has a second copy
	Late                                     // it comes minutes later
	DeliveredTwice                           // two workers have it at once
	AnswerLost                               // done, but the queue was not told: it comes again
	EventLost                                // S3 sends none
	MessageLost                              // the queue loses it
	JobFailed                                // the service fails
	faults
)

var faultNames = [faults]string{"none", "throttled", "response lost", "done in part", "crashed before", "crashed after",
	"crashed in the middle", "timed out", "stalled", "outdated", "sent twice", "late", "delivered twice", "answer lost", "event lost", "message lost", "job failed"}

func (f Fault) String() string { return faultNames[f] }

// may reports whether a call can have the fault.
func (f Fault) may(c call) bool {
	switch f {
	case TimedOut:
		return false
	case Half, CrashedHalf:
		return c.parts
	case Outdated:
		return c.old
	}
	return true
}

// A mood is how a run's world behaves. Each run has its own: what many faults
// of all kinds hide, a few of one kind show.
type mood struct {
	rate      float64      // of faults, a call or a delivery
	kinds     [faults]bool // that occur
	harsh     bool         // no process is killed, however long it stands still
	focus     uint32       // calls whose name hashes to it fault often; 0: none
	patience  float64      // how seldom the clock runs on while somebody could work
	atOnce    int          // invocations of a function
	steps     int          // of chaos
	batch     int
	sweeps    float64
	recognise int // milliseconds a word takes, at most
}

const focuses = 24

func (r *run) newMood() mood {
	n := r.random
	m := mood{
		rate:      []float64{0, 0.02, 0.05, 0.1, 0.25}[n.IntN(5)],
		patience:  []float64{0.8, 0.95, 0.99}[n.IntN(3)],
		atOnce:    1 + n.IntN(6),
		steps:     100 + n.IntN(900),
		batch:     1 + n.IntN(10),
		sweeps:    []float64{0.002, 0.01, 0.04}[n.IntN(3)],
		recognise: []int{0, 100, 900}[n.IntN(3)],
	}
	few := n.IntN(2) == 0
	for f := range m.kinds {
		m.kinds[f] = m.rate > 0 && (!few || n.IntN(3) == 0)
	}
	m.harsh = m.rate > 0 && n.IntN(4) == 0
	if m.rate > 0 && n.IntN(3) == 0 {
		m.focus = 1 + uint32(n.IntN(focuses))
	}
	return m
}

// decide says what becomes of the call for which w waits.
func (r *run) decide(w *worker) Fault {
	stalled := w.stalled
	w.stalled = false
	if w.call.name == "" || r.quiet || r.mood.rate == 0 {
		return None
	}
	if !r.mood.harsh && r.clock.After(w.deadline) && r.mood.kinds[TimedOut] {
		return TimedOut
	}
	if stalled {
		return None
	}
	rate := min(0.5, r.mood.rate*seldom(w))
	if r.mood.focus != 0 {
		rate /= 5
		if 1+hash(w.role, w.call.name)%focuses == r.mood.focus {
			rate = 0.5
		}
	}
	if r.random.Float64() >= rate {
		return None
	}
	can := 0
	for f := None + 1; f < callFaults; f++ {
		if r.mood.kinds[f] && f.may(w.call) {
			can++
		}
	}
	if can == 0 {
		return None
	}
	n := r.random.IntN(can)
	for f := None + 1; ; f++ {
		if r.mood.kinds[f] && f.may(w.call) {
			if n == 0 {
				return f
			}
			n--
		}
	}
}

// seldom is how much more often than others a call faults, because it is made
// so much less often.
func seldom(w *worker) float64 {
	switch {
	case w.call.name == "put version": // one for each format
		return 0.5
	case w.call.old, w.call.name == "list failed": // each sweep begins with them
		return 1
	case w.call.name == "give up":
		return 50
	case w.role == "sweeper":
		return 8
	case w.invocation.queue == nil && w.call.name != "get item", w.role == "deadletter":
		return 5
	}
	switch w.call.name {
	case "start job", "get job", "delete job", "await":
		return 3
	case "remove source", "remove results", "fail", "extend", "leave uncaptioned", "measure":
		return 4
	case "get item", "read part", "stat upload", "find pauses", "decode", "hear", "read source":
		return 0.5
	}
	return 1
}

// happens reports whether a fault of a delivery occurs.
func (r *run) happens(f Fault) bool {
	if r.quiet || !r.mood.kinds[f] || r.random.Float64() >= r.mood.rate {
		return false
	}
	r.counts.Faults[f]++
	return true
}

// hash is FNV-1a of both.
func hash(a, b string) uint32 {
	h := uint32(2166136261)
	for _, s := range [2]string{a, b} {
		for i := range len(s) {
			h = (h ^ uint32(s[i])) * 16777619
		}
	}
	return h
}
