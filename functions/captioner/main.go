// Command captioner is the Lambda function behind the uploads queue: it looks
// at what was uploaded, plans it and sends one job a segment.
package main

import (
	"context"
	"log/slog"

	"github.com/cuepipe/cuepipe/internal/captioning"
	"github.com/cuepipe/cuepipe/internal/config"
	"github.com/cuepipe/cuepipe/internal/ddbvideos"
	"github.com/cuepipe/cuepipe/internal/media"
	"github.com/cuepipe/cuepipe/internal/s3objects"
	"github.com/cuepipe/cuepipe/internal/sqsjobs"
)

// probesAtOnce: a probe mostly waits for S3, so that a batch of ten takes the
// time of three.
const probesAtOnce = 4

func main() { config.Start("captioner", compose) }

func compose(ctx context.Context, env *config.Environment, log *slog.Logger) (sqsjobs.Handler, error) {
	clients, err := env.NewClients(ctx)
	if err != nil {
		return nil, err
	}
	ffprobe, err := config.Beside("ffprobe")
	if err != nil {
		return nil, err
	}
	planner := captioning.Planner{
		Videos:        ddbvideos.Store{API: clients.DynamoDB, Table: env.String("TABLE")},
		Uploads:       s3objects.Uploads{Client: clients.S3, Bucket: env.String("UPLOADS_BUCKET")},
		Prober:        media.Tools{FFprobe: ffprobe},
		Segments:      sqsjobs.Segments{API: clients.SQS, URL: env.String("SEGMENTS_QUEUE_URL")},
		SegmentLength: env.Seconds("SEGMENT_SECONDS"),
		Log:           log,
	}
	return sqsjobs.Receiver{
		Handle: sqsjobs.Arrivals(planner.Arrived), AtOnce: probesAtOnce, Log: log,
		API: clients.SQS, URL: env.String("UPLOADS_QUEUE_URL"), Visibility: env.Seconds("VISIBILITY_SECONDS"),
	}.Receive, env.Err()
}
