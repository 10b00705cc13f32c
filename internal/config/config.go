// Package config is the one place that reads the environment of a Lambda
// function. Infrastructure sets every variable; a missing one is an error that
// names it.
package config

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/transcribe"
	"github.com/aws/smithy-go/middleware"

	"github.com/cuepipe/cuepipe/internal/awscalls"
)

// An Environment reads variables and remembers which were missing or wrong.
type Environment struct {
	lookup func(string) (string, bool)
	faults []error
}

// FromEnvironment reads this process's environment.
func FromEnvironment() *Environment { return &Environment{lookup: os.LookupEnv} }

// String returns a variable that must be set.
func (e *Environment) String(name string) string {
	s, ok := e.lookup(name)
	if !ok || s == "" {
		e.faults = append(e.faults, fmt.Errorf("the environment variable %s is not set", name))
	}
	return s
}

// Optional returns a variable that need not be set.
func (e *Environment) Optional(name string) string {
	s, _ := e.lookup(name)
	return s
}

// Seconds returns a variable that must be a positive whole number of seconds.
func (e *Environment) Seconds(name string) time.Duration {
	s := e.String(name)
	if s == "" {
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil || n <= 0 {
		e.faults = append(e.faults, fmt.Errorf("the environment variable %s must be a positive number of seconds, not %q", name, s))
	}
	return time.Duration(n) * time.Second
}

// Err returns every fault so far, or nil.
func (e *Environment) Err() error { return errors.Join(e.faults...) }

// Start is the whole main of a Lambda function: it composes the handler and
// hands it to Lambda's runtime. A function that cannot start says why in its
// log, which has JSON lines, and ends with code 1.
func Start[H any](function string, compose func(context.Context, *Environment, *slog.Logger) (H, error)) {
	log := slog.New(slog.NewJSONHandler(os.Stdout, nil)).With("function", function)
	handler, err := compose(context.Background(), FromEnvironment(), log)
	if err != nil {
		log.Error("the function cannot start", "err", err)
		os.Exit(1)
	}
	lambda.Start(handler)
}

// Beside returns the path of a file that was packaged with the function.
func Beside(name string) (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find the function's files: %w", err)
	}
	return filepath.Join(filepath.Dir(self), name), nil
}

// Clients are the AWS clients of a function.
type Clients struct {
	S3       *s3.Client
	DynamoDB *dynamodb.Client
	SQS      *sqs.Client
	// Transcribe is nil where the installation does not use it: where
	// TRANSCRIBE_STACK is not set.
	Transcribe *transcribe.Client
	// AWS is what all of them are made from, for a client that one function alone
	// has: what stands here is linked into every one.
	AWS aws.Config
}

// attempts is how often one AWS call is tried within an invocation, with the
// SDK's own backoff; after that the message as a whole is tried again.
const attempts = 5

// NewClients reads region, credentials and endpoint as every SDK does.
// S3_PATH_STYLE is "true" where bucket names are no host names (an emulator).
func (e *Environment) NewClients(ctx context.Context) (Clients, error) {
	c, err := awsconfig.LoadDefaultConfig(ctx, awsconfig.WithRetryMaxAttempts(attempts),
		awsconfig.WithAPIOptions([]func(*middleware.Stack) error{awscalls.Count}))
	if err != nil {
		return Clients{}, fmt.Errorf("load the AWS configuration: %w", err)
	}
	clients := Clients{
		S3: s3.NewFromConfig(c, func(o *s3.Options) {
			o.UsePathStyle = e.Optional("S3_PATH_STYLE") == "true"
			// What is presigned is sent by browsers, which add no checksum of their own.
			o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
			// A ranged read has no checksum to validate; say nothing of it in the log.
			o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
		}),
		DynamoDB: dynamodb.NewFromConfig(c),
		SQS:      sqs.NewFromConfig(c),
		AWS:      c,
	}
	if e.Optional("TRANSCRIBE_STACK") != "" {
		clients.Transcribe = transcribe.NewFromConfig(c)
	}
	return clients, nil
}
