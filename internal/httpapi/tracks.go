package httpapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/cuepipe/cuepipe/internal/caption"
	"github.com/cuepipe/cuepipe/internal/tracks"
	"github.com/cuepipe/cuepipe/internal/upload"
	"github.com/cuepipe/cuepipe/internal/video"
)

// Tracks changes people's own tracks. seen is the id of the version that a
// request is about; empty where there was no track. See tracks.Keeper, whose
// errors these are.
type Tracks interface {
	Save(ctx context.Context, v video.Video, name, seen string, t caption.Track) (video.OwnTrack, error)
	Restore(ctx context.Context, v video.Video, name, seen string, number int) (video.OwnTrack, error)
	Remove(ctx context.Context, v video.Video, name, seen string) error
}

const (
	noOwnTrack = "The video has no such track of your own. GET /v1/videos/{id}/captions lists its tracks."
	noVersion  = "The track has no such version, or not any more. GET …/versions lists those that are kept."
)

func (h videosHandler) listTracks(w http.ResponseWriter, r *http.Request, owner string) error {
	v, err := h.own(r, owner)
	if err != nil {
		return err
	}
	answer(w, http.StatusOK, struct {
		Tracks []trackBody `json:"tracks"`
	}{newTrackBodies(v)})
	return nil
}

func (h videosHandler) putTrack(w http.ResponseWriter, r *http.Request, owner string) error {
	given, format, _ := strings.Cut(r.PathValue("file"), ".")
	name, err := ownTrackName(given)
	if err != nil {
		return err
	}
	if !tracks.Sendable(format) {
		return &upload.Refusal{Code: "invalid_track_name", Message: fmt.Sprintf("Say by the name's end in which format the captions are sent: %s.vtt or %[1]s.srt.", name)}
	}
	if kind := mediaType(r); kind != "" && kind != "text/plain" && formatOf[kind] == "" {
		return &upload.Refusal{Code: "unsupported_type", Message: "Send the captions as text/vtt or application/x-subrip."}
	}
	version, err := seen(r, true)
	if err != nil {
		return err
	}
	t, err := readCaptions(w, r, format)
	if err != nil {
		return err
	}
	v, err := h.own(r, owner)
	if err != nil {
		return err
	}
	saved, err := h.tracks.Save(r.Context(), v, name, version, t)
	if err != nil {
		return refused(w, err)
	}
	status := http.StatusOK
	if version == "" {
		status = http.StatusCreated
		w.Header().Set("Location", trackPath(v.ID, name)+"."+format)
	}
	answerTrack(w, status, v, saved)
	return nil
}

func (h videosHandler) deleteTrack(w http.ResponseWriter, r *http.Request, owner string) error {
	v, name, version, err := h.ownVersionOf(r, owner)
	if err != nil {
		return err
	}
	if err := h.tracks.Remove(r.Context(), v, name, version); err != nil {
		return refused(w, err)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (h videosHandler) versions(w http.ResponseWriter, r *http.Request, owner string) error {
	v, name, err := h.ownTrackOf(r, owner)
	if err != nil {
		return err
	}
	t, found := v.OwnTrack(name)
	if !found {
		return refused(w, tracks.ErrNoTrack)
	}
	type versionBody struct {
		Number  int    `json:"number"`
		Cues    int    `json:"cues"`
		SavedAt string `json:"savedAt"`
	}
	var body struct {
		Versions []versionBody `json:"versions"`
	}
	for i := len(t.Versions) - 1; i >= 0; i-- {
		kept := t.Versions[i]
		body.Versions = append(body.Versions, versionBody{kept.Number, kept.Cues, kept.SavedAt.Format(time.RFC3339Nano)})
	}
	answer(w, http.StatusOK, body)
	return nil
}

func (h videosHandler) restore(w http.ResponseWriter, r *http.Request, owner string) error {
	v, name, version, err := h.ownVersionOf(r, owner)
	if err != nil {
		return err
	}
	var body struct {
		Version int `json:"version"`
	}
	if err := readBody(w, r, &body, `{"version": 3}`); err != nil {
		return err
	}
	if body.Version < 1 {
		return &upload.Refusal{Code: "bad_request", Message: "\"version\" must be the number of a version, from 1."}
	}
	restored, err := h.tracks.Restore(r.Context(), v, name, version, body.Version)
	if err != nil {
		return refused(w, err)
	}
	answerTrack(w, http.StatusOK, v, restored)
	return nil
}

// check says which rules captions break that are not saved.
func (h videosHandler) check(w http.ResponseWriter, r *http.Request, owner string) error {
	format := formatOf[mediaType(r)]
	if format == "" {
		return &upload.Refusal{Code: "unsupported_type", Message: "Send the captions as text/vtt or application/x-subrip."}
	}
	t, err := readCaptions(w, r, format)
	if err != nil {
		return err
	}
	v, err := h.own(r, owner)
	if err != nil {
		return err
	}
	answer(w, http.StatusOK, tracks.Inspect(t, tracks.ProfileOf(v)))
	return nil
}

// formatOf a media type, of those in which captions are sent.
var formatOf = map[string]string{"text/vtt": "vtt", "application/x-subrip": "srt"}

// mediaType is the request's, in lower case, empty where it has none.
func mediaType(r *http.Request) string {
	given := r.Header.Get("Content-Type")
	kind, _, err := mime.ParseMediaType(given)
	if err != nil { // it is none that we know
		return given
	}
	return kind
}

// readCaptions reads what a person sends.
func readCaptions(w http.ResponseWriter, r *http.Request, format string) (caption.Track, error) {
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, tracks.MostBytes))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return caption.Track{}, &upload.Refusal{Code: "too_large", Message: "The captions are larger than 4 MiB. Send no more than the cues of one film."}
	}
	if err != nil {
		return caption.Track{}, &upload.Refusal{Code: "bad_request", Message: "The request's body ended too early. Send it again."}
	}
	t, err := tracks.Read(format, b)
	var invalid *tracks.Invalid
	if errors.As(err, &invalid) {
		return t, &upload.Refusal{Code: "invalid_captions", Message: invalid.Message}
	}
	return t, err
}

