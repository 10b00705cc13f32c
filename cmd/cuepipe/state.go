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
}

// uploading is the one status that a service does not know.
const uploading = "uploading"

// stateOf reads a video's progress. Segments are about equally long, so that a
// finished one counts for its share.
func stateOf(v client.Video) state {
	s := state{ID: v.ID, Status: v.Status, Size: v.Size, Duration: v.Duration}
	if p := v.Progress; p != nil && p.Total > 0 {
		s.Done, s.Total = p.Done, p.Total
		s.Heard = v.Duration*float64(p.Done)/float64(p.Total) + p.Heard
		if v.Duration > 0 {
			s.Heard = min(s.Heard, v.Duration)
		}
	}
	return s
}

// ended reports whether a result will say the rest.
func (s state) ended() bool {
	return s.Status != uploading && !client.Video{Status: s.Status}.InWork()
}

// inWords says a state to people.
func (s state) inWords() string {
	switch s.Status {
	case uploading:
		return "uploading"
	case client.Pending, client.Queued:
		return "waiting for a worker"
	case client.Captioning:
		words := "recognising speech"
		if s.Heard > 0 {
			words += ", " + clock(s.Heard)
			if s.Duration > 0 {
				words += " of " + clock(s.Duration)
			}
		}
		if s.Total > 1 {
			words += fmt.Sprintf(", %d of %d segments done", s.Done, s.Total)
		}
		return words
	}
	return s.Status // one that a newer service may have
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
