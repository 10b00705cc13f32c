// Package notify tells the world of every video that comes to its end: ready,
// uncaptioned or failed. It hears of that from the stream of the videos' table,
// so that no step of the pipeline can forget to tell, and puts an event on the
// stage's bus. docs/events.md is the contract with those who listen.
package notify

import (
	"fmt"
	"slices"
	"time"

	"github.com/cuepipe/cuepipe/internal/video"
)

// By these a rule of EventBridge finds the events. They are part of the
// contract.
const (
	Source     = "cuepipe"
	DetailType = "Video Ended"
)

// Ends are the statuses that are told of. A video leaves each of them by a new
// generation only, so that a generation ends once.
func Ends() []video.Status {
	return []video.Status{video.Ready, video.Uncaptioned, video.Failed}
}

// An Event is the detail of what is put on the bus: docs/event.schema.json. It
// has nothing that was said or named in the video, and no address.
type Event struct {
	// ID is the same however often the event comes: VIDEO/GENERATION.
	ID         string       `json:"id"`
	Video      string       `json:"video"`
	Owner      string       `json:"owner"` // see video.OwnerID
	Generation int          `json:"generation"`
	Status     video.Status `json:"status"`
	// Duration is in seconds; 0, and then left out, where the file does not say.
	Duration float64  `json:"duration,omitempty"`
	Tracks   []Track  `json:"tracks"` // of the machine; none but where the video is ready
	Failure  *Failure `json:"failure,omitempty"`
	EndedAt  string   `json:"endedAt"` // RFC 3339, UTC
	// Signature is the event again, as a JWS that a webhook can verify. It is
	// left out where the stage has no webhook.
	Signature string `json:"signature,omitempty"`
}

// A Track is one set of captions.
type Track struct {
	Name     string `json:"name"`
	Language string `json:"language"`
	Cues     int    `json:"cues"`
}

// A Failure says why there are no captions.
type Failure struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Told is what is told of a change of a video, if anything is: the zero video
// stands for none before.
func Told(before, after video.Video) (e Event, is bool) {
	if !ended(before, after) {
		return Event{}, false
	}
	return eventOf(after), true
}

// ended says whether a change of a video brought it to an end, which is to be
// told: the zero video stands for none before. What changes at an end and leaves
// it there, such as a person's track that is saved, is no news.
func ended(before, after video.Video) bool {
	return slices.Contains(Ends(), after.Status) && (before.Status != after.Status || before.Generation != after.Generation)
}

// eventOf describes the end that a video has come to.
func eventOf(v video.Video) Event {
	e := Event{
		ID: fmt.Sprintf("%s/%d", v.ID, v.Generation), Video: v.ID, Owner: v.Owner, Generation: v.Generation, Status: v.Status,
		Duration: v.Duration.Seconds(), Tracks: []Track{}, EndedAt: v.UpdatedAt.UTC().Format(time.RFC3339Nano),
	}
	for _, t := range v.Tracks {
		if t.Kind == video.Machine {
			e.Tracks = append(e.Tracks, Track{Name: t.Name, Language: t.Language, Cues: t.Cues})
		}
	}
	if f := v.Failure; f != nil {
		e.Failure = &Failure{Code: f.Code, Message: f.Message}
	}
	return e
}
