package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/cuepipe/cuepipe/integration/peers"
	"github.com/cuepipe/cuepipe/integration/recogniser/recording"
	"github.com/cuepipe/cuepipe/internal/caption"
	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/speech/speechtest"
)

// A peer is what another recogniser does of the same.
type peer struct {
	WER      float64 `json:"wer"`
	Onset    float64 `json:"onset_mean_s"` // words spread evenly over their cue
	RealTime float64 `json:"rtf"`          // with both processors
	Load     float64 `json:"load_s"`
	Peak     float64 `json:"peak_mb"`
	Invented int     `json:"invented_words"`
	Cues     int     `json:"cues"`
	Broken   float64 `json:"broken_share"` // of its cues, by the default profile's hard rules
}

// tries is how often a peer hears the clips; the best counts. faster-whisper
// draws by chance where it is unsure, and made 8 to 24 mistakes in 142 words.
var tries = map[string]int{peers.Whisper: 3, peers.Sphinx: 1}

// compare runs the peers on the same recordings.
func compare(ctx context.Context, film time.Duration, r *result) error {
	folder, err := os.MkdirTemp("", "bench-speech")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	names, err := recording.Clips()
	if err != nil {
		return err
	}
	sounds := map[string][]int16{}
	for _, name := range names {
		if sounds[name], err = recording.Samples(name); err != nil {
			return err
		}
	}
	silent := speechtest.Wordless(30 * time.Second)
	wordless := []string{"silence", "white noise", "pink noise", "tone of 440 Hz"} // the others take them minutes
	var files []string
	write := func(pcm []int16) error {
		files = append(files, filepath.Join(folder, fmt.Sprintf("%d.wav", len(files))))
		return peers.WriteWAV(files[len(files)-1], pcm)
	}
	for _, name := range names {
		if err := write(sounds[name]); err != nil {
			return err
		}
	}
	for _, name := range wordless {
		if err := write(silent[name]); err != nil {
			return err
		}
	}
	said, err := recording.Said()
	if err != nil {
		return err
	}
	r.Peers = map[string]peer{}
	fmt.Printf("\n%-18s %7s %8s %8s %8s %9s %9s %12s\n", "", "WER, %", "onset, s", "rtf", "load, s", "peak, MB", "invented", "cues broken")
	for name, length := range map[string]time.Duration{peers.Whisper: film, peers.Sphinx: film / 5} { // the latter is slow, at any length
		joined, err := recording.Joined(speech.Samples(length))
		if err != nil {
			return err
		}
		path := filepath.Join(folder, "film.wav")
		if err := peers.WriteWAV(path, joined); err != nil {
			return err
		}
		long, err := peers.Hear(ctx, name, []string{path})
		if err != nil {
			return err
		}
		var p peer
		for n := range tries[name] {
			short, err := peers.Hear(ctx, name, files)
			if err != nil {
				return err
			}
			var again peer
			if err := again.judge(names, sounds, said, short); err != nil {
				return err
			}
			if n == 0 || again.WER < p.WER {
				p = again
			}
		}
		p.RealTime, p.Load, p.Peak = long.Files[0].Took/length.Seconds(), long.Load, long.Peak
		r.Peers[name] = p
		fmt.Printf("%-18s %7.1f %8.3f %8.4f %8.2f %9.0f %9d %10.0f %%\n", name, 100*p.WER, p.Onset, p.RealTime, p.Load, p.Peak, p.Invented, 100*p.Broken)
	}
	return nil
}

// judge fills in what its words and cues of the recordings are worth.
func (p *peer) judge(names []string, sounds map[string][]int16, said map[string]string, h peers.Heard) error {
	wrong, words, broken := 0, 0, 0
	var off []float64
	for i, name := range names {
		var spread []speech.Word
		var cues []caption.Cue
		for _, c := range h.Files[i].Cues {
			spread = append(spread, c.Words()...)
			cues = append(cues, c.Caption(caption.Default().MaxCharsPerLine))
		}
		want := speechtest.Normalise(said[name])
		wrong, words = wrong+speechtest.Errors(want, speechtest.Normalise(speechtest.Text(spread))), words+len(want)
		onsets, err := recording.Onsets(name, sounds[name], spread)
		if err != nil {
			return err
		}
		for _, o := range onsets {
			if o.Heard {
				off = append(off, o.Off.Abs().Seconds())
			}
		}
		found := map[int]bool{}
		for _, f := range caption.Check(cues, caption.Default()) {
			if slices.Contains(hardRules, f.Rule) {
				found[f.Cue] = true
			}
		}
		broken, p.Cues = broken+len(found), p.Cues+len(cues)
	}
	for _, f := range h.Files[len(names):] {
		for _, c := range f.Cues {
			p.Invented += len(strings.Fields(c.Text))
		}
	}
	p.WER, p.Onset, p.Broken = float64(wrong)/float64(max(1, words)), mean(off), float64(broken)/float64(max(1, p.Cues))
	return nil
}
