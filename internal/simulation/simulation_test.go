package simulation

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/cuepipe/cuepipe/internal/video"
)

// runs does so many runs, side by side, and returns what they met.
func runs(t *testing.T, s *Simulation, n int) *Counts {
	t.Helper()
	var seed atomic.Uint64
	var mu sync.Mutex
	var wg sync.WaitGroup
	total := NewCounts()
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			counts := NewCounts()
			for i := seed.Add(1); i <= uint64(n) && !t.Failed(); i = seed.Add(1) {
				if err := s.Run(i, counts, nil); err != nil {
					t.Errorf("%v\nmake simulate RUNS=1 SEED=%d shows it step by step", err, i)
				}
			}
			mu.Lock()
			defer mu.Unlock()
			total.Add(counts)
		})
	}
	wg.Wait()
	return total
}

// The whole pipeline, under every fault that there is. That all holds proves
// something only if every fault befell every call.
func TestWhatMustHoldHolds(t *testing.T) {
	counts := runs(t, New(), 2000)
	if t.Failed() {
		return
	}
	for f := None + 1; f < faults; f++ {
		if counts.Faults[f] < 20 {
			t.Errorf("%v: only %d times", f, counts.Faults[f])
		}
	}
	for _, end := range []string{"ready", "deleted", "pending", "uncaptioned no_audio", "uncaptioned no_speech", "uncaptioned language_uncertain",
		"failed not_media", "failed too_long", "failed gave_up", "failed service_failed"} {
		if counts.Ends[end] == 0 {
			t.Errorf("no video ended as %s: %v", end, counts.Ends)
		}
	}
	// Calls that are made seldom cannot have met all faults.
	const often = 100
	for place, fates := range counts.Calls {
		made := 0
		for _, n := range fates.N {
			made += n
		}
		if never := fates.Never(); len(never) > 0 && made >= often {
			t.Errorf("the call %q of the %s never met: %v; of %d calls: %v", place.Call, place.Role, never, made, fates.N)
		}
	}
	for _, place := range []Place{
		{"captioner", "record"}, {"captioner", "dispatch"}, {"captioner", "send jobs"}, {"captioner", "replace"}, {"captioner", "remove source"},
		{"transcriber", "put part"}, {"transcriber", "put track"}, {"transcriber", "finish segment"}, {"transcriber", "finish"},
		{"transcriber", "extend"}, {"transcriber", "announce"}, {"transcriber", "measure"}, {"transcriber", "hear"}, {"transcriber", "remove results"},
		{"deadletter", "fail"}, {"deadletter", "put quarantine"}, {"sweeper", "sweep"}, {"sweeper", "give up"}, {"sweeper", "replace"}, {"sweeper", "announce"}, {"sweeper", "delete"},
		{"transcriber", "start job"}, {"transcriber", "get job"}, {"transcriber", "delete job"}, {"transcriber", "await"}, {"sweeper", "get job"}, {"sweeper", "delete job"},
		{"delete", "forget"}, {"sweeper", "bury"}, {"retry", "replace"}, {"retry", "announce"}, {"complete", "arrive"}, {"look", "read part"},
		{"send", "list parts"}, {"send", "send part"}, {"complete", "list parts"}, {"complete", "join parts"},
		{"edit", "put version"}, {"edit", "save track"}, {"edit", "read version"}, {"edit", "remove track"}, {"edit", "remove results"},
	} {
		if counts.Calls[place] == nil {
			t.Errorf("the %s never made the call %q", place.Role, place.Call)
		}
	}
}

func TestTheSameSeedIsTheSameRun(t *testing.T) {
	s := New() // that has heard the films already, and one that has not
	for seed := range uint64(30) {
		var first, again bytes.Buffer
		errFirst := s.Run(seed, NewCounts(), &first)
		errAgain := New().Run(seed, NewCounts(), &again)
		if fmt.Sprint(errFirst) != fmt.Sprint(errAgain) || !bytes.Equal(first.Bytes(), again.Bytes()) {
			t.Fatalf("seed %d: two runs differ: %d and %d bytes, %v and %v", seed, first.Len(), again.Len(), errFirst, errAgain)
		}
		if first.Len() == 0 {
			t.Fatalf("seed %d left no trace", seed)
		}
	}
}

// Without faults every film has an end, and nothing is made twice.
func TestEveryFilmUndisturbed(t *testing.T) {
	s := New()
	segments := map[int]int{}
	for film := range filmCount {
		for w := range wishes {
			e, err := s.end(film, w)
			if err != nil {
				t.Fatal(err)
			}
			if w == english {
				segments[e.segments]++
			} else if e.segments > 1 || e.status == video.Ready && !strings.HasPrefix(e.tracks, []string{german: "de ", twoSpeakers: "en "}[w]) {
				t.Errorf("film %d, through the service: %d segments, %s", film, e.segments, e.tracks)
			}
		}
	}
	for n := 1; n <= 5; n++ {
		if segments[n] == 0 {
			t.Errorf("no film has %d segments: %v", n, segments)
		}
	}
}
