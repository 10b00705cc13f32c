package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
)

// A Hit is a place where something is said; one without a cue is a video whose
// title has the words.
type Hit struct {
	Video string  `json:"video"` // its id
	Title string  `json:"title"`
	Track string  `json:"track,omitempty"`
	Cue   int     `json:"cue,omitempty"`   // its number, from 1
	Start float64 `json:"start,omitempty"` // seconds
	End   float64 `json:"end,omitempty"`
	Text  string  `json:"text,omitempty"`
	// Marks are first and last, which is not part of it, in code points of the
	// text, or of the title where there is no cue.
	Marks [][2]int `json:"marks,omitempty"`
}

// Hits are what a search found.
type Hits struct {
	Hits        []Hit `json:"hits"`
	Videos      int   `json:"videos"`      // that were searched
	More        bool  `json:"more"`        // than were asked for
	NotSearched int   `json:"notSearched"` // older videos that were left out
}

// Search returns where the words are said in the caller's videos, or in one of
// them if video is not empty. limit 0 is the service's own.
func (c *Client) Search(ctx context.Context, words, video string, limit int) (Hits, error) {
	q := url.Values{"q": {words}}
	if limit > 0 {
		q.Set("limit", strconv.Itoa(limit))
	}
	path := "/v1/search"
	if video != "" {
		path = videoPath(video) + "/search"
	}
	var found Hits
	err := c.into(ctx, request{method: http.MethodGet, path: path + "?" + q.Encode()}, &found)
	return found, err
}
