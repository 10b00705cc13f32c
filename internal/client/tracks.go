package client

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Tracks returns a video's tracks: people's own first, then the machine's.
func (c *Client) Tracks(ctx context.Context, id string) ([]Track, error) {
	var list struct {
		Tracks []Track `json:"tracks"`
	}
	err := c.into(ctx, request{method: http.MethodGet, path: videoPath(id) + "/captions"}, &list)
	return list.Tracks, err
}

// TrackVersion returns an older version of a person's track in a format.
func (c *Client) TrackVersion(ctx context.Context, id, track, format string, version int) ([]byte, error) {
	body, _, err := c.do(ctx, request{method: http.MethodGet, path: trackPath(id, track, format) + "?version=" + strconv.Itoa(version)})
	return body, err
}

// contentTypes of the formats that a track can be saved in.
var contentTypes = map[string]string{"vtt": "text/vtt", "srt": "application/x-subrip"}

// PutTrack saves captions in a format, "vtt" or "srt", as a person's track.
// etag is that of the version which they replace, and empty for a new track; a
// *Problem with the code "changed_meanwhile" says that another was saved since.
// A repetition of the same captions after a lost answer is answered as the first.
func (c *Client) PutTrack(ctx context.Context, id, track, format string, captions []byte, etag string) (Track, error) {
	var t Track
	err := c.into(ctx, request{method: http.MethodPut, path: trackPath(id, track, format), body: captions, contentType: contentTypes[format], headers: condition(etag)}, &t)
	return t, err
}

func condition(etag string) map[string]string {
	if etag == "" {
		return map[string]string{"If-None-Match": "*"}
	}
	return map[string]string{"If-Match": etag}
}

// A Version is one of a person's track.
type Version struct {
	Number  int       `json:"number"` // from 1
	Cues    int       `json:"cues"`
	SavedAt time.Time `json:"savedAt"`
}

// Versions returns those that are kept of a person's track, newest first.
func (c *Client) Versions(ctx context.Context, id, track string) ([]Version, error) {
	var list struct {
		Versions []Version `json:"versions"`
	}
	err := c.into(ctx, request{method: http.MethodGet, path: ownPath(id, track) + "/versions"}, &list)
	return list.Versions, err
}

// Restore makes an older version of a person's track its newest, if that is
// still the one of etag.
func (c *Client) Restore(ctx context.Context, id, track string, version int, etag string) (Track, error) {
	body, err := json.Marshal(map[string]int{"version": version})
	if err != nil {
		return Track{}, fmt.Errorf("restore: %w", err)
	}
	var t Track
	err = c.into(ctx, request{method: http.MethodPost, path: ownPath(id, track) + "/restore", body: body, headers: condition(etag), once: true}, &t)
	return t, err
}

func ownPath(id, track string) string { return videoPath(id) + "/captions/" + url.PathEscape(track) }
