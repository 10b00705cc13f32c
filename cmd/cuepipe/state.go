package main

import (
	"fmt"
	"time"

	"github.com/cuepipe/cuepipe/internal/client"
)

// A state is how far a video has come. Times are seconds.
type state struct {
	ID       string  `json:"id,omitempty"` // empty until it is created
	Status   string  `json:"status"`
	Sent     int64   `json:"sentBytes,omitempty"` // while it is uploading
	Size     int64   `json:"sizeBytes,omitempty"`
	Heard    float64 `json:"heard,omitempty"` // of the duration
	Duration float64 `json:"duration,omitempty"`
	Done     int     `json:"segmentsDone,omitempty"`
	Total    int     `json:"segments,omitempty"`
	Left     int     `json:"secondsLeft,omitempty"` // an estimate; 0 while there is none, and at the end

	kept      string    // the file that has early captions, after an end without whole ones
	keptUntil time.Time // of an upload in parts: how long the service keeps what has arrived
}

// Statuses that a service does not know.
const (
	uploading = "uploading"
	checking  = "checking" // what has arrived before
)

// sending reports whether the service does not have the whole file yet.
func (s state) sending() bool { return s.Status == uploading || s.Status == checking }

// stateOf reads a video's progress.
func stateOf(v client.Video) state {
	s := state{ID: v.ID, Status: v.Status, Size: v.Size, Duration: v.Duration}
	if p := v.Progress; p != nil {
		s.Done, s.Total, s.Heard = p.Done, p.Total, p.Heard
		if p.SecondsLeft != nil {
			s.Left = *p.SecondsLeft
		}
	}
	return s
}

// ended reports whether a result will say the rest.
func (s state) ended() bool {
	return !s.sending() && !client.Video{Status: s.Status}.InWork()
}

// inWords says a state to people.
func (s state) inWords() string {
	switch s.Status {
	case uploading:
		return "uploading"
	case checking:
		return "checking what was uploaded before"
	case client.Pending, client.Queued:
		if s.Done == 0 { // later some of it waits, and the rest is in work
			return "waiting for a worker"
		}
	case client.Captioning:
	default:
		return s.Status // one that a newer service may have
	}
	words := "captioning"
	switch {
	case s.Total > 1:
		words += fmt.Sprintf(": %d of %d segments", s.Done, s.Total)
	case s.Heard > 0 && s.Duration > 0:
		words += ": " + clock(s.Heard) + " of " + clock(s.Duration)
	case s.Heard > 0:
		words += ": " + clock(s.Heard)
	}
	if s.Left > 0 {
		words += ", about " + roughly(s.Left) + " left"
	}
	return words
}

// inALine says it where no bar shows how much is sent.
func (s state) inALine() string {
	words := s.inWords()
	if s.sending() && s.Size > 0 {
		words += fmt.Sprintf(", %d%% of %.1f MB", 100*s.Sent/s.Size, float64(s.Size)/1e6)
	}
	return words
}

// roughly says how long seconds are, no finer than an estimate of them is.
func roughly(seconds int) string {
	minutes := (seconds + 30) / 60
	switch {
	case seconds < 90:
		return fmt.Sprintf("%d s", max(1, seconds/10)*10)
	case minutes < 90:
		return fmt.Sprintf("%d min", minutes)
	}
	return fmt.Sprintf("%d h %d min", minutes/60, minutes%60)
}

// clock writes seconds as 1:02 or 1:02:03.
func clock(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second)).Truncate(time.Second)
	h, m, s := int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60
	if h > 0 {
		return fmt.Sprintf("%d:%02d:%02d", h, m, s)
	}
	return fmt.Sprintf("%d:%02d", m, s)
}
