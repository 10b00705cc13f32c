package config

import (
	"strings"
	"testing"
	"time"
)

func TestEveryFaultIsNamedAtOnce(t *testing.T) {
	vars := map[string]string{"TABLE": "videos", "EMPTY": "", "WAIT": "36", "WORD": "soon", "ZERO": "0"}
	e := &Environment{lookup: func(n string) (string, bool) { s, ok := vars[n]; return s, ok }}
	if e.String("TABLE") != "videos" || e.Seconds("WAIT") != 36*time.Second || e.Err() != nil {
		t.Fatalf("good variables: %v", e.Err())
	}
	e.String("MISSING")
	e.String("EMPTY")
	e.Seconds("WORD")
	e.Seconds("ZERO")
	for _, name := range []string{"MISSING", "EMPTY", "WORD", "ZERO"} {
		if !strings.Contains(e.Err().Error(), name) {
			t.Errorf("%s is not named in %q", name, e.Err())
		}
	}
}
