// Command web is the Lambda function behind the routes that need no token: the
// page, the API's description and the configuration.
package main

import (
	"cmp"
	"context"
	"io/fs"
	"log/slog"
	"os"
	"strings"

	"github.com/cuepipe/cuepipe/internal/caption"
	"github.com/cuepipe/cuepipe/internal/config"
	"github.com/cuepipe/cuepipe/internal/httpapi"
	"github.com/cuepipe/cuepipe/internal/s3objects"
	"github.com/cuepipe/cuepipe/internal/upload"
	"github.com/cuepipe/cuepipe/internal/video"
	"github.com/cuepipe/cuepipe/internal/web"
)

// usualScopes are what Cognito and most issuers give a refresh token for.
const usualScopes = "openid email profile"

func main() { config.Start("web", compose) }

func compose(ctx context.Context, env *config.Environment, log *slog.Logger) (httpapi.GatewayHandler, error) {
	packaged, err := config.Beside("page")
	if err != nil {
		return nil, err
	}
	return serve(ctx, env, log, os.DirFS(packaged))
}

// serve is compose with the page's files from elsewhere.
func serve(ctx context.Context, env *config.Environment, log *slog.Logger, page fs.FS) (httpapi.GatewayHandler, error) {
	files, err := web.Load(page)
	if err != nil {
		return nil, err
	}
	clients, err := env.NewClients(ctx)
	if err != nil {
		return nil, err
	}
	uploads := s3objects.Uploads{Client: clients.S3, Bucket: env.String("UPLOADS_BUCKET")}
	props := web.Props{
		Files: files,
		Config: web.Config{
			Issuer:         env.String("OIDC_ISSUER"),
			ClientID:       env.String("OIDC_AUDIENCE"),
			Scopes:         strings.Fields(cmp.Or(env.Optional("OIDC_SCOPES"), usualScopes)),
			MaxSize:        video.MaxSize,
			MultipartAbove: upload.MaxPut,
			Profiles:       caption.ProfileNames(),
			OtherLanguages: clients.Transcribe != nil,
		},
		Log: log,
	}
	if err := env.Err(); err != nil {
		return nil, err
	}
	if props.StorageOrigin, err = uploads.Origin(ctx); err != nil {
		return nil, err
	}
	opts := httpapi.Options{PageOrigin: env.Optional("PAGE_ORIGIN"), Log: log}
	return web.Gateway(web.New(props, opts)), nil
}
