// Package stack is the deployed stage that tests talk to: its addresses, AWS
// clients for looking behind the API, and tokens of the development issuer.
package stack

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/cuepipe/cuepipe/localstack/issuer/oidcdev"
)

// A Stack is what `make test` writes about the stage that it deployed.
type Stack struct {
	Stage      string            `json:"stage"`
	API        string            `json:"api"` // without /v1
	Issuer     string            `json:"issuer"`
	IssuerDir  string            `json:"issuerDir"` // with the issuer's key
	Audience   string            `json:"audience"`
	PageOrigin string            `json:"pageOrigin"`
	Region     string            `json:"region"`
	Endpoint   string            `json:"endpoint"`
	FaultProxy string            `json:"faultProxy"` // what functions call in its stead
	RunDir     string            `json:"runDir"`     // of the running LocalStack; its functions' logs are below
	Outputs    map[string]string `json:"outputs"`

	AWS      aws.Config       `json:"-"` // for clients of other services
	S3       *s3.Client       `json:"-"`
	DynamoDB *dynamodb.Client `json:"-"`
	SQS      *sqs.Client      `json:"-"`
}

// Load reads the file that CUEPIPE_STACK names. A test that has no stack
// fails: it was asked for.
func Load() (*Stack, error) {
	path := os.Getenv("CUEPIPE_STACK")
	if path == "" {
		return nil, fmt.Errorf("CUEPIPE_STACK is not set: these tests need a deployed stack, run them by make test")
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the stack's description, which make test writes: %w", err)
	}
	var s Stack
	if err := json.Unmarshal(b, &s); err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	c, err := config.LoadDefaultConfig(context.Background(), config.WithRegion(s.Region), config.WithBaseEndpoint(s.Endpoint),
		config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider("test", "test", "")))
	if err != nil {
		return nil, err
	}
	s.AWS = c
	s.S3 = s3.NewFromConfig(c, func(o *s3.Options) {
		o.UsePathStyle = true
		o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
		o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
	})
	s.DynamoDB, s.SQS = dynamodb.NewFromConfig(c), sqs.NewFromConfig(c)
	return &s, nil
}

// Output returns one output of the stack.
func (s *Stack) Output(name string) string {
	v := s.Outputs[name]
	if v == "" {
		panic(fmt.Sprintf("the stack has no output %s", name))
	}
	return v
}

// Token returns a token for a user of the development issuer.
func (s *Stack) Token(user string) (string, error) {
	key, err := oidcdev.OpenKey(s.IssuerDir)
	if err != nil {
		return "", err
	}
	return oidcdev.Token(key, s.Issuer, user, s.Audience, time.Now())
}
