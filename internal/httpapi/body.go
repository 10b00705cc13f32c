package httpapi

import (
	"time"

	"github.com/cuepipe/cuepipe/internal/caption"
	"github.com/cuepipe/cuepipe/internal/video"
)

// videoBody is a video as clients see it. Durations are seconds, times RFC 3339.
type videoBody struct {
	ID          string `json:"id"`
	Title       string `json:"title"`
	Size        int64  `json:"size"`
	ContentType string `json:"contentType"`
	optionsBody
	Status    string        `json:"status"`
	Duration  float64       `json:"duration,omitempty"`
	Progress  *progressBody `json:"progress,omitempty"`
	Upload    *uploadBody   `json:"upload,omitempty"`
	Tracks    []trackBody   `json:"tracks"`
	Failure   *failureBody  `json:"failure,omitempty"`
	CreatedAt string        `json:"createdAt"`
	UpdatedAt string        `json:"updatedAt"`
}

// optionsBody is what was asked of the captions.
type optionsBody struct {
	Language string   `json:"language,omitempty"`
	Speakers int      `json:"speakers,omitempty"`
	Profile  string   `json:"profile,omitempty"`
	Names    []string `json:"names,omitempty"`
}

// progressBody: done of total segments are recognised, and with what is heard
// of the others, that is heard seconds of sound. secondsLeft is an estimate of
// the time to the end, and missing where there is nothing to go by.
type progressBody struct {
	Done        int     `json:"done"`
	Total       int     `json:"total"`
	Heard       float64 `json:"heard"`
	SecondsLeft *int    `json:"secondsLeft,omitempty"`
}

type trackBody struct {
	Name     string            `json:"name"`
	Language string            `json:"language"`
	Kind     string            `json:"kind"`
	Engine   string            `json:"engine,omitempty"`
	Cues     int               `json:"cues"`
	ETag     string            `json:"etag"`
	Version  int               `json:"version,omitempty"` // of a person's track
	SavedAt  string            `json:"savedAt,omitempty"`
	Formats  map[string]string `json:"formats"` // format to path
}

type failureBody struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

func videoPath(id string) string { return "/v1/videos/" + id }

func newVideoBody(v video.Video, now time.Time) videoBody {
	b := videoBody{ID: v.ID, Title: v.Title, Size: v.Size, ContentType: v.ContentType,
		optionsBody: optionsBody(v.Options), Status: string(v.Status),
		Duration: v.Duration.Seconds(), Upload: pendingUpload(v), Tracks: newTrackBodies(v), Failure: (*failureBody)(v.Failure),
		CreatedAt: v.CreatedAt.Format(time.RFC3339Nano), UpdatedAt: v.ChangedAt().Format(time.RFC3339Nano)}
	if v.Segments > 0 {
		p := progressBody{Done: len(v.Done), Total: v.Segments, Heard: v.SoundHeard().Seconds()}
		if left, ok := v.TimeLeft(now); ok {
			seconds := int(left.Seconds())
			p.SecondsLeft = &seconds
		}
		b.Progress = &p
	}
	return b
}

// newTrackBodies has people's tracks first, the one that was saved last before
// the others, then the machine's.
func newTrackBodies(v video.Video) []trackBody {
	bodies := []trackBody{}
	for _, t := range v.OwnByTime() {
		bodies = append(bodies, newOwnTrackBody(v, t))
	}
	for _, t := range v.Tracks {
		b := trackBody{Name: t.Name, Language: t.Language, Kind: string(t.Kind), Engine: t.Engine, Cues: t.Cues, ETag: machineETag(v, t), Formats: map[string]string{}}
		for f := range t.Formats {
			b.Formats[f] = trackPath(v.ID, t.Name) + "." + f
		}
		bodies = append(bodies, b)
	}
	return bodies
}

func newOwnTrackBody(v video.Video, t video.OwnTrack) trackBody {
	newest := t.Newest()
	b := trackBody{Name: t.Name, Language: t.Language(), Kind: string(video.Human), Cues: newest.Cues, ETag: ownETag(newest), Version: newest.Number,
		SavedAt: newest.SavedAt.Format(time.RFC3339Nano), Formats: map[string]string{caption.ReportName: trackPath(v.ID, t.Name) + "." + caption.ReportName}}
	for _, f := range caption.Formats() {
		b.Formats[f.Name] = trackPath(v.ID, t.Name) + "." + f.Name
	}
	return b
}

func trackPath(id, name string) string { return videoPath(id) + "/captions/" + name }
