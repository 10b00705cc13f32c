package media

import (
	"testing"
	"time"
)

// onlyWhatIsWanted checks the times that a reader comes upon in a recording of so
// many marks, each so much after the one before and of so many bytes: after the
// first one what is wanted is all there, and little before it.
func onlyWhatIsWanted(t *testing.T, times []time.Duration, from, every time.Duration, marks, bytes int) {
	t.Helper()
	wanted := min(from, time.Duration(marks)*every)
	few := 4 * blockSize / time.Duration(bytes) * every // are not worth another look
	if next := times[1]; next > wanted-before || next < wanted-before-near-few {
		t.Errorf("after the first comes that of %v, wanted is %v", next, from)
	}
	if len(times)-1 != marks-int(times[1]/every) {
		t.Errorf("%d are left", len(times))
	}
}
