// Command search is the Lambda function behind the routes that search.
package main

import (
	"context"
	"log/slog"

	"github.com/cuepipe/cuepipe/internal/config"
	"github.com/cuepipe/cuepipe/internal/ddbvideos"
	"github.com/cuepipe/cuepipe/internal/httpapi"
	"github.com/cuepipe/cuepipe/internal/s3objects"
	"github.com/cuepipe/cuepipe/internal/search"
)

func main() { config.Start("search", compose) }

func compose(ctx context.Context, env *config.Environment, log *slog.Logger) (httpapi.GatewayHandler, error) {
	clients, err := env.NewClients(ctx)
	if err != nil {
		return nil, err
	}
	videos := ddbvideos.Store{API: clients.DynamoDB, Table: env.String("TABLE")}
	captions := s3objects.Captions{Client: clients.S3, Bucket: env.String("CAPTIONS_BUCKET")}
	searcher := &search.Searcher{Videos: videos, Objects: captions, Log: log}
	opts := httpapi.Options{
		Tokens:     httpapi.NewOIDC(env.String("OIDC_ISSUER"), env.String("OIDC_AUDIENCE")),
		PageOrigin: env.Optional("PAGE_ORIGIN"),
		Log:        log,
	}
	return httpapi.Gateway(httpapi.NewSearch(videos, searcher, opts)), env.Err()
}