// ownTrackOf reads the video and the name of the person's track that the path names.
func (h videosHandler) ownTrackOf(r *http.Request, owner string) (video.Video, string, error) {
	name, err := ownTrackName(r.PathValue("file"))
	if err != nil {
		return video.Video{}, "", err
	}
	v, err := h.own(r, owner)
	return v, name, err
}

// ownVersionOf is ownTrackOf with the version that the request is about.
func (h videosHandler) ownVersionOf(r *http.Request, owner string) (v video.Video, name, version string, err error) {
	if v, name, err = h.ownTrackOf(r, owner); err == nil {
		version, err = seen(r, false)
	}
	return v, name, version, err
}

// ownTrackName is the name of a person's track as it is written, or the refusal
// of what is none.
func ownTrackName(given string) (string, error) {
	if name, ok := video.OwnTrackName(given); ok {
		return name, nil
	}
	if trackName.MatchString(given) && !strings.Contains(strings.ToLower(given)+"-", "-x-") {
		return "", &upload.Refusal{Code: "not_your_track", Message: fmt.Sprintf("Tracks that are named by a language alone are the machine's, and stay as it made them. Save yours beside it, as %s-x-edited.", given)}
	}
	return "", &upload.Refusal{Code: "invalid_track_name", Message: "The name of a track of your own is its language, -x- and what you call it, in letters, digits and hyphens, as in en-x-edited: " +
		"at most 8 between two hyphens and 60 in all."}
}

// refused says what was in the way of a change to a person's track. A client that
// was late learns the ETag of what is there now.
func refused(w http.ResponseWriter, err error) error {
	var changed *tracks.Changed
	switch {
	case errors.As(err, &changed) && changed.Now == "":
		return &upload.Refusal{Code: "changed_meanwhile", Message: "The track was removed since you read it. Save yours as a new one, with If-None-Match: *."}
	case errors.As(err, &changed):
		w.Header().Set("ETag", `"`+changed.Now+`"`)
		return &upload.Refusal{Code: "changed_meanwhile", Message: "Somebody saved or made the track since you read it, and nothing of yours was saved. Read it again, put the two together, and send that with its new ETag."}
	case errors.Is(err, tracks.ErrNoTrack):
		return &upload.Refusal{Code: "no_such_track", Message: noOwnTrack}
	case errors.Is(err, tracks.ErrNoVersion):
		return &upload.Refusal{Code: "no_such_version", Message: noVersion}
	case errors.Is(err, tracks.ErrNotUploaded):
		return &upload.Refusal{Code: "not_uploaded", Message: "The video is not uploaded yet. Send its file first, then its captions."}
	case errors.Is(err, tracks.ErrTooLarge):
		return &upload.Refusal{Code: "too_large", Message: "With all their times the captions are larger than 6 MB in some format. Save them as two tracks."}
	case errors.Is(err, video.ErrTooManyTracks):
		return &upload.Refusal{Code: "too_many_tracks", Message: fmt.Sprintf("The video has %d tracks of your own, which is the most. Remove one first.", video.MostOwnTracks)}
	}
	return err
}

func answerTrack(w http.ResponseWriter, status int, v video.Video, t video.OwnTrack) {
	b := newOwnTrackBody(v, t)
	w.Header().Set("ETag", b.ETag)
	answer(w, status, b)
}
