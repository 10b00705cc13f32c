package main

import (
	"fmt"
	"time"

	"github.com/cuepipe/cuepipe/internal/caption"
	"github.com/cuepipe/cuepipe/internal/caption/captiontest"
)

// layout measures how long the words of a made-up talk take to be laid out, by
// every profile and for films of several lengths, some times each, and fills in
// the median of the slowest profile for four hours.
func layout(times int, r *result) {
	lengths := []int{1, 2, 4}
	fmt.Printf("\nlayout, s (microseconds a word)")
	for _, hours := range lengths {
		fmt.Printf("%18s", fmt.Sprintf("%d h", hours))
	}
	fmt.Println()
	for _, profile := range caption.Profiles() {
		fmt.Printf("  %-29s", profile.Name)
		for _, hours := range lengths {
			words := captiontest.Talk(time.Duration(hours) * time.Hour)
			var took []float64
			for range times {
				began := time.Now()
				caption.Layout(words, profile)
				took = append(took, time.Since(began).Seconds())
			}
			median, _ := spread(took)
			fmt.Printf("%18s", fmt.Sprintf("%.3f (%.1f)", median, 1e6*median/float64(len(words))))
			if hours == 4 {
				r.Layout4h = max(r.Layout4h, median)
			}
		}
		fmt.Println()
	}
}
