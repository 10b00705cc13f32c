package caption

import (
	"testing"
	"time"
)

// far is speech so far away that it does not matter.
const far = time.Hour

func TestTimes(t *testing.T) {
	p := Default()
	for _, c := range []struct {
		name                      string
		start, end, before, after time.Duration
		chars                     int
		in, out                   time.Duration
	}{
		{"read while it is said", 10000, 13000, 0, far, 40, 10000, 13000},
		{"stays to be read at the target, 34 characters in 2 s", 10000, 11700, 0, far, 34, 10000, 12000},
		{"but not longer than the linger", 10000, 11200, 0, far, 30, 10000, 11700},
		{"the shortest cue: 833 ms", 10000, 10833, 0, far, 4, 10000, 10833},
		{"held for the shortest, beyond the linger", 10000, 10200, 0, far, 4, 10000, 10833},
		{"a word of no length is held for what it may", 10000, 10000, 0, far, 4, 10000, 10833},
		{"held for the fastest reading, 60 characters in 3 s", 10000, 12100, 0, far, 60, 10000, 13000},
		{"and then comes in earlier", 10000, 11900, 0, far, 60, 9900, 12900},
		{"at most by the lead", 10000, 11500, 0, far, 60, 9800, 12500},
		{"and not where the cue before may still stand", 10000, 11500, 8600, far, 60, 10000, 12500},
		{"nor before the video", 100, 1600, -far, far, 60, 0, 2600},
		{"a short word between others comes in earlier", 10000, 10600, 0, 10800, 4, 9884, 10717},
		{"never longer than the longest", 10000, 20000, 0, far, 10, 10000, 17000},

		{"the next cue follows at once", 10000, 12000, 0, 12000, 20, 10000, 11917},
		{"a pause of the gap", 10000, 12000, 0, 12083, 20, 10000, 12000},
		{"a millisecond less", 10000, 12000, 0, 12082, 20, 10000, 11999},
		{"a millisecond more is closed", 10000, 12000, 0, 12084, 20, 10000, 12001},
		{"a pause just under half a second is closed", 10000, 12000, 0, 12499, 20, 10000, 12416},
		{"half a second is left", 10000, 12000, 0, 12500, 20, 10000, 12000},
		{"a linger that would flicker is closed within the linger", 8000, 11500, 0, 12083, 68, 8000, 12000},
		{"and cut back where it would be longer", 8000, 11500, 0, 12084, 68, 8000, 11584},
		{"but not below the fastest reading", 10000, 11500, 0, 12200, 34, 10000, 11700},
		{"rather closed", 10000, 11500, 0, 12199, 34, 10000, 12116},
		{"no closing beyond the longest", 10000, 16900, 0, 17200, 60, 10000, 16700},
	} {
		unit := func(d time.Duration) time.Duration {
			if d == far || d == -far {
				return d
			}
			return d * ms
		}
		in, out := p.times(stretch{start: unit(c.start), end: unit(c.end), before: unit(c.before), after: unit(c.after), chars: c.chars})
		if in != c.in*ms || out != c.out*ms {
			t.Errorf("%s: %v to %v, want %v to %v", c.name, in, out, c.in*ms, c.out*ms)
		}
	}
}

func TestReading(t *testing.T) {
	for _, c := range []struct {
		chars, cps int
		want       time.Duration
	}{{0, 20, 0}, {1, 20, 50 * ms}, {20, 20, time.Second}, {1, 17, 59 * ms}, {17, 17, time.Second}, {18, 17, 1059 * ms}, {10, 0, 0}} {
		if got := reading(c.chars, c.cps); got != c.want {
			t.Errorf("reading(%d, %d) = %v, want %v", c.chars, c.cps, got, c.want)
		}
	}
}
