package caption

import (
	"fmt"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/caption/captiontest"
)

// Four hours are 36,000 words. Time and memory per word are the same for every
// length, by every profile.
func BenchmarkLayout(b *testing.B) {
	for _, p := range Profiles() {
		for _, hours := range []int{1, 2, 4, 8} {
			words := captiontest.Talk(time.Duration(hours) * time.Hour)
			b.Run(fmt.Sprintf("%s/%dh", p.Name, hours), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					Layout(words, p)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(words)), "ns/word")
			})
		}
	}
}
