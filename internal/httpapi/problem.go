package httpapi

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"

	"github.com/cuepipe/cuepipe/internal/upload"
	"github.com/cuepipe/cuepipe/internal/video"
)

// A Problem is what every error looks like to a client (RFC 9457). Code is
// stable; Detail is a sentence that says what to do.
type Problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

// problemType stands before a code in Problem.Type: a name, not an address.
const problemType = "urn:cuepipe:problem:"

func problem(w http.ResponseWriter, status int, code, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	writeBody(w, Problem{problemType + code, http.StatusText(status), status, code, detail})
}

// WriteProblem answers a request with a problem, for handlers elsewhere.
func WriteProblem(w http.ResponseWriter, status int, code, detail string) {
	problem(w, status, code, detail)
}

// statusOf is where a refusal's code meets HTTP. What is not listed is 400.
var statusOf = map[string]int{
	"already_uploaded":      http.StatusConflict,
	"changed_meanwhile":     http.StatusPreconditionFailed,
	"no_such_track":         http.StatusNotFound,
	"no_such_version":       http.StatusNotFound,
	"not_multipart":         http.StatusConflict,
	"not_uploaded":          http.StatusConflict,
	"parts_missing":         http.StatusConflict,
	"precondition_required": http.StatusPreconditionRequired,
	"retried_meanwhile":     http.StatusConflict,
	"source_missing":        http.StatusConflict,
	"too_large":             http.StatusRequestEntityTooLarge,
	"too_many_tracks":       http.StatusConflict,
	"unsupported_type":      http.StatusUnsupportedMediaType,
	"upload_gone":           http.StatusConflict,
}

// fail answers with the problem that err is to a client, and logs the ones that
// are ours.
func fail(w http.ResponseWriter, r *http.Request, log *slog.Logger, err error) {
	var refusal *upload.Refusal
	switch {
	case errors.As(err, &refusal):
		status, ok := statusOf[refusal.Code]
		if !ok {
			status = http.StatusBadRequest
		}
		problem(w, status, refusal.Code, refusal.Message)
	case errors.Is(err, video.ErrNotFound):
		problem(w, http.StatusNotFound, "not_found", "There is no such video among yours. GET /v1/videos lists them.")
	case errors.Is(err, video.ErrObjectExists):
		// Two put the parts together, and S3 told one of them before it had done so
		// for the other. It is no failure of ours.
		problem(w, http.StatusServiceUnavailable, "unavailable", "The file is being put together by another request. Say again in a moment that it is complete.")
	case r.Context().Err() != nil:
		log.Error("request took too long", "path", r.Pattern, "err", err)
		problem(w, http.StatusServiceUnavailable, "unavailable", "The service could not answer in time. Try again in a moment.")
	default:
		log.Error("request failed", "path", r.Pattern, "err", err)
		problem(w, http.StatusInternalServerError, "internal", "Something failed on our side, and it was logged. Try again in a moment.")
	}
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	writeBody(w, body)
}

func writeBody(w http.ResponseWriter, body any) {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	_ = e.Encode(body) // every body is a type of this package; a client that went away is no error of ours
}
