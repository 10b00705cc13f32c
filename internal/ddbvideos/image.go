package ddbvideos

import (
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"

	"github.com/cuepipe/cuepipe/internal/video"
)

// imageHas are the attributes that Image reads. The others are left alone, so
// that nothing in them can be told to anybody, and nothing in them is in the way.
var imageHas = []string{"id", "owner", "status", "generation", "duration", "tracks", "failure", "createdAt", "updatedAt"}

// Image reads a video from an image in a record of the table's stream: whose it
// is, where it stood and what had become of it. It has no title, no source, no
// plan and no progress.
func Image(image json.RawMessage) (video.Video, error) {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(image, &all); err != nil {
		return video.Video{}, fmt.Errorf("read image: %w", err)
	}
	kept := map[string]json.RawMessage{}
	for _, name := range imageHas {
		if value, ok := all[name]; ok {
			kept[name] = value
		}
	}
	text, err := json.Marshal(kept)
	if err != nil {
		return video.Video{}, fmt.Errorf("read image: %w", err)
	}
	m, err := attributevalue.UnmarshalMapJSON(text)
	if err != nil {
		return video.Video{}, fmt.Errorf("read image: %w", err)
	}
	return fromMap(m)
}
