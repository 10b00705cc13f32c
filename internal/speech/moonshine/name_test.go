package moonshine

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cuepipe/cuepipe/internal/speech"
)

// A track says by which settings it was made.
func TestTheNameHasTheSettings(t *testing.T) {
	settings := fmt.Sprintf("chunks of %.0f s, %d at once", speech.DefaultRules.Longest.Seconds(), mostRows)
	if !strings.HasSuffix(Name, settings) {
		t.Errorf("%q does not end with %q", Name, settings)
	}
}
