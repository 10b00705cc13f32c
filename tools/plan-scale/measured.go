package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"time"
)

// Measured is what make bench-length found on one machine, in seconds. Work
// that grows with the sound is given for a second of it.
type Measured struct {
	Date    string `json:"date"`
	Machine string `json:"machine"`
	Of      string `json:"of"` // what was measured, for a reader

	CaptionerStart   float64 `json:"captioner_start_s"`   // until the function asks for work
	TranscriberStart float64 `json:"transcriber_start_s"` // with the models loaded

	Plan      float64 `json:"plan_s"`    // a film: look at it, plan it, send its jobs
	Decode    float64 `json:"decode"`    // a second of film
	Recognise float64 `json:"recognise"` // a second of film
	Assemble  float64 `json:"assemble"`  // a second of film
	LogBytes  float64 `json:"log_bytes"` // a segment
	Segment   float64 `json:"segment_s"` // nominal length
}

//go:embed measured.json
var recorded []byte

// load reads what was measured from a file, or what is recorded with the
// program where name is empty.
func load(name string) (Measured, error) {
	b := recorded
	if name != "" {
		var err error
		if b, err = os.ReadFile(name); err != nil {
			return Measured{}, fmt.Errorf("read what was measured: %w", err)
		}
	}
	var m Measured
	if err := json.Unmarshal(b, &m); err != nil {
		return m, fmt.Errorf("read what was measured: %w", err)
	}
	if m.Segment <= 0 || m.Recognise <= 0 || m.Decode <= 0 || m.TranscriberStart <= 0 || m.CaptionerStart <= 0 || m.Plan <= 0 {
		return m, fmt.Errorf("read what was measured: %+v has a time that is missing", m)
	}
	return m, nil
}

// on returns the same for a processor that takes factor times as long.
func (m Measured) on(factor float64) Measured {
	for _, t := range []*float64{&m.CaptionerStart, &m.TranscriberStart, &m.Plan, &m.Decode, &m.Recognise, &m.Assemble} {
		*t *= factor
	}
	return m
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
