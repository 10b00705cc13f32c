package httpapi

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/cuepipe/cuepipe/internal/upload"
	"github.com/cuepipe/cuepipe/internal/video"
)

// maxPart is the highest number that a part can have (S3's limit).
const maxPart = 10_000

// uploadBody tells a client how to send its file: by one PUT, or in parts. Sizes
// are bytes.
type uploadBody struct {
	Kind      string            `json:"kind"` // "put" or "multipart"
	ExpiresAt string            `json:"expiresAt"`
	Method    string            `json:"method,omitempty"`
	URL       string            `json:"url,omitempty"`
	Headers   map[string]string `json:"headers,omitempty"`
	PartSize  int64             `json:"partSize,omitempty"`
	Parts     int               `json:"parts,omitempty"`
}

// pendingUpload is how the file of a video can be sent still, or nil. The URL of
// a single PUT is a secret that is shown once, when it is signed.
func pendingUpload(v video.Video) *uploadBody {
	if v.Status != video.Pending || !v.Upload.InParts() {
		return nil
	}
	return &uploadBody{Kind: "multipart", PartSize: v.Upload.PartSize, Parts: v.Upload.Parts(v.Size), ExpiresAt: stamp(v.ExpiresAt)}
}

type partsHandler struct{ uploader upload.Uploader }

func (h partsHandler) sign(w http.ResponseWriter, r *http.Request, owner string) error {
	var body struct {
		Numbers []int `json:"numbers"`
	}
	if err := readBody(w, r, &body, `{"numbers": [1, 2, 3]}`); err != nil {
		return err
	}
	parts, expires, err := h.uploader.SignParts(r.Context(), owner, r.PathValue("id"), body.Numbers)
	if err != nil {
		return err
	}
	type signed struct {
		Number int    `json:"number"`
		Size   int64  `json:"size"`
		URL    string `json:"url"`
	}
	var all []signed
	for _, p := range parts {
		all = append(all, signed(p))
	}
	answer(w, http.StatusOK, struct {
		Parts     []signed `json:"parts"`
		ExpiresAt string   `json:"expiresAt"`
	}{all, stamp(expires)})
	return nil
}

func (h partsHandler) list(w http.ResponseWriter, r *http.Request, owner string) error {
	after, err := afterPart(r)
	if err != nil {
		return err
	}
	parts, next, err := h.uploader.ListParts(r.Context(), owner, r.PathValue("id"), after)
	if err != nil {
		return err
	}
	type arrived struct {
		Number int    `json:"number"`
		Size   int64  `json:"size"`
		ETag   string `json:"etag"`
	}
	all := []arrived{}
	for _, p := range parts {
		all = append(all, arrived(p))
	}
	answer(w, http.StatusOK, struct {
		Parts []arrived `json:"parts"`
		Next  int       `json:"next,omitempty"`
	}{all, next})
	return nil
}

// afterPart reads "after", which is a part's number or not there.
func afterPart(r *http.Request) (int, error) {
	q := r.URL.Query()
	if !q.Has("after") {
		return 0, nil
	}
	n, err := strconv.Atoi(q.Get("after"))
	if err != nil || n < 1 || n > maxPart {
		return 0, &upload.Refusal{Code: "bad_request", Message: fmt.Sprintf("\"after\" must be a number from 1 to %d: the \"next\" of the page before.", maxPart)}
	}
	return n, nil
}

// stamp is when something ends, as clients see it.
func stamp(t time.Time) string { return t.Format(time.RFC3339) }
