package faults

import (
	"slices"
	"testing"

	"github.com/cuepipe/cuepipe/integration/faultproxy"
)

// Planners that may be at one video at the same time: two captioners have four
// messages of their batches in work each. Whichever is first to dispatch it,
// those that had begun by then send the jobs, too; all later ones see that
// nothing is due.
const planners = 2 * 4

// The event of one object comes a hundred times, with S3's own among them: one
// result, and hardly more work than for one.
func TestTheSameEventAHundredTimes(t *testing.T) {
	t.Parallel()
	d := upload(t, "clips")
	event := deployed.Event(t, d.id)
	for range 10 {
		deployed.Send(t, slices.Repeat([]string{event}, 10)...)
	}
	d.endsAsEver()
	settled(t, d)
	jobs, attempts := 0, 0
	for _, c := range d.calls() {
		if c.Operation == "SendMessageBatch" {
			jobs += c.Messages
		}
		if c.Operation == "PutObject" {
			attempts++
		}
	}
	t.Logf("%d jobs were sent for %d segments, and %d objects offered, of which %d were taken", jobs, d.film.segments, attempts, len(d.film.stored)-1)
	if jobs < d.film.segments || jobs > planners*d.film.segments {
		t.Errorf("%d jobs were sent for %d segments, want at most %d", jobs, d.film.segments, planners*d.film.segments)
	}
	d.wait("the look at the source for every message", func(c faultproxy.Call) bool { return c.Operation == "HeadObject" }, 101)
}
