package faultproxy

import (
	"encoding/json"
	"strings"

	"github.com/cuepipe/cuepipe/internal/video"
)

// An update is what tells one change of an item from another.
type update struct {
	Key                       struct{ ID attribute } `json:"Key"`
	Item                      struct{ ID attribute } `json:"Item"`
	UpdateExpression          string
	ExpressionAttributeValues map[string]attribute
}

type attribute struct{ S string }

// itemCall understands a request of DynamoDB: which video's item, and which
// change, by the shape of the update.
func itemCall(body []byte) (id, change string) {
	var u update
	if json.Unmarshal(body, &u) != nil {
		return "", ""
	}
	if u.Item.ID.S != "" {
		return u.Item.ID.S, "create"
	}
	if u.UpdateExpression == "" {
		return u.Key.ID.S, ""
	}
	for _, s := range shapes {
		if s.fits(u) {
			return u.Key.ID.S, s.change
		}
	}
	return u.Key.ID.S, "unknown"
}

// A shape is how a change is known.
type shape struct {
	change string
	to     video.Status // that it sets; empty: none
	part   string       // of the update expression
}

// shapes are all changes, the special before the general: the first that fits
// is it.
var shapes = []shape{
	{"replace", video.Queued, "#generation :one"},
	{"record", video.Queued, "#source = "},
	{"extend", video.Queued, "#segments = "},
	{"sweep", video.Queued, "#swept = "},
	{"arrive", video.Queued, ""},
	{"dispatch", video.Captioning, ""},
	{"finish", video.Ready, ""},
	{"leave uncaptioned", video.Uncaptioned, ""},
	{"fail", video.Failed, ""},
	{"delete", video.Deleting, ""},
	{"bury", video.Deleted, ""},
	{"forget", "", "#owner"},
	{"finish segment", "", "#done :done"},
	{"hear", "", "#heard.#segment = "},
}

func (s shape) fits(u update) bool {
	return video.Status(u.ExpressionAttributeValues[":statusNew"].S) == s.to && strings.Contains(u.UpdateExpression, s.part)
}
