package spike

import (
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/integration/stack"
)

// Two hundred uploads at once, through the whole of the deployed stack: each
// comes to its one end, with the bytes that the same content had alone.
func TestTwoHundredUploadsAtOnce(t *testing.T) {
	deployed, err := stack.Load()
	if err != nil {
		t.Fatal(err)
	}
	r, err := Spike{Stack: deployed, N: 200, Clients: 8, Limit: 10 * time.Minute}.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if r.Lost != 0 || r.Doubled != 0 || r.Wrong != 0 {
		t.Errorf("%d are lost, %d doubled, %d wrong: %v", r.Lost, r.Doubled, r.Wrong, r.Says)
	}
	if r.API.Calls == 0 || r.API.Errors != 0 {
		t.Errorf("meanwhile the API was asked %d times and failed %d times", r.API.Calls, r.API.Errors)
	}
	done := 0
	for _, s := range r.Series {
		done += s.Done
	}
	if done != r.N {
		t.Errorf("%d of %d were seen to end", done, r.N)
	}
}
