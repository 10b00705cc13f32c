// Command deadletter is the Lambda function behind both dead-letter queues.
package main

import (
	"context"
	"log/slog"

	"github.com/cuepipe/cuepipe/internal/config"
	"github.com/cuepipe/cuepipe/internal/ddbvideos"
	"github.com/cuepipe/cuepipe/internal/deadletter"
	"github.com/cuepipe/cuepipe/internal/metric"
	"github.com/cuepipe/cuepipe/internal/s3objects"
	"github.com/cuepipe/cuepipe/internal/sqsjobs"
)

func main() { config.Start("deadletter", compose) }

func compose(ctx context.Context, env *config.Environment, log *slog.Logger) (sqsjobs.Handler, error) {
	clients, err := env.NewClients(ctx)
	if err != nil {
		return nil, err
	}
	h := deadletter.Handler{
		Videos:  ddbvideos.Store{API: clients.DynamoDB, Table: env.String("TABLE")},
		Objects: s3objects.Captions{Client: clients.S3, Bucket: env.String("CAPTIONS_BUCKET")},
		Count:   metric.Counter{Log: log, Stage: env.String("STAGE")},
		Log:     log,
	}
	return sqsjobs.Receiver{Handle: h.Handle, Log: log}.Receive, env.Err()
}
