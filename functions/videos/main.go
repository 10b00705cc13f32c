// Command videos is the Lambda function behind the routes that list, read and
// delete videos and their captions, and save captions of people's own.
package main

import (
	"context"
	"log/slog"

	"github.com/cuepipe/cuepipe/internal/captioning"
	"github.com/cuepipe/cuepipe/internal/config"
	"github.com/cuepipe/cuepipe/internal/ddbvideos"
	"github.com/cuepipe/cuepipe/internal/httpapi"
	"github.com/cuepipe/cuepipe/internal/s3objects"
	"github.com/cuepipe/cuepipe/internal/tracks"
)

// partsAtOnce is how many parts of a film in work are read at a time: those of
// a whole day, 720, in 45 rounds.
const partsAtOnce = 16

func main() { config.Start("videos", compose) }

func compose(ctx context.Context, env *config.Environment, log *slog.Logger) (httpapi.GatewayHandler, error) {
	clients, err := env.NewClients(ctx)
	if err != nil {
		return nil, err
	}
	videos := ddbvideos.Store{API: clients.DynamoDB, Table: env.String("TABLE")}
	uploads := s3objects.Uploads{Client: clients.S3, Bucket: env.String("UPLOADS_BUCKET")}
	captions := s3objects.Captions{Client: clients.S3, Bucket: env.String("CAPTIONS_BUCKET")}
	early := captioning.Early{Captions: captions, AtOnce: partsAtOnce}
	remover := captioning.Remover{Videos: videos, Uploads: uploads, Captions: captions}
	own := tracks.Keeper{Videos: videos, Captions: captions, Log: log}
	opts := httpapi.Options{
		Tokens:     httpapi.NewOIDC(env.String("OIDC_ISSUER"), env.String("OIDC_AUDIENCE")),
		PageOrigin: env.Optional("PAGE_ORIGIN"),
		Log:        log,
	}
	return httpapi.Gateway(httpapi.NewVideos(videos, captions, early, remover, own, opts)), env.Err()
}
