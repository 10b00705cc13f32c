package spike

import (
	"encoding/xml"
	"io"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestASeriesCountsEverySecond(t *testing.T) {
	s := time.Second
	got := series([]time.Duration{0, s / 2, s, 3 * s}, []time.Duration{s + 1, 3 * s, 5 * s, 5 * s})
	want := []Second{{2, 0, 2}, {1, 1, 2}, {0, 0, 2}, {1, 1, 2}, {0, 0, 2}, {0, 2, 0}}
	if len(got) != len(want) {
		t.Fatalf("%v", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("second %d: %+v, want %+v", i, got[i], want[i])
		}
	}
}

// Many arrive at once, and are done one a second.
func burst(n int) (all []Second) {
	for i := range n {
		s := Second{Done: 1, Waiting: n - 1 - i}
		if i == 0 {
			s.Arrived = n
		}
		all = append(all, s)
	}
	return all
}

func TestThePlotIsAPictureOfTheSeries(t *testing.T) {
	for _, n := range []int{1, 2, 199, 1000} {
		var b strings.Builder
		if err := Plot(&b, "a <spike> & more", burst(n)); err != nil {
			t.Fatal(err)
		}
		lines := 0
		decoder := xml.NewDecoder(strings.NewReader(b.String()))
		for {
			token, err := decoder.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("%d seconds: %v in %s", n, err, b.String())
			}
			start, ok := token.(xml.StartElement)
			if !ok || start.Name.Local != "polyline" {
				continue
			}
			lines++
			for _, a := range start.Attr {
				if points := len(strings.Fields(a.Value)); a.Name.Local == "points" && (points < min(n, 200) || points > 400) {
					t.Errorf("%d seconds: a line of %d points", n, points)
				}
			}
		}
		if lines != 3 || strings.Contains(b.String(), "NaN") {
			t.Errorf("%d seconds: %d lines", n, lines)
		}
	}
	if Plot(io.Discard, "", nil) == nil || Draw(io.Discard, 60, nil) == nil {
		t.Error("nothing was drawn without an error")
	}
}

func TestTheTerminalShowsThePeakAndTheEnd(t *testing.T) {
	var b strings.Builder
	if err := Draw(&b, 50, burst(100)); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(b.String(), "\n")
	_, waiting, _ := strings.Cut(lines[2], "│")
	waiting = strings.TrimSuffix(waiting, "│")
	first, _ := utf8.DecodeRuneInString(waiting)
	last, _ := utf8.DecodeLastRuneInString(waiting)
	if utf8.RuneCountInString(waiting) != 50 || first != '█' || last != '▁' || !strings.Contains(lines[0], "50 │█ ") {
		t.Errorf("\n%s", b.String())
	}
}

func TestMemoryThatGrowsIsNotFlat(t *testing.T) {
	for _, c := range []struct {
		first, last float64
		flat        bool
	}{{100, 100, true}, {100, 126, true}, {100, 127, false}, {200, 150, true}} {
		if got := (Held{First: c.first, Last: c.last}).flat(); got != c.flat {
			t.Errorf("from %v to %v: flat is %v", c.first, c.last, got)
		}
	}
}

func TestLatenciesAreThoseOfTheirRank(t *testing.T) {
	c := caller{errors: 1}
	for i := range 200 {
		c.times = append(c.times, time.Duration(200-i)*time.Millisecond)
	}
	if got, want := c.latency(), (Latency{200, 1, 0.1, 0.198, 0.2}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}
