package spike

import (
	"fmt"
	"io"
	"strings"
)

// Plot writes an SVG of a run: arrivals and ends a second above, what waits
// below, over the same time.
func Plot(w io.Writer, title string, all []Second) error {
	const (
		width, height = 860, 200 // of each of both
		left, top     = 60, 40
		gap           = 50
	)
	if len(all) == 0 {
		return fmt.Errorf("plot: there is nothing to draw")
	}
	shown := smooth(all, max(1, len(all)/200))
	rate, waiting := 1.0, 1.0
	for _, s := range shown {
		rate, waiting = max(rate, s.arrived, s.done), max(waiting, s.waiting)
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">`+"\n",
		left+width+20, top+2*height+gap+40)
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" fill="white"/><text x="%d" y="20" font-size="14">%s</text>`+"\n", left, escape(title))
	line := func(y0 int, most float64, colour string, of func(point) float64) {
		fmt.Fprintf(&b, `<polyline fill="none" stroke="%s" stroke-width="1.5" points="`, colour)
		for i, s := range shown {
			x := left + float64(width)*float64(i)/float64(max(1, len(shown)-1))
			fmt.Fprintf(&b, "%.1f,%.1f ", x, float64(y0+height)-of(s)/most*height)
		}
		b.WriteString(`"/>` + "\n")
	}
	axes := func(y0 int, most float64, what string) {
		fmt.Fprintf(&b, `<path d="M%d %d v%d h%d" fill="none" stroke="#888"/>`, left, y0, height, width)
		fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="end">%.4g</text><text x="%d" y="%d" text-anchor="end">0</text>`, left-6, y0+10, most, left-6, y0+height)
		fmt.Fprintf(&b, `<text x="%d" y="%d">%s</text>`+"\n", left+6, y0-6, what)
	}
	second := top + height + gap
	axes(top, rate, `a second: <tspan fill="#1f6fb2">arrived</tspan>, <tspan fill="#2a8a3e">done</tspan>`)
	line(top, rate, "#1f6fb2", func(s point) float64 { return s.arrived })
	line(top, rate, "#2a8a3e", func(s point) float64 { return s.done })
	axes(second, waiting, "waiting")
	line(second, waiting, "#b2561f", func(s point) float64 { return s.waiting })
	fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="end">%d s</text>`+"\n</svg>\n", left+width, second+height+18, len(all))
	_, err := io.WriteString(w, b.String())
	return err
}

func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}

// A point is the mean over some seconds.
type point struct{ arrived, done, waiting float64 }

func smooth(all []Second, over int) []point {
	var points []point
	for i := 0; i < len(all); i += over {
		part := all[i:min(i+over, len(all))]
		var p point
		for _, s := range part {
			n := float64(len(part))
			p.arrived += float64(s.Arrived) / n
			p.done += float64(s.Done) / n
			p.waiting += float64(s.Waiting) / n
		}
		points = append(points, p)
	}
	return points
}

var blocks = []rune(" ▁▂▃▄▅▆▇█")

// Draw writes the same for a terminal of so many columns: a row of blocks for
// each of arrived, done and waiting, with its highest value.
func Draw(w io.Writer, columns int, all []Second) error {
	if len(all) == 0 {
		return fmt.Errorf("draw: there is nothing to draw")
	}
	shown := smooth(all, (len(all)+columns-1)/columns)
	for _, row := range []struct {
		name string
		of   func(point) float64
	}{
		{"arrived/s", func(p point) float64 { return p.arrived }},
		{"done/s", func(p point) float64 { return p.done }},
		{"waiting", func(p point) float64 { return p.waiting }},
	} {
		most := 0.0
		for _, p := range shown {
			most = max(most, row.of(p))
		}
		var bar strings.Builder
		for _, p := range shown {
			step := 0
			if v := row.of(p); v > 0 {
				step = 1 + int(v/most*float64(len(blocks)-2)+0.5)
			}
			bar.WriteRune(blocks[min(step, len(blocks)-1)])
		}
		if _, err := fmt.Fprintf(w, "%-9s %8.4g │%s│\n", row.name, most, bar.String()); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "%18s  0 s%*d s\n", "", max(1, len(shown)-5), len(all))
	return err
}
