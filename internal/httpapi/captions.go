package httpapi

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/cuepipe/cuepipe/internal/caption"
	"github.com/cuepipe/cuepipe/internal/captioning"
	"github.com/cuepipe/cuepipe/internal/upload"
	"github.com/cuepipe/cuepipe/internal/video"
)

// Captions is where tracks are.
type Captions interface {
	// Get returns video.ErrNoObject where nothing is stored.
	Get(ctx context.Context, key string) ([]byte, error)
}

// Early has the captions of a video that is in work.
type Early interface {
	// Track returns what is there from the start without a gap, and the time
	// up to which it goes. Its language is empty while nothing is there.
	Track(ctx context.Context, v video.Video) (track caption.Track, until time.Duration, err error)
}

const (
	// partialHeader says that captions are the beginning only, and up to which
	// second of the film they go: "until=240.120". Whole captions have none.
	partialHeader = "Cuepipe-Partial"
	// anyLanguage is BCP 47's word for a language that is not determined: with
	// ?partial=true it names the track whose language nobody can know before
	// something was recognised.
	anyLanguage = "und"
)

// partialAs returns what writes early captions in a format, or nil. Only WebVTT
// has a place for a mark.
func partialAs(format string) func(w io.Writer, t caption.Track, until time.Duration) error {
	if format == "vtt" {
		return caption.WritePartialVTT
	}
	f, known := caption.FormatByName(format)
	if !known || f.Name != format {
		return nil
	}
	return func(w io.Writer, t caption.Track, _ time.Duration) error { return f.Write(w, t) }
}

// trackName is what a track can be called: a tag of BCP 47.
var trackName = regexp.MustCompile(`^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$`)

func (h videosHandler) track(w http.ResponseWriter, r *http.Request, owner string) error {
	partial, err := wantsPartial(r)
	if err != nil {
		return err
	}
	v, err := h.own(r, owner)
	if err != nil {
		return err
	}
	name, format, _ := strings.Cut(r.PathValue("file"), ".")
	if contentType, known := captioning.ContentType(format); known {
		w.Header().Set("Content-Type", contentType) // a problem sets its own
	}
	if partial && v.InWork() {
		err = h.partialTrack(w, r, v, name, format)
	} else {
		if partial && name == anyLanguage && len(v.Tracks) > 0 {
			name = v.Tracks[0].Name
		}
		err = h.wholeTrack(w, r, v, name, format)
	}
	if errors.Is(err, video.ErrNoObject) {
		// What v names is gone where the video was retried or deleted since it
		// was read.
		now, again := h.own(r, owner)
		if again == nil && now.Generation != v.Generation {
			problem(w, http.StatusNotFound, "no_such_track", noTrack(now))
			return nil
		}
		err = errors.Join(err, again)
	}
	return err
}

// wantsPartial reads "partial", which is true or not there.
func wantsPartial(r *http.Request) (bool, error) {
	q := r.URL.Query()
	if !q.Has("partial") {
		return false, nil
	}
	if q.Get("partial") != "true" {
		return false, &upload.Refusal{Code: "bad_request", Message: "\"partial\" must be \"true\", or left out for captions that are complete."}
	}
	return true, nil
}

func (h videosHandler) wholeTrack(w http.ResponseWriter, r *http.Request, v video.Video, name, format string) error {
	t, found := v.Track(name)
	if !found || t.Formats[format] == "" {
		problem(w, http.StatusNotFound, "no_such_track", noTrack(v))
		return nil
	}
	b, err := h.captions.Get(r.Context(), t.Formats[format])
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "private, no-cache")
	_, _ = w.Write(b) // a client that went away is no error of ours
	return nil
}

// partialTrack answers with what is there of a video in work. While nothing is,
// that is an empty track of any name that a track can have; later the name has
// to be right.
func (h videosHandler) partialTrack(w http.ResponseWriter, r *http.Request, v video.Video, name, format string) error {
	write := partialAs(format)
	if write == nil || !trackName.MatchString(name) {
		problem(w, http.StatusNotFound, "no_such_track", "No video has such a track: it is named by its language and a format, as in en.vtt or en.srt. While the language is not known, und.vtt is it.")
		return nil
	}
	track, until, err := h.early.Track(r.Context(), v)
	if err != nil {
		return err
	}
	if track.Language != "" && name != track.Language && name != anyLanguage {
		problem(w, http.StatusNotFound, "no_such_track", fmt.Sprintf("The video is being captioned in the language %q. Ask for that track.", track.Language))
		return nil
	}
	var b bytes.Buffer
	if err := write(&b, track, until); err != nil {
		return fmt.Errorf("partial captions: %w", err)
	}
	w.Header().Set(partialHeader, fmt.Sprintf("until=%.3f", until.Seconds()))
	w.Header().Set("Cache-Control", "no-store")
	if track.Language != "" {
		w.Header().Set("Content-Language", track.Language)
	}
	_, _ = w.Write(b.Bytes()) // a client that went away is no error of ours
	return nil
}

func noTrack(v video.Video) string {
	switch {
	case v.Status == video.Ready:
		return "The video has no such track. GET /v1/videos/{id} lists its tracks and their formats."
	case v.Failure != nil:
		return "The video has no captions: " + v.Failure.Message
	case v.InWork():
		return fmt.Sprintf("The video has no captions yet: it is %s. Ask GET /v1/videos/{id} until it is ready, or add ?partial=true for what is there so far.", v.Status)
	}
	return fmt.Sprintf("The video has no captions yet: it is %s. Ask GET /v1/videos/{id} until it is ready.", v.Status)
}
