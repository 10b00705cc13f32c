package httpapi

import (
	"encoding/json"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/cuepipe/cuepipe/internal/memvideos"
	"github.com/cuepipe/cuepipe/internal/upload"
	"github.com/cuepipe/cuepipe/internal/video"
)

func TestTheGatewaysEventsReachTheRoutes(t *testing.T) {
	s := &memvideos.Store{}
	opts := Options{Tokens: tokens{}, Log: slog.New(slog.DiscardHandler)}
	uploaded := objects{}
	uploads := Gateway(NewUploads(upload.Uploader{Videos: s, Objects: whole{objects: uploaded}, Queue: objects{}}, opts))
	videos := Gateway(NewVideos(s, objects{}, &soFar{}, remover{s}, nil, opts))
	event := func(file string) events.APIGatewayProxyRequest {
		b, err := os.ReadFile("../../events/" + file)
		if err != nil {
			t.Fatal(err)
		}
		var e events.APIGatewayProxyRequest
		if err := json.Unmarshal(b, &e); err != nil {
			t.Fatal(err)
		}
		return e
	}
	create := event("api-create-video.json")
	if res, err := uploads(t.Context(), create); err != nil || res.StatusCode != 401 {
		t.Errorf("without a token: %d %s, %v", res.StatusCode, res.Body, err)
	}
	create.MultiValueHeaders["Authorization"] = []string{"Bearer alice"}
	for range 3 {
		if res, err := uploads(t.Context(), create); err != nil || res.StatusCode != 201 {
			t.Fatalf("%d %s, %v", res.StatusCode, res.Body, err)
		}
	}
	retry := event("api-retry-video.json")
	retry.MultiValueHeaders["Authorization"] = []string{"Bearer alice"}
	v := video.New(video.OwnerID("issuer", "alice"), "film.mp4", "video/mp4", 5, time.Now(), time.Time{})
	v.ID, v.Status = retry.PathParameters["id"], video.Failed
	uploaded[v.Source.Key] = "bytes"
	if err := s.Create(t.Context(), v); err != nil {
		t.Fatal(err)
	}
	if res, err := uploads(t.Context(), retry); err != nil || res.StatusCode != 202 || !strings.Contains(res.Body, `"queued"`) {
		t.Errorf("%d %s, %v", res.StatusCode, res.Body, err)
	}
	list := event("api-list-videos.json")
	list.MultiValueHeaders["Authorization"] = []string{"Bearer alice"}
	res, err := videos(t.Context(), list)
	var body struct {
		Videos []created
		Next   string
	}
	if err != nil || json.Unmarshal([]byte(res.Body), &body) != nil || len(body.Videos) != 2 || body.Next == "" || res.IsBase64Encoded {
		t.Errorf("%d %s, %v", res.StatusCode, res.Body, err)
	}
}
