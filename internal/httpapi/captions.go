package httpapi

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/cuepipe/cuepipe/internal/caption"
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
	contentType, known := caption.ContentType(format)
	if known {
		w.Header().Set("Content-Type", contentType) // a problem sets its own
	}
	own, isOwn := video.OwnTrackName(name)
	switch {
	case isOwn && known:
		err = h.ownTrack(w, r, v, own, format)
	case r.URL.Query().Has("version"):
		problem(w, http.StatusNotFound, "no_such_version", "Only a track of your own has versions; this one is the machine's. Leave \"version\" out.")
	case partial && v.InWork():
		err = h.partialTrack(w, r, v, name, format)
	default:
		if partial && name == anyLanguage && len(v.Tracks) > 0 {
			name = v.Tracks[0].Name
		}
		err = h.wholeTrack(w, r, v, name, format)
	}
	if errors.Is(err, video.ErrNoObject) {
		// What v names is gone where the video was retried or deleted since it
		// was read, or a person's track changed.
		now, again := h.own(r, owner)
		if again == nil && (now.Generation != v.Generation || now.OwnEdition != v.OwnEdition) {
			why := noTrack(now)
			if isOwn {
				why = noOwnTrack
			}
			return &upload.Refusal{Code: "no_such_track", Message: why}
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
	return h.send(w, r, t.Formats[format], machineETag(v, t), t.Language)
}

// ownTrack answers with a person's track, or an older version of it.
func (h videosHandler) ownTrack(w http.ResponseWriter, r *http.Request, v video.Video, name, format string) error {
	t, found := v.OwnTrack(name)
	if !found {
		return &upload.Refusal{Code: "no_such_track", Message: noOwnTrack}
	}
	version := t.Newest()
	if q := r.URL.Query(); q.Has("version") {
		number, err := strconv.Atoi(q.Get("version"))
		if err != nil || number < 1 {
			return &upload.Refusal{Code: "bad_request", Message: "\"version\" must be the number of a version, from 1."}
		}
		if version, found = t.Version(number); !found {
			return &upload.Refusal{Code: "no_such_version", Message: noVersion}
		}
	}
	return h.send(w, r, t.Key(v.ID, version, format), ownETag(version), t.Language())
}

// send answers with a stored track, unless the client has it.
func (h videosHandler) send(w http.ResponseWriter, r *http.Request, key, etag, language string) error {
	if has(r.Header.Values("If-None-Match"), etag) {
		w.Header().Del("Content-Type")
		w.Header().Set("ETag", etag)
		w.Header().Set("Cache-Control", "private, no-cache")
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	b, err := h.captions.Get(r.Context(), key)
	if err != nil {
		return err
	}
	w.Header().Set("ETag", etag)
	w.Header().Set("Cache-Control", "private, no-cache")
	w.Header().Set("Content-Language", language)
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
