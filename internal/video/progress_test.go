package video

import (
	"testing"
	"time"
)

func TestSoundHeard(t *testing.T) {
	const s = time.Second
	for name, c := range map[string]struct {
		v    Video
		want time.Duration
	}{
		"nothing is planned":                    {Video{}, 0},
		"nothing is heard":                      {Video{Segments: 3, SegmentLength: 30 * s, Duration: 80 * s}, 0},
		"a first one is done":                   {Video{Segments: 3, SegmentLength: 30 * s, Duration: 80 * s, Done: []int{0}}, 30 * s},
		"the last one, which is shorter":        {Video{Segments: 3, SegmentLength: 30 * s, Duration: 80 * s, Done: []int{2}}, 20 * s},
		"the last one, which is longer":         {Video{Segments: 2, SegmentLength: 30 * s, Duration: 65 * s, Done: []int{1}}, 35 * s},
		"all":                                   {Video{Segments: 3, SegmentLength: 30 * s, Duration: 80 * s, Done: []int{0, 1, 2}}, 80 * s},
		"some are in work":                      {Video{Segments: 3, SegmentLength: 30 * s, Duration: 80 * s, Done: []int{0}, Heard: map[int]time.Duration{1: 7 * s, 2: 4 * s}}, 41 * s},
		"one listens beyond its border":         {Video{Segments: 3, SegmentLength: 30 * s, Duration: 80 * s, Heard: map[int]time.Duration{1: 35 * s}}, 30 * s},
		"a late report of what is done":         {Video{Segments: 3, SegmentLength: 30 * s, Duration: 80 * s, Done: []int{1}, Heard: map[int]time.Duration{1: 35 * s}}, 30 * s},
		"a film of one segment":                 {Video{Segments: 1, SegmentLength: 30 * s, Duration: 5 * s, Heard: map[int]time.Duration{0: 4 * s}}, 4 * s},
		"one whose length is not known":         {Video{Segments: 1, SegmentLength: 30 * s, Heard: map[int]time.Duration{0: 29 * s}}, 29 * s},
		"more sound than the header has":        {Video{Segments: 1, SegmentLength: 30 * s, Duration: 5 * s, Heard: map[int]time.Duration{0: 9 * s}}, 5 * s},
		"a header that ends before its segment": {Video{Segments: 3, SegmentLength: 30 * s, Duration: 50 * s, Done: []int{0, 1, 2}}, 50 * s},
	} {
		if got := c.v.SoundHeard(); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
