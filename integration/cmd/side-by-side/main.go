// Command side-by-side writes a page that shows our captions of one recording
// beside those of other captioners: pictures of a player at some moments, a
// timeline, and which rules each breaks. All of it comes from one run; nothing
// is drawn or chosen by hand.
//
// It needs the recordings at CUEPIPE_SPEECH, what tools/fetch/peers.sh installs
// and Debian's chromium, which plays.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/cuepipe/cuepipe/internal/speech"
)

// moments are how many pictures there are, beside the one of the end.
const moments = 4

func main() {
	clip := flag.String("clip", "sonnet001.mp3", "which of the recordings")
	to := flag.String("to", "", "the folder of the page; the pictures go into its folder side-by-side")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *clip, *to); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, clip, to string) error {
	if to == "" {
		return errors.New("-to is missing: say which folder the page goes to")
	}
	s, err := hear(ctx, clip)
	if err != nil {
		return err
	}
	pictures := filepath.Join(to, "side-by-side")
	if err := os.RemoveAll(pictures); err != nil {
		return err
	}
	if err := os.MkdirAll(pictures, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(pictures, "timeline.svg"), s.timeline(), 0o644); err != nil {
		return err
	}
	ours, whisper, sphinx := s.systems[0], s.systems[1], s.systems[2]
	at := s.moments()
	var shots []shot
	for i := range at {
		shots = append(shots, shot{fmt.Sprintf("moment-%d.png", i+1), at[i], "", []system{ours, whisper}})
	}
	shots[len(at)-1].note = ", the last moment of the film"
	// One picture is enough of what has hardly any cues.
	shots = append(shots, shot{"pocketsphinx.png", at[0], " again, with pocketsphinx", []system{ours, sphinx}})
	if err := s.play(ctx, pictures, shots); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(to, "side-by-side.md"), s.page(shots), 0o644)
}

// moments are one second after phrases begin that lie evenly in the recording,
// or where no phrases are known simply evenly in it; and the end.
func (s *sounds) moments() (at []time.Duration) {
	length := speech.Duration(len(s.pcm))
	for i := range moments {
		if n := len(s.onsets); n > 0 {
			at = append(at, s.onsets[(i+1)*n/(moments+1)].Sounds+time.Second)
			continue
		}
		at = append(at, length*time.Duration(i+1)/(moments+1))
	}
	return append(at, length-100*time.Millisecond)
}
