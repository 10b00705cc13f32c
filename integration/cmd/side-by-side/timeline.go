package main

import (
	"fmt"
	"html"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/cuepipe/cuepipe/internal/caption"
	"github.com/cuepipe/cuepipe/internal/speech"
)

// The timeline, in its own units: rows of so many seconds, one below the other.
const (
	rowSeconds = 12
	perSecond  = 84
	rowWidth   = rowSeconds * perSecond
	left       = 118 // for the systems' names
	head       = 56  // for the legend
	wave       = 48
	lane       = 56 // one system's
	fontSize   = 13
	// glyph is about the width of a letter. Text that is wider all the same is
	// cut off by its cue.
	glyph = 6.6
)

var colours = []struct{ fill, line string }{{"#d9efdf", "#2a8a3e"}, {"#dbe8f5", "#1f6fb2"}, {"#f5e5d8", "#b2561f"}}

// timeline draws the sound's energy, where phrases begin in it, and the cues of
// every system over it.
func (s *sounds) timeline() []byte {
	length := speech.Duration(len(s.pcm))
	rows := int(math.Ceil(length.Seconds() / rowSeconds))
	rowHeight := wave + len(s.systems)*lane + 44
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="Arial, Helvetica, sans-serif" font-size="%d">`+"\n",
		left+rowWidth+16, head+rows*rowHeight, fontSize)
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" fill="white"/>`+"\n")
	fmt.Fprintf(&b, `<text x="16" y="24" font-size="16">%s: the sound's loudness, and every cue from when it comes in until it goes out</text>`+"\n", html.EscapeString(s.clip))
	if len(s.onsets) > 0 {
		fmt.Fprintf(&b, `<path d="M16 42h24" stroke="#c22" stroke-dasharray="4 3"/><text x="46" y="46" fill="#555">a phrase begins, by the sound itself</text>`+"\n")
	}
	for n := range rows {
		s.row(&b, n, rows, head+n*rowHeight, length)
	}
	b.WriteString("</svg>\n")
	return []byte(b.String())
}

// widest says whether row n of so many has the longest part of a cue, the first
// of them where several have: there its text stands.
func widest(c caption.Cue, n, rows int) bool {
	part := func(row int) time.Duration {
		from := time.Duration(row) * rowSeconds * time.Second
		return min(c.End, from+rowSeconds*time.Second) - max(c.Start, from)
	}
	for row := range rows {
		if part(row) > part(n) || part(row) == part(n) && row < n {
			return false
		}
	}
	return true
}

// row draws row n of rows, from the height y.
func (s *sounds) row(b *strings.Builder, n, rows, y int, length time.Duration) {
	from := time.Duration(n) * rowSeconds * time.Second
	to := from + rowSeconds*time.Second
	x := func(at time.Duration) float64 { return left + perSecond*(min(max(at, from), to)-from).Seconds() }
	bottom := y + wave + len(s.systems)*lane

	fmt.Fprintf(b, `<path d="%s" fill="#999"/>`+"\n", s.energy(from, to, y, x))
	for _, o := range s.onsets { // behind the cues, so that their words can be read
		if o.Sounds >= from && o.Sounds < to {
			fmt.Fprintf(b, `<path d="M%.1f %dV%d" stroke="#c22" stroke-dasharray="4 3"/>`+"\n", x(o.Sounds), y, bottom)
		}
	}
	if length < to { // no sound any more
		fmt.Fprintf(b, `<rect x="%.1f" y="%d" width="%.1f" height="%d" fill="#eee"/><text x="%.1f" y="%d" fill="#777">the sound has ended</text>`+"\n",
			x(length), y, x(to)-x(length), bottom-y, x(length)+6, y+20)
	}
	fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="end" fill="#555">loudness</text>`+"\n", left-10, y+wave/2+4)
	for i, system := range s.systems {
		top := y + wave + i*lane
		fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="end" fill="%s">%s</text>`+"\n", left-10, top+lane/2+4, colours[i].line, html.EscapeString(system.short))
		for k, c := range system.shown {
			if c.End <= from || c.Start >= to {
				continue
			}
			lines := c.Lines
			switch {
			case !widest(c, n, rows):
				lines = []string{"…"}
			case c.End > time.Duration(rows)*rowSeconds*time.Second:
				lines = append(slices.Clone(lines), fmt.Sprintf("… until %.1f s", c.End.Seconds()))
			}
			box(b, fmt.Sprintf("c%d-%d-%d", n, i, k), lines, x(c.Start), x(c.End), top, i)
		}
	}
	fmt.Fprintf(b, `<path d="M%d %dh%d" stroke="#888"/>`, left, bottom, rowWidth)
	for second := 0; second <= rowSeconds; second += 2 {
		at := from + time.Duration(second)*time.Second
		fmt.Fprintf(b, `<path d="M%.1f %dv5" stroke="#888"/><text x="%.1f" y="%d" text-anchor="middle" fill="#555">%d s</text>`,
			x(at), bottom, x(at), bottom+19, int(at.Seconds()))
	}
	b.WriteString("\n")
}

