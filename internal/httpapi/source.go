package httpapi

import (
	"net/http"

	"github.com/cuepipe/cuepipe/internal/upload"
)

// sourceOf answers with a URL that plays what was uploaded.
func sourceOf(u upload.Uploader) route {
	return func(w http.ResponseWriter, r *http.Request, owner string) error {
		p, err := u.Source(r.Context(), owner, r.PathValue("id"))
		if err != nil {
			return err
		}
		answer(w, http.StatusOK, struct {
			URL         string `json:"url"`
			ContentType string `json:"contentType"`
			Size        int64  `json:"size"`
			ExpiresAt   string `json:"expiresAt"`
		}{p.URL, p.ContentType, p.Size, stamp(p.Expires)})
		return nil
	}
}
