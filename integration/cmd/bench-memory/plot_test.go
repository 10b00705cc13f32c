package main

import (
	"encoding/xml"
	"io"
	"strings"
	"testing"
)

func TestThePlotHasEverySample(t *testing.T) {
	var all []sample
	for i := range 12 {
		all = append(all, sample{Minute: 10 * (i + 1), RSS: 200 + float64(i)})
	}
	svg := string(plot(all))
	decoder := xml.NewDecoder(strings.NewReader(svg))
	for {
		if _, err := decoder.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if n := strings.Count(svg, "<circle"); n != 12 {
		t.Errorf("%d points of 12", n)
	}
	for _, want := range []string{"over 2 hours", "first hour 202.5 MB, last hour 208.5 MB", ">250<"} {
		if !strings.Contains(svg, want) {
			t.Errorf("%q is missing", want)
		}
	}
}
