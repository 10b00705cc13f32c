// Command bench-seams measures what cutting a film costs in words: a film of
// the recordings joined, in one pass and cut into segments. It prints a JSON
// line for every seam, with what is said around it both ways, and as the last
// line the word error rates.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/cuepipe/cuepipe/integration/seams"
	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/speech/speechtest"
)

func main() {
	length := flag.Duration("length", 2*time.Minute, "of a segment")
	loops := flag.Int("loops", 7, "how often the recordings are repeated")
	gap := flag.Duration("gap", 3*time.Second, "silence after each recording")
	music := flag.Float64("music", 0, "put music under the film, so many decibels below the speech; 0 does not")
	flag.Parse()
	if err := run(*length, *loops, *gap, *music); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

type seam struct {
	Nominal float64 `json:"nominal_s"`
	Cut     float64 `json:"cut_s"`
	Pause   float64 `json:"pause_s"` // 0: nobody paused there
	Whole   string  `json:"whole"`   // what one pass says around it
	Joined  string  `json:"joined"`  // what the parts say
	Same    bool    `json:"same"`
}

// around is how much of the film is shown beside a seam.
const around = 3 * time.Second

func run(length time.Duration, loops int, gap time.Duration, music float64) error {
	pcm, said, err := seams.Film(loops, gap)
	if err != nil {
		return err
	}
	if music != 0 {
		pcm = seams.Under(pcm, music)
	}
	bench, err := seams.Open()
	if err != nil {
		return err
	}
	defer bench.Close()
	film := speech.Duration(len(pcm))
	whole, err := bench.Caption(context.Background(), pcm, 2*film)
	if err != nil {
		return err
	}
	cut, err := bench.Caption(context.Background(), pcm, length)
	if err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	same := 0
	for _, s := range cut.Seams {
		line := seam{s.Nominal.Seconds(), s.Cut.Seconds(), s.Pause.Seconds(), whole.Around(s.Cut, around), cut.Around(s.Cut, around), false}
		if line.Same = line.Whole == line.Joined; line.Same {
			same++
		}
		if err := out.Encode(line); err != nil {
			return err
		}
	}
	rate := func(heard []string) float64 { return float64(speechtest.Errors(said, heard)) / float64(len(said)) }
	return out.Encode(struct {
		Film       float64 `json:"film_s"`
		Words      int     `json:"words"`
		Seams      int     `json:"seams"`
		Same       int     `json:"seams_same"`
		Whole      float64 `json:"wer_whole"`
		Cut        float64 `json:"wer_cut"`
		Difference float64 `json:"difference_points"`
	}{film.Seconds(), len(said), len(cut.Seams), same, rate(whole.Words()), rate(cut.Words()), 100 * (rate(cut.Words()) - rate(whole.Words()))})
}
