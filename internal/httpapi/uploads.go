package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/cuepipe/cuepipe/internal/upload"
	"github.com/cuepipe/cuepipe/internal/video"
)

// maxBody is more than any request of the API needs, in bytes.
const maxBody = 64 << 10

// NewUploads serves the routes that start a video:
//
//	POST /v1/videos                 201 with the video and its upload ticket
//	POST /v1/videos/{id}/complete   202 with the video
//	POST /v1/videos/{id}/retry      202 with the video
func NewUploads(u upload.Uploader, opts Options) http.Handler {
	s := newServer(opts)
	s.handle("POST /v1/videos", func(w http.ResponseWriter, r *http.Request, owner string) error {
		var body struct {
			Filename    string `json:"filename"`
			Size        int64  `json:"size"`
			ContentType string `json:"contentType"`
			optionsBody
		}
		if err := readBody(w, r, &body); err != nil {
			return err
		}
		v, ticket, err := u.Create(r.Context(), owner, upload.Request{Filename: body.Filename, Size: body.Size, ContentType: body.ContentType,
			Options: video.Options(body.optionsBody)})
		if err != nil {
			return err
		}
		w.Header().Set("Location", videoPath(v.ID))
		answer(w, http.StatusCreated, struct {
			videoBody
			Upload uploadBody `json:"upload"`
		}{newVideoBody(v, opts.now()), uploadBody{http.MethodPut, ticket.URL, ticket.Headers, ticket.Expires.Format(time.RFC3339)}})
		return nil
	})
	for step, do := range map[string]func(ctx context.Context, owner, id string) (video.Video, error){"complete": u.Complete, "retry": u.Retry} {
		s.handle("POST /v1/videos/{id}/"+step, func(w http.ResponseWriter, r *http.Request, owner string) error {
			v, err := do(r.Context(), owner, r.PathValue("id"))
			if err != nil {
				return err
			}
			answer(w, http.StatusAccepted, newVideoBody(v, opts.now()))
			return nil
		})
	}
	return s
}

// uploadBody tells a client how to send its file.
type uploadBody struct {
	Method    string            `json:"method"`
	URL       string            `json:"url"`
	Headers   map[string]string `json:"headers"`
	ExpiresAt string            `json:"expiresAt"`
}

// readBody reads one JSON object of known fields, and nothing after it.
func readBody(w http.ResponseWriter, r *http.Request, into any) error {
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	if err == nil {
		if _, err = d.Token(); errors.Is(err, io.EOF) {
			return nil
		}
		err = errors.New("there is more than one JSON value")
	}
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return &upload.Refusal{Code: "too_large", Message: "The request's body is larger than 64 KiB. Send the file to the upload URL, not here."}
	}
	return &upload.Refusal{Code: "bad_request", Message: "The body must be one JSON object like {\"filename\": \"lecture.mp4\", \"size\": 1048576, \"contentType\": \"video/mp4\"}: " + jsonFault(err) + "."}
}

// jsonFault says what is wrong in words that hold nothing of the program.
func jsonFault(err error) string {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.Is(err, io.EOF):
		return "it is empty"
	case errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &syntax):
		return "it is not valid JSON"
	case errors.As(err, &kind) && kind.Field != "":
		return "\"" + kind.Field + "\" has the wrong type"
	case errors.As(err, &kind):
		return "it is not an object"
	}
	return "it has a field that is not known, or something after it"
}
