package httpapi

import (
	"bufio"
	"errors"
	"io"
	"net/http"

	"github.com/cuepipe/cuepipe/internal/upload"
	"github.com/cuepipe/cuepipe/internal/video"
)

// NewUploads serves the routes that start a video, and the one that plays it:
//
//	POST /v1/videos                 201 with the video, and how to send its file
//	POST /v1/videos/{id}/parts      200 with URLs for parts of it
//	GET  /v1/videos/{id}/parts      200 with the parts that have arrived
//	POST /v1/videos/{id}/complete   202 with the video
//	POST /v1/videos/{id}/retry      202 with the video; the body may say what is asked of it now
//	GET  /v1/videos/{id}/source     200 with a URL that plays the file
func NewUploads(u upload.Uploader, opts Options) http.Handler {
	s := newServer(opts)
	s.handle("POST /v1/videos", func(w http.ResponseWriter, r *http.Request, owner string) error {
		var body struct {
			Filename    string `json:"filename"`
			Size        int64  `json:"size"`
			ContentType string `json:"contentType"`
			optionsBody
		}
		if err := readBody(w, r, &body, `{"filename": "lecture.mp4", "size": 1048576, "contentType": "video/mp4"}`); err != nil {
			return err
		}
		v, ticket, err := u.Create(r.Context(), owner, upload.Request{Filename: body.Filename, Size: body.Size, ContentType: body.ContentType,
			Options: video.Options(body.optionsBody)})
		if err != nil {
			return err
		}
		w.Header().Set("Location", videoPath(v.ID))
		created := newVideoBody(v, opts.now())
		if !v.Upload.InParts() {
			created.Upload = &uploadBody{Kind: "put", Method: http.MethodPut, URL: ticket.URL, Headers: ticket.Headers, ExpiresAt: stamp(ticket.Expires)}
		}
		answer(w, http.StatusCreated, created)
		return nil
	})
	p := partsHandler{u}
	s.handle("POST /v1/videos/{id}/parts", p.sign)
	s.handle("GET /v1/videos/{id}/parts", p.list)
	s.handle("GET /v1/videos/{id}/source", sourceOf(u))
	accept := func(w http.ResponseWriter, v video.Video, err error) error {
		if err == nil {
			answer(w, http.StatusAccepted, newVideoBody(v, opts.now()))
		}
		return err
	}
	s.handle("POST /v1/videos/{id}/complete", func(w http.ResponseWriter, r *http.Request, owner string) error {
		v, err := u.Complete(r.Context(), owner, r.PathValue("id"))
		return accept(w, v, err)
	})
	s.handle("POST /v1/videos/{id}/retry", func(w http.ResponseWriter, r *http.Request, owner string) error {
		options, err := readOptions(w, r)
		if err != nil {
			return err
		}
		v, err := u.Retry(r.Context(), owner, r.PathValue("id"), options)
		return accept(w, v, err)
	})
	return s
}

// readOptions reads what is asked of captions, or nil where there is no body.
func readOptions(w http.ResponseWriter, r *http.Request) (*video.Options, error) {
	in := bufio.NewReader(r.Body)
	if _, err := in.Peek(1); errors.Is(err, io.EOF) {
		return nil, nil
	}
	r.Body = struct {
		io.Reader
		io.Closer
	}{in, r.Body}
	var body optionsBody
	if err := readBody(w, r, &body, `{"profile": "bbc"}`); err != nil {
		return nil, err
	}
	return (*video.Options)(&body), nil
}
