// Package transcribe asks Amazon Transcribe for what our own recogniser cannot
// do: other languages than English, and who speaks. It needs, for the role that
// starts a job, transcribe:StartTranscriptionJob and transcribe:GetTranscriptionJob,
// and the rights that the service then uses in its name, below the video's
// results: s3:GetObject on the sound, and s3:PutObject, where it first puts an
// empty .write_access_check_file.temp; for the role that removes what is left,
// transcribe:GetTranscriptionJob and transcribe:DeleteTranscriptionJob.
package transcribe

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/transcribe"
	"github.com/aws/aws-sdk-go-v2/service/transcribe/types"

	"github.com/cuepipe/cuepipe/internal/captioning"
	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/speech/languages"
	"github.com/cuepipe/cuepipe/internal/video"
)

// API is what is called of the service's client.
type API interface {
	StartTranscriptionJob(context.Context, *transcribe.StartTranscriptionJobInput, ...func(*transcribe.Options)) (*transcribe.StartTranscriptionJobOutput, error)
	GetTranscriptionJob(context.Context, *transcribe.GetTranscriptionJobInput, ...func(*transcribe.Options)) (*transcribe.GetTranscriptionJobOutput, error)
	DeleteTranscriptionJob(context.Context, *transcribe.DeleteTranscriptionJobInput, ...func(*transcribe.Options)) (*transcribe.DeleteTranscriptionJobOutput, error)
}

// Jobs are the stack's jobs at the service. It is a captioning.Service.
type Jobs struct {
	API API
	// Results reads the captions bucket. It returns video.ErrNoObject.
	Results interface {
		Get(ctx context.Context, key string) ([]byte, error)
	}
	// Stack begins the names of its jobs.
	Stack          string
	CaptionsBucket string
	Log            *slog.Logger
}

var _ captioning.Service = Jobs{}

// Start has the service hear the sound that is stored under video.ServiceSound. A
// job of that name is started once: that it is there already is no error.
func (j Jobs) Start(ctx context.Context, v video.Video) error {
	in, err := j.request(v)
	if err != nil {
		return err
	}
	_, err = j.API.StartTranscriptionJob(ctx, in)
	var (
		conflict *types.ConflictException
		bad      *types.BadRequestException
	)
	switch {
	case errors.As(err, &conflict):
		return nil
	case errors.As(err, &bad): // what it lacks is in the message: a right, mostly
		return fmt.Errorf("start the service's job: %w: %s", captioning.ErrServiceFailed, bad.ErrorMessage())
	case err != nil:
		return fmt.Errorf("start the service's job: %w", err)
	}
	return nil
}

func (j Jobs) request(v video.Video) (*transcribe.StartTranscriptionJobInput, error) {
	in := &transcribe.StartTranscriptionJobInput{
		TranscriptionJobName: aws.String(j.name(v.ID, v.Generation)),
		Media:                &types.Media{MediaFileUri: aws.String("s3://" + j.CaptionsBucket + "/" + video.ServiceSound(v.ID, v.Generation))},
		MediaFormat:          types.MediaFormatWav,
		MediaSampleRateHertz: aws.Int32(speech.SampleRate),
		OutputBucketName:     &j.CaptionsBucket,
		OutputKey:            aws.String(video.ServiceResult(v.ID, v.Generation)),
	}
	if asked := spoken(v.Options); asked == languages.Unknown {
		in.IdentifyLanguage = aws.Bool(true)
	} else {
		code, ok := languages.Code(asked)
		if !ok { // admitted by a version that knew more of them
			return nil, fmt.Errorf("start the service's job: %w: it does not know %q", captioning.ErrServiceFailed, asked)
		}
		in.LanguageCode = types.LanguageCode(code)
	}
	if n := v.Options.Speakers; n > 0 {
		in.Settings = &types.Settings{ShowSpeakerLabels: aws.Bool(true), MaxSpeakerLabels: aws.Int32(int32(n))}
	}
	return in, nil
}

// spoken is the language that is expected: English where nobody said.
func spoken(o video.Options) string {
	if o.Language == "" {
		return "en"
	}
	return languages.Tidy(o.Language)
}

func (j Jobs) name(id string, generation int) string {
	return video.ServiceJob(j.Stack, id, generation)
}

