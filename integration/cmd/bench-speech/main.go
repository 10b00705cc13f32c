// Command bench-speech measures the recogniser on a folder of recordings with
// refs.tsv and .sync files: how many words are wrong, how far words begin from
// their sound, what is heard where nobody speaks, which rules the captions
// break, how much time and memory it takes, and how long the layout of a film's
// words takes. It prints tables, and as its last line one JSON object.
//
// Speed and memory are those of processes of their own, which hear the
// recordings joined with 3 s of silence and repeated to ten minutes: one alone
// that hears all, then two at once that hear a half each. Each is done some
// times, and the median counts; the spread is printed, and how fast the machine
// itself was, alone and with both processors at work.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/cuepipe/cuepipe/integration/machine"
	"github.com/cuepipe/cuepipe/integration/recogniser/recording"
	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/speech/moonshine"
)

func main() {
	film := flag.Duration("film", 10*time.Minute, "length of the recording that speed and memory are measured on")
	times := flag.Int("times", 3, "how often speed is measured")
	part := flag.String("part", "", "hear one part of that recording, as n/of, and say what it took; for this command itself")
	peers := flag.Bool("peers", false, "also run faster-whisper and pocketsphinx on the same recordings")
	flag.Parse()
	var err error
	if *part != "" {
		err = hearPart(*film, *part)
	} else {
		err = run(context.Background(), *film, *times, *peers)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// result is the last line. Shares are 0 to 1.
type result struct {
	WER              float64                       `json:"wer"` // of all words of all recordings
	OnsetMean        float64                       `json:"onset_mean_s"`
	OnsetP95         float64                       `json:"onset_p95_s"`
	RealTime1        float64                       `json:"rtf_1"` // seconds of work a second of sound, with one worker
	RealTime2        float64                       `json:"rtf_2"` // with two at once
	Load             float64                       `json:"load_s"`
	Peak             float64                       `json:"peak_mb"` // resident, of one worker's process
	Invented         int                           `json:"invented_words"`
	HardRulesBroken  int                           `json:"hard_rules_broken"` // by cues of the default profile
	Cues             int                           `json:"cues"`
	BrokenByProfiles map[string]map[string]float64 `json:"broken_share"` // of the cues, by profile and rule
	Layout4h         float64                       `json:"layout_4h_s"`  // of four hours' words into cues, by the slowest profile
	Peers            map[string]peer               `json:"peers,omitempty"`
}

func run(ctx context.Context, film time.Duration, times int, peers bool) error {
	fmt.Printf("machine: %s\n", machine.Description())
	var r result
	if err := speed(ctx, film, times, &r); err != nil {
		return err
	}
	folder, err := recording.Cache("recogniser")
	if err != nil {
		return err
	}
	engine, err := moonshine.Load(folder)
	if err != nil {
		return err
	}
	defer engine.Close()
	if err := quality(ctx, speech.Checked{Engine: engine}, &r); err != nil {
		return err
	}
	layout(times, &r)
	if peers {
		if err := compare(ctx, film, &r); err != nil {
			return err
		}
	}
	return json.NewEncoder(os.Stdout).Encode(r)
}

// median and the spread of some figures.
func spread(figures []float64) (median float64, text string) {
	sorted := slices.Sorted(slices.Values(figures))
	median = sorted[len(sorted)/2]
	return median, fmt.Sprintf("%.4f (%.4f to %.4f)", median, sorted[0], sorted[len(sorted)-1])
}
