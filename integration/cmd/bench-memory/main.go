// Command bench-memory measures the recogniser's memory: the peak over a
// recording of 15 minutes, then the resident size after each of 20 further
// sounds in the same warm process. It prints a line of JSON after each sound
// and a last one {"peak_mb":…,"growth_mb_20":…}.
//
// The sounds are the English recordings, repeated with 3 s of silence. The
// warm ones differ in length, as films do, for memory that is sized by the
// sound would grow by that, and each has its own samples, as in the function.
// Go's garbage is collected before each measurement: what waits for its
// collection is no growth.
//
// With -hours it measures hours of use instead: see hours.go.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"runtime"
	"slices"
	"time"

	"github.com/cuepipe/cuepipe/integration/machine"
	"github.com/cuepipe/cuepipe/integration/recogniser/recording"
	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/speech/moonshine"
)

const warm = 20

type line struct {
	Sound    string  `json:"sound"`
	Seconds  float64 `json:"seconds"`
	Words    int     `json:"words"`
	RealTime float64 `json:"rtf"`
	RSS      float64 `json:"rss_mb"`
	Peak     float64 `json:"peak_mb"`
}

func main() {
	long := flag.Duration("long", 15*time.Minute, "length of the long recording")
	short := flag.Duration("short", time.Minute, "least length of the recordings of the warm invocations")
	hours := flag.Int("hours", 0, "measure that many hours of use instead")
	figure := flag.String("figure", "", "with -hours: the SVG file that shows them")
	flag.Parse()
	var err error
	if *hours > 0 {
		err = use(*hours, *figure)
	} else {
		err = run(*long, *short)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(long, short time.Duration) error {
	folder, err := recording.Cache("recogniser")
	if err != nil {
		return err
	}
	start := time.Now()
	engine, err := moonshine.Load(folder)
	if err != nil {
		return err
	}
	defer engine.Close()
	loaded := time.Since(start)
	pcm, err := recording.Joined(speech.Samples(long))
	if err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	hear := func(sound string, pcm []int16) (line, error) {
		start := time.Now()
		transcript, err := speech.Checked{Engine: engine}.Recognise(context.Background(), pcm, nil)
		if err != nil {
			return line{}, err
		}
		seconds := speech.Duration(len(pcm)).Seconds()
		took := time.Since(start)
		runtime.GC()
		l := line{Sound: sound, Seconds: seconds, Words: len(transcript.Words), RealTime: took.Seconds() / seconds}
		if l.RSS, l.Peak, err = machine.Resident(); err != nil {
			return line{}, err
		}
		return l, out.Encode(l)
	}

	longest, err := hear("long", pcm)
	if err != nil {
		return err
	}
	var first, last line
	for i := range warm {
		n := min(len(pcm), speech.Samples(short+time.Duration(i)*700*time.Millisecond))
		last, err = hear(fmt.Sprintf("warm %d", i+1), slices.Clone(pcm[:n]))
		if err != nil {
			return err
		}
		if i == 0 {
			first = last
		}
	}
	return out.Encode(struct {
		Load     float64 `json:"load_s"`
		RealTime float64 `json:"rtf"`
		Peak     float64 `json:"peak_mb"`
		Growth   float64 `json:"growth_mb_20"`
	}{loaded.Seconds(), longest.RealTime, last.Peak, last.RSS - first.RSS})
}
