// Package transcribe runs the stand-in for Amazon Transcribe beside the deployed
// stage: it reads sounds from LocalStack's S3 and writes its results there, and
// tells LocalStack's EventBridge of jobs that are over.
package transcribe

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/cuepipe/cuepipe/integration/stack"
	"github.com/cuepipe/cuepipe/internal/transcribe/transcribetest"
)

// address is where the functions of stage test look for the service: see
// infra/cuepipe/stage.go.
const address = "127.0.0.1:4668"

// takes is how long a job takes: long enough to be seen at work.
const takes = 500 * time.Millisecond

// Serve starts the stand-in. Its errors are those of the world around it, which
// nobody else would hear of: they go to failed. stop ends it.
func Serve(s *stack.Stack, failed func(error)) (server *transcribetest.Server, stop func(), err error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, nil, fmt.Errorf("listen in the place of Amazon Transcribe: %w", err)
	}
	server = &transcribetest.Server{
		Takes: takes,
		Media: func(bucket, key string) ([]byte, error) {
			out, err := s.S3.GetObject(context.Background(), &s3.GetObjectInput{Bucket: &bucket, Key: &key})
			if err != nil {
				return nil, err
			}
			defer out.Body.Close()
			return io.ReadAll(out.Body)
		},
		Put: func(bucket, key string, body []byte) error {
			_, err := s.S3.PutObject(context.Background(), &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: bytes.NewReader(body), ContentType: aws.String("application/json")})
			return err
		},
		Tell: func(e transcribetest.Event) {
			if err := tell(s, e); err != nil {
				failed(err)
			}
		},
	}
	web := &http.Server{Handler: server, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = web.Serve(listener) }() // until it is closed
	return server, func() { _ = web.Close() }, nil
}

// tell puts an event on the default bus, as the service does.
func tell(s *stack.Stack, e transcribetest.Event) error {
	detail, err := json.Marshal(e)
	if err != nil {
		return err
	}
	body, err := json.Marshal(map[string]any{"Entries": []any{map[string]any{
		"Source": "aws.transcribe", "DetailType": "Transcribe Job State Change", "Detail": string(detail),
	}}})
	if err != nil {
		return err
	}
	req, err := http.NewRequest(http.MethodPost, s.Endpoint, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-amz-json-1.1")
	req.Header.Set("X-Amz-Target", "AWSEvents.PutEvents")
	sum := sha256.Sum256(body)
	credentials := aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}
	if err := v4.NewSigner().SignHTTP(context.Background(), credentials, req, hex.EncodeToString(sum[:]), "events", s.Region, time.Now()); err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	var put struct {
		FailedEntryCount int
		Entries          []struct{ EventID string }
	}
	if err == nil {
		err = json.Unmarshal(answer, &put)
	}
	if err != nil || res.StatusCode != http.StatusOK || put.FailedEntryCount > 0 || len(put.Entries) != 1 {
		return fmt.Errorf("put event: %d %s, %v", res.StatusCode, answer, err)
	}
	return nil
}
