package ddbvideos

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"

	"github.com/cuepipe/cuepipe/internal/video"
)

// An image shows what an event tells of a video, and nothing more of it.
func TestAnImageHasWhatIsToldOnly(t *testing.T) {
	now := time.Date(2026, 3, 20, 9, 48, 43, 250_000_000, time.UTC)
	v := video.New("owner", "title", "video/mp4", 7, now, now.Add(time.Hour))
	v.Status, v.Generation, v.Duration, v.UpdatedAt = video.Ready, 3, 61500*time.Millisecond, now.Add(time.Minute)
	v.Source, v.Places, v.Segments, v.Done, v.Heard = video.Source{Key: "k"}, "places", 2, []int{0, 1}, map[int]time.Duration{1: 1}
	v.Tracks = []video.Track{{Name: "en", Language: "en", Kind: video.Machine, Cues: 17, Formats: map[string]string{"vtt": "x"}}}
	v.Failure = &video.Failure{Code: "c", Message: "m"}
	m, err := attributevalue.MarshalMap(toItem(v))
	if err != nil {
		t.Fatal(err)
	}
	text, err := attributevalue.MarshalMapJSON(m)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Image(text)
	want := video.Video{ID: v.ID, Owner: v.Owner, Status: v.Status, Generation: v.Generation, Duration: v.Duration, Tracks: v.Tracks, Failure: v.Failure,
		CreatedAt: v.CreatedAt, UpdatedAt: v.UpdatedAt}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v\nwant %+v", got, err, want)
	}
	// What it does not read may be anything.
	var attributes map[string]json.RawMessage
	if err := json.Unmarshal(text, &attributes); err != nil {
		t.Fatal(err)
	}
	attributes["places"] = json.RawMessage(`{"B":"not base64"}`)
	attributes["later"] = json.RawMessage(`{"UNKNOWN":{}}`)
	text, _ = json.Marshal(attributes)
	if got, err := Image(text); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	for _, wrong := range []string{"", "null", "[]", `{"id":{"S":"x"}}`, strings.Replace(string(text), `"3"`, `"three"`, 1)} {
		if got, err := Image(json.RawMessage(wrong)); err == nil {
			t.Errorf("%q is %+v", wrong, got)
		}
	}
}
