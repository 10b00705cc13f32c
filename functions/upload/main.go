// Command upload is the Lambda function behind the routes that create a video,
// send its file, say that it is complete, play it, and caption it anew.
package main

import (
	"context"
	"log/slog"

	"github.com/cuepipe/cuepipe/internal/config"
	"github.com/cuepipe/cuepipe/internal/ddbvideos"
	"github.com/cuepipe/cuepipe/internal/httpapi"
	"github.com/cuepipe/cuepipe/internal/s3objects"
	"github.com/cuepipe/cuepipe/internal/sqsjobs"
	"github.com/cuepipe/cuepipe/internal/upload"
)

func main() { config.Start("upload", compose) }

func compose(ctx context.Context, env *config.Environment, log *slog.Logger) (httpapi.GatewayHandler, error) {
	clients, err := env.NewClients(ctx)
	if err != nil {
		return nil, err
	}
	u := upload.Uploader{
		Videos:  ddbvideos.Store{API: clients.DynamoDB, Table: env.String("TABLE")},
		Objects: s3objects.Uploads{Client: clients.S3, Bucket: env.String("UPLOADS_BUCKET")},
		Queue:   sqsjobs.Uploads{API: clients.SQS, URL: env.String("UPLOADS_QUEUE_URL")},
		Service: clients.Transcribe != nil,
	}
	opts := httpapi.Options{
		Tokens:     httpapi.NewOIDC(env.String("OIDC_ISSUER"), env.String("OIDC_AUDIENCE")),
		PageOrigin: env.Optional("PAGE_ORIGIN"),
		Log:        log,
	}
	return httpapi.Gateway(httpapi.NewUploads(u, opts)), env.Err()
}
