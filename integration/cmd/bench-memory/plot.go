package main

import (
	"fmt"
	"math"
	"strings"
)

// plot draws the samples as SVG: hours of sound to the right, resident memory
// up, from zero.
func plot(all []sample) []byte {
	const (
		width, height = 640, 220
		left, top     = 62, 44
	)
	most := 0.0
	for _, s := range all {
		most = max(most, s.RSS)
	}
	most = 50 * math.Ceil(most*1.1/50)
	hours := all[len(all)-1].Minute / 60
	x := func(minute int) float64 { return left + width*float64(minute)/float64(60*hours) }
	y := func(mb float64) float64 { return top + height*(1-mb/most) }

	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="13">`+"\n", left+width+24, top+height+52)
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" fill="white"/><text x="%d" y="24" font-size="15">Resident memory of one recogniser, over %d hours of sound</text>`+"\n",
		left, hours)
	for mb := 0.0; mb <= most; mb += 50 {
		fmt.Fprintf(&b, `<path d="M%d %.1fh%d" stroke="#ddd"/><text x="%d" y="%.1f" text-anchor="end">%.0f</text>`+"\n", left, y(mb), width, left-8, y(mb)+4, mb)
	}
	for h := 0; h <= hours; h++ {
		fmt.Fprintf(&b, `<path d="M%.1f %dv5" stroke="#888"/><text x="%.1f" y="%d" text-anchor="middle">%d h</text>`+"\n", x(60*h), top+height, x(60*h), top+height+20, h)
	}
	fmt.Fprintf(&b, `<path d="M%d %dv%dh%d" fill="none" stroke="#888"/>`+"\n", left, top, height, width)
	fmt.Fprintf(&b, `<text x="%d" y="%d" fill="#555">MB</text>`+"\n", left+6, top+14)
	b.WriteString(`<polyline fill="none" stroke="#1f6fb2" stroke-width="1.5" points="`)
	for _, s := range all {
		fmt.Fprintf(&b, "%.1f,%.1f ", x(s.Minute), y(s.RSS))
	}
	b.WriteString(`"/>` + "\n" + `<g fill="#1f6fb2">`)
	for _, s := range all {
		fmt.Fprintf(&b, `<circle cx="%.1f" cy="%.1f" r="3"/>`, x(s.Minute), y(s.RSS))
	}
	anHour := len(all) / hours
	first, last := mean(all[:anHour]), mean(all[len(all)-anHour:])
	fmt.Fprintf(&b, `</g>`+"\n"+`<text x="%d" y="%d" fill="#555">first hour %.1f MB, last hour %.1f MB, each the mean of %d measurements</text>`+"\n</svg>\n",
		left, top+height+42, first, last, anHour)
	return []byte(b.String())
}
