package sherpa

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/cuepipe/cuepipe/internal/checksum"
	"github.com/cuepipe/cuepipe/internal/s3objects"
	"github.com/cuepipe/cuepipe/internal/speech/sherpa/bucket"
	"github.com/cuepipe/cuepipe/internal/speech/speechtest"
)

// served are files over HTTP as S3 has them in a bucket; integration/adapters
// has a server that is more like S3.
func served(t *testing.T, files string) s3objects.Model {
	t.Helper()
	server := httptest.NewServer(http.StripPrefix("/models/asr/", http.FileServer(http.Dir(files))))
	t.Cleanup(server.Close)
	client := s3.New(s3.Options{
		BaseEndpoint: &server.URL, UsePathStyle: true, Region: "eu-central-1", Credentials: credentials.NewStaticCredentialsProvider("x", "y", ""),
		ResponseChecksumValidation: aws.ResponseChecksumValidationWhenRequired,
	})
	return s3objects.Model{Client: client, Bucket: "models", Prefix: "asr"}
}

// The way of a model from a bucket to words, and that a damaged one does not get
// that far.
func TestAModelFromABucket(t *testing.T) {
	files := copied(t)
	var sums strings.Builder
	for _, name := range []string{"encoder_model.onnx", "decoder_model_merged.onnx", "tokens.txt"} {
		content, err := os.ReadFile(filepath.Join(files, name))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(content), name)
	}
	from := served(t, files)
	if _, err := bucket.Fetch(t.Context(), from, "moonshine-tiny-en", t.TempDir()); err == nil || !strings.Contains(err.Error(), "there is no SHA256SUMS") {
		t.Errorf("without checksums: %v", err)
	}
	if err := os.WriteFile(filepath.Join(files, checksum.File), []byte(sums.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	folder, err := bucket.Fetch(t.Context(), from, "moonshine-tiny-en", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	e, err := load(t, folder)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	heard, err := e.Recognise(t.Context(), samples(t, "beckett.wav"), nil)
	if err != nil || !strings.Contains(speechtest.Text(heard.Words), "fail better") {
		t.Errorf("%v: %q", err, speechtest.Text(heard.Words))
	}
	if err := os.Truncate(filepath.Join(files, "encoder_model.onnx"), 1<<20); err != nil {
		t.Fatal(err)
	}
	if folder, err := bucket.Fetch(t.Context(), from, "moonshine-tiny-en", t.TempDir()); err == nil || !strings.Contains(err.Error(), "encoder_model.onnx") {
		t.Errorf("a damaged file is fetched to %s: %v", folder, err)
	}
}