// box draws a cue, or the part of one that a row has, with its text.
func box(b *strings.Builder, id string, lines []string, x0, x1 float64, top, colour int) {
	const inset, line = 7, 15
	fmt.Fprintf(b, `<clipPath id="%s"><rect x="%.1f" y="%d" width="%.1f" height="%d"/></clipPath>`, id, x0, top+3, x1-x0, lane-6)
	fmt.Fprintf(b, `<rect x="%.1f" y="%d" width="%.1f" height="%d" rx="3" fill="%s" fill-opacity="0.88" stroke="%s"/>`,
		x0, top+3, x1-x0, lane-6, colours[colour].fill, colours[colour].line)
	for i, text := range fitted(lines, int((x1-x0-2*inset)/glyph), 3) {
		fmt.Fprintf(b, `<text x="%.1f" y="%d" clip-path="url(#%s)">%s</text>`, x0+inset, top+17+i*line, id, html.EscapeString(text))
	}
	b.WriteString("\n")
}

// fitted breaks lines that are too wide, and ends with … what is too much.
func fitted(lines []string, wide, most int) (out []string) {
	for _, line := range lines {
		out = append(out, "")
		for _, w := range strings.Fields(line) {
			last := &out[len(out)-1]
			switch {
			case *last == "":
				*last = w
			case caption.Chars(*last)+1+caption.Chars(w) <= wide:
				*last += " " + w
			default:
				out = append(out, w)
			}
		}
	}
	if len(out) > most {
		out = out[:most]
		out[most-1] += " …"
	}
	return out
}

// energy is the outline of the sound between two times, drawn around the middle
// of its height.
func (s *sounds) energy(from, to time.Duration, y int, x func(time.Duration) float64) string {
	const step = 20 * time.Millisecond
	loudest := 1.0
	for _, v := range s.pcm {
		loudest = max(loudest, math.Abs(float64(v)))
	}
	var above, below []string
	middle := float64(y) + wave/2
	for at := from; at < to; at += step {
		first, last := speech.Samples(at), min(speech.Samples(at+step), len(s.pcm))
		if first >= last {
			break
		}
		sum := 0.0
		for _, v := range s.pcm[first:last] {
			sum += float64(v) * float64(v)
		}
		level := math.Sqrt(sum/float64(last-first)) / loudest
		high := math.Sqrt(level) * wave / 2 // so that quiet sound is seen too
		above = append(above, fmt.Sprintf("%.0f %.1f", x(at), middle-high))
		below = append(below, fmt.Sprintf("%.0f %.1f", x(at), middle+high))
	}
	if len(above) == 0 {
		return ""
	}
	slices.Reverse(below)
	return "M" + strings.Join(append(above, below...), " ") + "Z"
}
