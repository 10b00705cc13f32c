package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"time"

	"github.com/cuepipe/cuepipe/integration/machine"
	"github.com/cuepipe/cuepipe/integration/recogniser/recording"
	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/speech/moonshine"
)

// often is how much sound lies between two measurements.
const often = 10 * time.Minute

// segments are the lengths of the sounds that make that up, as a film's
// segments are: two minutes, more or less, for they are cut at pauses.
var segments = []time.Duration{113 * time.Second, 127 * time.Second, 2 * time.Minute, 109 * time.Second, 131 * time.Second}

// A sample is the memory after so many minutes of sound.
type sample struct {
	Minute   int     `json:"minute"`
	Words    int     `json:"words"` // of the last ten minutes
	RealTime float64 `json:"rtf"`
	RSS      float64 `json:"rss_mb"`
	Peak     float64 `json:"peak_mb"`
}

// use has one engine hear that many hours of film, segment by segment, prints
// a line of JSON after every ten minutes of sound, and as the last one by how
// much the memory of the last hour is above that of the first, as means of
// their samples. The film is nine minutes of the recordings and one of silence,
// again and again, but cut elsewhere each time.
func use(hours int, figure string) error {
	if hours < 2 {
		return fmt.Errorf("-hours %d: growth is between two hours at least", hours)
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
	film, err := recording.Joined(speech.Samples(often - time.Minute))
	if err != nil {
		return err
	}
	film = append(film, make([]int16, speech.Samples(time.Minute))...)

	out := json.NewEncoder(os.Stdout)
	var all []sample
	began, words := time.Now(), 0
	for n := range hours * int(time.Hour/often) {
		s, err := tenMinutes(speech.Checked{Engine: engine}, film, speech.Samples(time.Duration(n)*7300*time.Millisecond))
		if err != nil {
			return err
		}
		s.Minute = (n + 1) * int(often/time.Minute)
		all, words = append(all, s), words+s.Words
		if err := out.Encode(s); err != nil {
			return err
		}
	}
	took := time.Since(began)
	anHour := int(time.Hour / often)
	first, last := mean(all[:anHour]), mean(all[len(all)-anHour:])
	if figure != "" {
		if err := os.WriteFile(figure, plot(all), 0o644); err != nil {
			return err
		}
	}
	return out.Encode(struct {
		Hours    int     `json:"hours"`
		Words    int     `json:"words"`
		RealTime float64 `json:"rtf"`
		First    float64 `json:"first_hour_mb"`
		Last     float64 `json:"last_hour_mb"`
		Growth   float64 `json:"growth_mb"`
		Peak     float64 `json:"peak_mb"`
	}{hours, words, took.Hours() / float64(hours), first, last, last - first, all[len(all)-1].Peak})
}

// tenMinutes hears the film once around from there, in segments with samples
// of their own, as in the function.
func tenMinutes(engine speech.Engine, film []int16, from int) (s sample, err error) {
	began := time.Now()
	for _, length := range segments {
		pcm := make([]int16, speech.Samples(length))
		for i := range pcm {
			pcm[i] = film[(from+i)%len(film)]
		}
		from += len(pcm)
		heard, err := engine.Recognise(context.Background(), pcm, nil)
		if err != nil {
			return s, err
		}
		s.Words += len(heard.Words)
	}
	s.RealTime = time.Since(began).Seconds() / often.Seconds()
	runtime.GC() // what waits for its collection is no growth
	s.RSS, s.Peak, err = machine.Resident()
	return s, err
}

func mean(all []sample) (mb float64) {
	for _, s := range all {
		mb += s.RSS / float64(len(all))
	}
	return mb
}
