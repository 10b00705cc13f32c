package faults

import (
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/cuepipe/cuepipe/integration/faultproxy"
)

// Progress is for showing: where DynamoDB takes none of it, the video is
// captioned all the same, and no message comes again for it.
func TestProgressThatIsThrottled(t *testing.T) {
	t.Parallel()
	busy(t)
	d := upload(t, "sonnets", faultproxy.Rule{Name: "throttled", Change: "hear", Fault: faultproxy.Throttle})
	d.endsAsEver()
	d.wait("progress that was throttled", func(c faultproxy.Call) bool { return c.Fault == faultproxy.Throttle }, 1)
	for _, c := range d.calls() {
		if c.Operation == "ChangeMessageVisibility" {
			t.Errorf("a message was given back: %+v", c)
		}
	}
}

// busy keeps the machine at work until the test ends: progress is written once a
// second, and a quick machine has recognised half a minute before.
func busy(t *testing.T) {
	t.Helper()
	var ended atomic.Bool
	t.Cleanup(func() { ended.Store(true) })
	for range 2 * runtime.NumCPU() {
		go func() {
			for !ended.Load() {
			}
		}()
	}
}
