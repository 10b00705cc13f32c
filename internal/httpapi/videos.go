package httpapi

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/cuepipe/cuepipe/internal/upload"
	"github.com/cuepipe/cuepipe/internal/video"
)

// Videos is what the routes read.
type Videos interface {
	Get(ctx context.Context, id string) (video.Video, error)
	// List returns a page, newest first, and the place after it, which is zero
	// at the end.
	List(ctx context.Context, owner string, after video.Place, limit int) ([]video.Video, video.Place, error)
}

// Remover deletes a video with all that belongs to it.
type Remover interface {
	Remove(ctx context.Context, v video.Video) error
}

const (
	defaultPage = 20
	maxPage     = 100
)

// NewVideos serves the routes that read and delete, and those of people's own
// tracks:
//
//	GET    /v1/videos?limit=&cursor=              the caller's own, newest first
//	GET    /v1/videos/{id}
//	DELETE /v1/videos/{id}                        204
//	GET    /v1/videos/{id}/captions               its tracks
//	GET    /v1/videos/{id}/captions/{track}.{format}?partial=true&version=
//	PUT    /v1/videos/{id}/captions/{track}.{format}
//	DELETE /v1/videos/{id}/captions/{track}       204
//	GET    /v1/videos/{id}/captions/{track}/versions
//	POST   /v1/videos/{id}/captions/{track}/restore
//	POST   /v1/videos/{id}/check                  which rules captions would break
func NewVideos(videos Videos, captions Captions, early Early, remover Remover, tracks Tracks, opts Options) http.Handler {
	s := newServer(opts)
	h := videosHandler{videos, captions, early, remover, tracks, opts.now}
	s.handle("GET /v1/videos", h.list)
	s.handle("GET /v1/videos/{id}", h.get)
	s.handle("DELETE /v1/videos/{id}", h.delete)
	s.handle("GET /v1/videos/{id}/captions", h.listTracks)
	s.handle("GET /v1/videos/{id}/captions/{file}", h.track)
	s.handle("PUT /v1/videos/{id}/captions/{file}", h.putTrack)
	s.handle("DELETE /v1/videos/{id}/captions/{file}", h.deleteTrack)
	s.handle("GET /v1/videos/{id}/captions/{file}/versions", h.versions)
	s.handle("POST /v1/videos/{id}/captions/{file}/restore", h.restore)
	s.handle("POST /v1/videos/{id}/check", h.check)
	return s
}

type videosHandler struct {
	videos   Videos
	captions Captions
	early    Early
	remover  Remover
	tracks   Tracks
	now      func() time.Time
}

func (h videosHandler) list(w http.ResponseWriter, r *http.Request, owner string) error {
	q := r.URL.Query()
	limit := defaultPage
	if s := q.Get("limit"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > maxPage {
			return &upload.Refusal{Code: "bad_request", Message: fmt.Sprintf("\"limit\" must be a number from 1 to %d.", maxPage)}
		}
		limit = n
	}
	after, err := decodeCursor(q.Get("cursor"))
	if err != nil {
		return &upload.Refusal{Code: "bad_request", Message: "\"cursor\" must be the \"next\" of an earlier page, unchanged."}
	}
	vs, next, err := h.videos.List(r.Context(), owner, after, limit)
	if err != nil {
		return err
	}
	body := struct {
		Videos []videoBody `json:"videos"`
		Next   string      `json:"next,omitempty"`
	}{Videos: []videoBody{}, Next: encodeCursor(next)}
	now := h.now()
	for _, v := range vs {
		body.Videos = append(body.Videos, newVideoBody(v, now))
	}
	answer(w, http.StatusOK, body)
	return nil
}

func (h videosHandler) get(w http.ResponseWriter, r *http.Request, owner string) error {
	v, err := h.own(r, owner)
	if err != nil {
		return err
	}
	answer(w, http.StatusOK, newVideoBody(v, h.now()))
	return nil
}

func (h videosHandler) delete(w http.ResponseWriter, r *http.Request, owner string) error {
	v, err := h.own(r, owner)
	if err != nil {
		return err
	}
	if err := h.remover.Remove(r.Context(), v); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// own reads the video that the path names, if it is the caller's.
func (h videosHandler) own(r *http.Request, owner string) (video.Video, error) {
	return ownVideo(r, h.videos.Get, owner)
}

// ownVideo reads the video that the path names. Somebody else's is as if it were
// not there.
func ownVideo(r *http.Request, get func(context.Context, string) (video.Video, error), owner string) (video.Video, error) {
	v, err := get(r.Context(), r.PathValue("id"))
	if err == nil && !v.VisibleTo(owner) {
		err = video.ErrNotFound
	}
	return v, err
}

// A cursor is opaque to clients: where a page ended.
type cursor struct {
	CreatedAt time.Time `json:"t"`
	ID        string    `json:"id"`
}

func encodeCursor(p video.Place) string {
	if (p == video.Place{}) {
		return ""
	}
	b, _ := json.Marshal(cursor(p)) // a time and a string
	return base64.RawURLEncoding.EncodeToString(b)
}

func decodeCursor(s string) (video.Place, error) {
	if s == "" {
		return video.Place{}, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return video.Place{}, err
	}
	var c cursor
	if err := json.Unmarshal(b, &c); err != nil {
		return video.Place{}, err
	}
	if !video.ValidID(c.ID) || c.CreatedAt.IsZero() {
		return video.Place{}, errors.New("bad cursor")
	}
	return video.Place(c), nil
}