// Result returns what the service heard. Its language is the one that was asked
// for, where one was.
func (j Jobs) Result(ctx context.Context, v video.Video) (speech.Transcript, error) {
	job, err := j.job(ctx, v.ID, v.Generation)
	if err != nil {
		return speech.Transcript{}, fmt.Errorf("the service's result: %w", err)
	}
	switch job.TranscriptionJobStatus {
	case types.TranscriptionJobStatusCompleted:
	case types.TranscriptionJobStatusFailed:
		return speech.Transcript{}, j.failure(v, aws.ToString(job.FailureReason))
	default:
		return speech.Transcript{}, fmt.Errorf("the service's result: %w", video.ErrAtWork)
	}
	b, err := j.Results.Get(ctx, video.ServiceResult(v.ID, v.Generation))
	if errors.Is(err, video.ErrNoObject) { // which of a source would mean something else
		return speech.Transcript{}, errors.New("the service's result: its job is completed and the result is not there")
	}
	if err != nil {
		return speech.Transcript{}, fmt.Errorf("the service's result: %w", err)
	}
	t, err := Read(b)
	if err != nil {
		return speech.Transcript{}, fmt.Errorf("%w: %w", captioning.ErrServiceFailed, err)
	}
	if asked := spoken(v.Options); asked != languages.Unknown {
		t.Language = asked
	}
	if t.Language == "" {
		t.Language = string(job.LanguageCode)
	}
	return t, nil
}

// unheard are the beginnings of the reasons for which the sound is to blame (API
// reference, FailureReason of TranscriptionJob). Its form is ours, so that what
// is wrong with that is none; any other is the service's own, or that of the
// rights that it was given.
var unheard = []string{"Your audio file must have a speech segment long enough"}

func (j Jobs) failure(v video.Video, reason string) error {
	j.Log.Warn("the service's job failed", "video", v.ID, "generation", v.Generation, "reason", reason)
	for _, begin := range unheard {
		if strings.HasPrefix(reason, begin) {
			return fmt.Errorf("the service's result: %w: %s", captioning.ErrServiceRefused, reason)
		}
	}
	return fmt.Errorf("the service's result: %w: %s", captioning.ErrServiceFailed, reason)
}

// Forget removes a job. The service lets go of none that it is at work on
// (API reference, DeleteTranscriptionJob): that is video.ErrAtWork.
func (j Jobs) Forget(ctx context.Context, id string, generation int) error {
	job, err := j.job(ctx, id, generation)
	switch {
	case errors.Is(err, captioning.ErrNotAsked):
		return nil
	case err != nil:
		return fmt.Errorf("forget the service's job: %w", err)
	case job.TranscriptionJobStatus != types.TranscriptionJobStatusCompleted && job.TranscriptionJobStatus != types.TranscriptionJobStatusFailed:
		return fmt.Errorf("forget the service's job: %w", video.ErrAtWork)
	}
	_, err = j.API.DeleteTranscriptionJob(ctx, &transcribe.DeleteTranscriptionJobInput{TranscriptionJobName: job.TranscriptionJobName})
	if err != nil && !missing(err) {
		return fmt.Errorf("forget the service's job: %w", err)
	}
	return nil
}

// job returns captioning.ErrNotAsked where there is none.
func (j Jobs) job(ctx context.Context, id string, generation int) (*types.TranscriptionJob, error) {
	out, err := j.API.GetTranscriptionJob(ctx, &transcribe.GetTranscriptionJobInput{TranscriptionJobName: aws.String(j.name(id, generation))})
	switch {
	case missing(err):
		return nil, captioning.ErrNotAsked
	case err != nil:
		return nil, err
	case out.TranscriptionJob == nil:
		return nil, errors.New("the service answered without a job")
	}
	return out.TranscriptionJob, nil
}

// missing reports whether the service does not have the job. Its reference has
// NotFoundException for that; what it sends is a BadRequestException.
func missing(err error) bool {
	var (
		none *types.NotFoundException
		bad  *types.BadRequestException
	)
	return errors.As(err, &none) || errors.As(err, &bad) && strings.Contains(bad.ErrorMessage(), "couldn't be found")
}
