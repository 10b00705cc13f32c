// Command notifier is the Lambda function behind the stream of the videos'
// table: it tells of every video that came to its end.
package main

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/cuepipe/cuepipe/internal/config"
	"github.com/cuepipe/cuepipe/internal/notify"
)

func main() { config.Start("notifier", compose) }

func compose(ctx context.Context, env *config.Environment, log *slog.Logger) (func(context.Context, notify.Records) (notify.Response, error), error) {
	clients, err := env.NewClients(ctx)
	if err != nil {
		return nil, err
	}
	h := notify.Handler{
		Bus: eventbridge.NewFromConfig(clients.AWS), BusName: env.String("EVENT_BUS"),
		DeadLetters: clients.SQS, DeadLettersURL: env.String("DEAD_LETTERS_URL"),
		Log: log,
	}
	if name := env.Optional("WEBHOOK_SECRET"); name != "" {
		if h.Signer, err = signer(ctx, ssm.NewFromConfig(clients.AWS), name, h.BusName); err != nil {
			return nil, err
		}
	}
	return h.Handle, env.Err()
}

// signer reads the webhook's secret once: a new one is taken when the function
// starts anew.
func signer(ctx context.Context, parameters *ssm.Client, name, issuer string) (*notify.Signer, error) {
	out, err := parameters.GetParameter(ctx, &ssm.GetParameterInput{Name: &name, WithDecryption: aws.Bool(true)})
	if err != nil {
		return nil, fmt.Errorf("read the webhook's secret: %w", err)
	}
	return notify.NewSigner(aws.ToString(out.Parameter.Value), issuer)
}
