package httpapi

import (
	"encoding/json"
	"log/slog"
	"os"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/cuepipe/cuepipe/internal/memvideos"
	"github.com/cuepipe/cuepipe/internal/upload"
)

func TestTheGatewaysEventsReachTheRoutes(t *testing.T) {
	s := &memvideos.Store{}
	opts := Options{Tokens: tokens{}, Log: slog.New(slog.DiscardHandler)}
	uploads := Gateway(NewUploads(upload.Uploader{Videos: s, Objects: objects{}, Queue: objects{}}, opts))
	videos := Gateway(NewVideos(s, objects{}, &soFar{}, remover{s}, opts))
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
