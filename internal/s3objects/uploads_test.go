package s3objects

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

func TestOriginIsWhereSignedURLsPoint(t *testing.T) {
	client := func(region, endpoint string) *s3.Client {
		o := s3.Options{Region: region, Credentials: credentials.NewStaticCredentialsProvider("test", "test", "")}
		if endpoint != "" {
			o.BaseEndpoint, o.UsePathStyle = aws.String(endpoint), true
		}
		return s3.New(o)
	}
	for want, c := range map[string]*s3.Client{
		"https://uploads.s3.eu-central-1.amazonaws.com":  client("eu-central-1", ""),
		"https://uploads.s3.cn-north-1.amazonaws.com.cn": client("cn-north-1", ""),
		"http://127.0.0.1:4667":                          client("us-east-1", "http://127.0.0.1:4667"),
	} {
		if got, err := (Uploads{Client: c, Bucket: "uploads"}).Origin(t.Context()); err != nil || got != want {
			t.Errorf("the origin is %s, want %s (%v)", got, want, err)
		}
	}
}
