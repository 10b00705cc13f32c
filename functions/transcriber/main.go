// Command transcriber is the Lambda function behind the segments queue: it
// recognises one segment, and the last of a video's assembles the captions.
package main

import (
	"context"
	"log/slog"

	"github.com/cuepipe/cuepipe/internal/captioning"
	"github.com/cuepipe/cuepipe/internal/config"
	"github.com/cuepipe/cuepipe/internal/ddbvideos"
	"github.com/cuepipe/cuepipe/internal/media"
	"github.com/cuepipe/cuepipe/internal/s3objects"
	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/sqsjobs"
	"github.com/cuepipe/cuepipe/internal/transcribe"
)

// readsAtOnce: a read of a part mostly waits for S3, and the last transcriber of
// a long film reads hundreds.
const readsAtOnce = 8

// indexSize holds the index of a film of many hours, which each of its segments
// reads.
const indexSize = 16 << 20

func main() { config.Start("transcriber", compose) }

func compose(ctx context.Context, env *config.Environment, log *slog.Logger) (sqsjobs.Handler, error) {
	clients, err := env.NewClients(ctx)
	if err != nil {
		return nil, err
	}
	ffmpeg, err := config.Beside("ffmpeg")
	if err != nil {
		return nil, err
	}
	engine, err := loadRecogniser(ctx, env.Optional("MODEL"), clients.S3)
	if err != nil {
		return nil, err
	}
	transcriber := captioning.Transcriber{
		Videos:   ddbvideos.Store{API: clients.DynamoDB, Table: env.String("TABLE")},
		Uploads:  s3objects.Uploads{Client: clients.S3, Bucket: env.String("UPLOADS_BUCKET")},
		Captions: s3objects.Captions{Client: clients.S3, Bucket: env.String("CAPTIONS_BUCKET")},
		Arrivals: sqsjobs.Uploads{API: clients.SQS, URL: env.String("UPLOADS_QUEUE_URL")},
		Decoder:  media.Tools{FFmpeg: ffmpeg, Index: media.NewIndexCache(indexSize)},
		Detector: engine,
		Engine:   speech.Checked{Engine: engine},
		AtOnce:   readsAtOnce,
		Log:      log,
	}
	if clients.Transcribe != nil {
		transcriber.Service = transcribe.Jobs{API: clients.Transcribe, Results: transcriber.Captions, Stack: env.String("TRANSCRIBE_STACK"),
			CaptionsBucket: env.String("CAPTIONS_BUCKET"), Log: log}
	}
	return sqsjobs.Receiver{
		Handle: sqsjobs.Jobs(transcriber.Segment), Log: log,
		API: clients.SQS, URL: env.String("SEGMENTS_QUEUE_URL"), Visibility: env.Seconds("VISIBILITY_SECONDS"),
	}.Receive, env.Err()
}
