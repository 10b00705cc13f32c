package faults

import (
	"testing"

	"github.com/cuepipe/cuepipe/integration/faultproxy"
)

// Progress is for showing: where DynamoDB takes none of it, the video is
// captioned all the same, and no message comes again for it.
func TestProgressThatIsThrottled(t *testing.T) {
	t.Parallel()
	d := upload(t, "sonnet", faultproxy.Rule{Name: "throttled", Change: "hear", Fault: faultproxy.Throttle})
	d.endsAsEver()
	d.wait("progress that was throttled", func(c faultproxy.Call) bool { return c.Fault == faultproxy.Throttle }, 1)
	for _, c := range d.calls() {
		if c.Operation == "ChangeMessageVisibility" {
			t.Errorf("a message was given back: %+v", c)
		}
	}
}
