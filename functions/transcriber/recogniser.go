package main

import (
	"context"
	"os"
	"path/filepath"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/cuepipe/cuepipe/internal/captioning"
	"github.com/cuepipe/cuepipe/internal/config"
	"github.com/cuepipe/cuepipe/internal/s3objects"
	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/speech/moonshine"
	"github.com/cuepipe/cuepipe/internal/speech/sherpa"
	"github.com/cuepipe/cuepipe/internal/speech/sherpa/bucket"
)

// A recogniser hears words, and where somebody speaks.
type recogniser interface {
	speech.Engine
	captioning.Detector
}

// loadRecogniser loads the packaged recogniser, or the model that is named:
// s3://bucket/folder, or the name of a folder in models/ beside the function.
// A model is fetched from its bucket once in a process's life, and once in that
// of the machine on which processes follow each other.
func loadRecogniser(ctx context.Context, model string, client *s3.Client) (recogniser, error) {
	packaged, err := config.Beside("recogniser")
	if err != nil {
		return nil, err
	}
	if model == "" {
		return moonshine.Load(packaged)
	}
	folder, err := modelFolder(ctx, model, client)
	if err != nil {
		return nil, err
	}
	detector, err := moonshine.LoadDetector(packaged)
	if err != nil {
		return nil, err
	}
	return sherpa.Load(ctx, sherpa.Options{
		Program: filepath.Join(packaged, "sherpa"), Folder: folder, Detector: detector, DetectorName: moonshine.DetectorName,
	})
}

func modelFolder(ctx context.Context, model string, client *s3.Client) (string, error) {
	if !bucket.IsAddress(model) {
		return config.Beside(filepath.Join("models", model))
	}
	address, err := bucket.ParseAddress(model)
	if err != nil {
		return "", err
	}
	from := s3objects.Model{Client: client, Bucket: address.Bucket, Prefix: address.Prefix}
	return bucket.Fetch(ctx, from, address.Name(), os.TempDir())
}
