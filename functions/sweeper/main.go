// Command sweeper is the Lambda function on a schedule: it starts again what
// does not move. Called with {"redrive": ["gave_up"]} it starts what failed with
// that code. Its answer is the report of what it did.
package main

import (
	"context"
	"log/slog"

	"github.com/cuepipe/cuepipe/internal/captioning"
	"github.com/cuepipe/cuepipe/internal/config"
	"github.com/cuepipe/cuepipe/internal/ddbvideos"
	"github.com/cuepipe/cuepipe/internal/metric"
	"github.com/cuepipe/cuepipe/internal/s3objects"
	"github.com/cuepipe/cuepipe/internal/sqsjobs"
	"github.com/cuepipe/cuepipe/internal/sweep"
	"github.com/cuepipe/cuepipe/internal/transcribe"
)

func main() { config.Start("sweeper", compose) }

func compose(ctx context.Context, env *config.Environment, log *slog.Logger) (sweep.Handler, error) {
	clients, err := env.NewClients(ctx)
	if err != nil {
		return nil, err
	}
	videos := ddbvideos.Store{API: clients.DynamoDB, Table: env.String("TABLE")}
	uploads := s3objects.Uploads{Client: clients.S3, Bucket: env.String("UPLOADS_BUCKET")}
	captions := s3objects.Captions{Client: clients.S3, Bucket: env.String("CAPTIONS_BUCKET")}
	queue := sqsjobs.Uploads{API: clients.SQS, URL: env.String("UPLOADS_QUEUE_URL")}
	remover := captioning.Remover{Videos: videos, Uploads: uploads, Captions: captions}
	if clients.Transcribe != nil {
		remover.Service = transcribe.Jobs{API: clients.Transcribe, Stack: env.String("TRANSCRIBE_STACK")}
	}
	s := sweep.Sweeper{
		Videos: videos, Uploads: uploads, Queue: queue,
		Backlog:   sqsjobs.Backlog{API: clients.SQS, UploadsURL: queue.URL, SegmentsURL: env.String("SEGMENTS_QUEUE_URL")},
		Remover:   remover,
		Sounds:    captions,
		Count:     metric.Counter{Log: log, Stage: env.String("STAGE")},
		Log:       log,
		After:     env.Seconds("SWEEP_AFTER_SECONDS"),
		Retention: env.Seconds("RETENTION_SECONDS"),
	}
	return s.Handle, env.Err()
}
