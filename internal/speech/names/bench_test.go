package names

import (
	"os"
	"testing"
)

// A hundred names and the words of about an hour.
func BenchmarkCorrect(b *testing.B) {
	text, err := os.ReadFile("testdata/newton.txt")
	if err != nil {
		b.Fatal(err)
	}
	words := said(string(text), 0.85)
	n := named(b, listOf(b, "people")[:MostNames]...)
	for b.Loop() {
		n.Correct(words)
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(len(words)), "µs/word")
}
