package transcribe_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/transcribe"
	"github.com/aws/aws-sdk-go-v2/service/transcribe/types"

	"github.com/cuepipe/cuepipe/internal/captioning"
	"github.com/cuepipe/cuepipe/internal/memobjects"
	"github.com/cuepipe/cuepipe/internal/speech/languages"
	"github.com/cuepipe/cuepipe/internal/transcribe"
	"github.com/cuepipe/cuepipe/internal/transcribe/transcribetest"
	"github.com/cuepipe/cuepipe/internal/video"
)

// account is the service, its two buckets and our jobs there.
type account struct {
	transcribe.Jobs
	server  *transcribetest.Server
	media   []byte
	results memobjects.Captions
	mu      sync.Mutex
	told    []transcribetest.Event
	log     bytes.Buffer
}

func newAccount(t *testing.T) *account {
	t.Helper()
	a := &account{media: recording(nil)}
	a.server = &transcribetest.Server{
		Takes: -1,
		Media: func(bucket, key string) ([]byte, error) {
			if bucket != "captions" || key != video.ServiceSound(strings.Repeat("a", 26), 2) || a.media == nil {
				return nil, fmt.Errorf("no %s in %s", key, bucket)
			}
			return a.media, nil
		},
		Put: func(bucket, key string, body []byte) error {
			if bucket != "captions" {
				return errors.New("no such bucket")
			}
			return a.results.PutOnce(t.Context(), key, "application/json", body)
		},
		Tell: func(e transcribetest.Event) {
			a.mu.Lock()
			defer a.mu.Unlock()
			a.told = append(a.told, e)
		},
	}
	server := httptest.NewServer(a.server)
	t.Cleanup(server.Close)
	client := sdk.New(sdk.Options{BaseEndpoint: &server.URL, Region: "us-east-1", RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", "")})
	a.Jobs = transcribe.Jobs{API: client, Results: &a.results, Stack: "cuepipe-test", CaptionsBucket: "captions",
		Log: slog.New(slog.NewTextHandler(&a.log, nil))}
	return a
}

// recording is a WAV of one silent second, with something wrong in its header.
func recording(wrong func(header []byte)) []byte {
	b := append([]byte("RIFF\x24\x7d\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x80\x3e\x00\x00\x00\x7d\x00\x00\x02\x00\x10\x00data\x00\x7d\x00\x00"), make([]byte, 32000)...)
	if wrong != nil {
		wrong(b)
	}
	return b
}

func newVideo(o video.Options) video.Video {
	return video.Video{ID: strings.Repeat("a", 26), Generation: 2, Source: video.Source{Key: video.SourceKey("owner", strings.Repeat("a", 26))}, Options: o}
}

func TestAJobFromItsStartToItsEnd(t *testing.T) {
	for name, c := range map[string]struct {
		options  video.Options
		language string
		words    int
	}{
		"German":                          {video.Options{Language: "de"}, "de", 28},
		"German of a region without code": {video.Options{Language: "DE-at"}, "de-AT", 28},
		"Japanese":                        {video.Options{Language: "ja-JP"}, "ja-JP", 21},
		"speakers":                        {video.Options{Speakers: 2}, "en", 10},
		"a language to be found":          {video.Options{Language: "und"}, "en-GB", 16},
	} {
		t.Run(name, func(t *testing.T) {
			a, v := newAccount(t), newVideo(c.options)
			job := "cuepipe-test." + v.ID + ".2"
			if _, err := a.Result(t.Context(), v); !errors.Is(err, captioning.ErrNotAsked) {
				t.Errorf("before it was asked: %v", err)
			}
			for range 2 { // the second start finds the first one's
				if err := a.Start(t.Context(), v); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := a.Result(t.Context(), v); !errors.Is(err, video.ErrAtWork) {
				t.Errorf("while it is at work: %v", err)
			}
			if err := a.Forget(t.Context(), v.ID, v.Generation); !errors.Is(err, video.ErrAtWork) {
				t.Errorf("forgetting what it is at work on: %v", err)
			}
			a.server.Work(job)
			if want := []transcribetest.Event{{Name: job, Status: "COMPLETED"}}; !slices.Equal(a.told, want) {
				t.Errorf("told %v", a.told)
			}
			got, err := a.Result(t.Context(), v)
			if err != nil || got.Language != c.language || len(got.Words) != c.words || got.Engine != transcribe.Engine {
				t.Errorf("%v: %s, %d words", err, got.Language, len(got.Words))
			}
			for _, key := range a.results.Keys() { // all of it goes with the generation
				if !strings.HasPrefix(key, "videos/"+v.ID+"/2/") {
					t.Errorf("it wrote %s", key)
				}
			}
			for range 2 {
				if err := a.Forget(t.Context(), v.ID, v.Generation); err != nil {
					t.Errorf("forget: %v", err)
				}
			}
			if left := a.server.Jobs(); len(left) != 0 {
				t.Errorf("left: %v", left)
			}
		})
	}
}

func TestWhatCannotBeHeard(t *testing.T) {
	for name, c := range map[string]struct {
		media  []byte
		faults transcribetest.Faults
		want   error
	}{
		"a sound that is too short": {recording(nil)[:44], transcribetest.Faults{Fail: "Your audio file must have a speech segment long enough in duration to perform automatic language identification."}, captioning.ErrServiceRefused},
		"a failure of the service":  {recording(nil), transcribetest.Faults{Fail: "Internal failure"}, captioning.ErrServiceFailed},
		"a failure without reason":  {recording(nil), transcribetest.Faults{Fail: " "}, captioning.ErrServiceFailed},
		"a result that is damaged":  {recording(nil), transcribetest.Faults{Damage: true}, captioning.ErrServiceFailed},
		"what is no WAV":            {[]byte("\x1a\x45\xdf\xa3 matroska, a film of the cinema"), transcribetest.Faults{}, captioning.ErrServiceFailed},
		"a WAV that is cut off":     {recording(nil)[:20000], transcribetest.Faults{}, captioning.ErrServiceFailed},
		"a header that says more":   {recording(func(h []byte) { h[40]++ }), transcribetest.Faults{}, captioning.ErrServiceFailed},
		"two channels":              {recording(func(h []byte) { h[22] = 2 }), transcribetest.Faults{}, captioning.ErrServiceFailed},
		"another rate":              {recording(func(h []byte) { h[24], h[28] = 0x81, 0x02 }), transcribetest.Faults{}, captioning.ErrServiceFailed},
	} {
		t.Run(name, func(t *testing.T) {
			a, v := newAccount(t), newVideo(video.Options{Language: "de"})
			a.media = c.media
			a.server.SetFaults(c.faults)
			if err := a.Start(t.Context(), v); err != nil {
				t.Fatal(err)
			}
			a.server.Work(video.ServiceJob(a.Stack, v.ID, v.Generation))
			for range 2 {
				if _, err := a.Result(t.Context(), v); !errors.Is(err, c.want) {
					t.Errorf("%v, want %v", err, c.want)
				}
			}
			if err := a.Forget(t.Context(), v.ID, v.Generation); err != nil || len(a.server.Jobs()) != 0 {
				t.Errorf("forget: %v; left %v", err, a.server.Jobs())
			}
		})
	}
}

// Other errors are tried again by the queue: they say neither that the file is
// bad nor that the service is done with it.
func TestAServiceThatDoesNotAnswer(t *testing.T) {
	for name, faults := range map[string]transcribetest.Faults{"throttled": {Throttle: 4}, "broken": {Break: 4}} {
		a, v := newAccount(t), newVideo(video.Options{Language: "de"})
		a.server.SetFaults(faults)
		_, errResult := a.Result(t.Context(), v)
		for what, err := range map[string]error{"start": a.Start(t.Context(), v), "result": errResult, "forget": a.Forget(t.Context(), v.ID, 2)} {
			if err == nil {
				t.Errorf("%s: %s went unnoticed", name, what)
			}
			for _, known := range []error{captioning.ErrNotAsked, video.ErrAtWork, captioning.ErrServiceFailed, captioning.ErrServiceRefused, video.ErrNoObject} {
				if errors.Is(err, known) {
					t.Errorf("%s: %s says %v", name, what, err)
				}
			}
		}
	}
}

// What the installation lacks is not the owner's fault, and no retry by the
// queue mends it.
func TestWhatTheServiceDoesNotTakeFromUs(t *testing.T) {
	a, v := newAccount(t), newVideo(video.Options{Language: "de"})
	a.CaptionsBucket = "elsewhere"
	if err := a.Start(t.Context(), v); !errors.Is(err, captioning.ErrServiceFailed) || !strings.Contains(err.Error(), "read permission") {
		t.Errorf("a bucket that cannot be read: %v", err)
	}
	put := a.server.Put
	a.CaptionsBucket, a.server.Put = "captions", func(string, string, []byte) error { return errors.New("denied") }
	if err := a.Start(t.Context(), v); !errors.Is(err, captioning.ErrServiceFailed) || !strings.Contains(err.Error(), "write permission") {
		t.Errorf("a bucket that cannot be written: %v", err)
	}
	a.server.Put = put
	if err := a.Start(t.Context(), newVideo(video.Options{Language: "tlh"})); !errors.Is(err, captioning.ErrServiceFailed) {
		t.Errorf("a language that it does not know: %v", err)
	}
	if len(a.server.Jobs()) != 0 {
		t.Errorf("started: %v", a.server.Jobs())
	}
}

// A result that is gone belongs to a deleted video, and must not be taken for a
// source that is gone.
func TestAResultThatIsGone(t *testing.T) {
	a, v := newAccount(t), newVideo(video.Options{Language: "de"})
	if err := a.Start(t.Context(), v); err != nil {
		t.Fatal(err)
	}
	a.server.Work(video.ServiceJob(a.Stack, v.ID, v.Generation))
	if err := a.results.RemoveAll(t.Context(), "videos/"); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Result(t.Context(), v); err == nil || errors.Is(err, video.ErrNoObject) || errors.Is(err, captioning.ErrServiceFailed) {
		t.Errorf("%v", err)
	}
}

// Our list of languages is none but the API's own.
func TestEveryCodeIsTheServices(t *testing.T) {
	known := types.LanguageCode("").Values()
	for _, code := range languages.All() {
		if !slices.Contains(known, types.LanguageCode(code)) {
			t.Errorf("it does not know %s", code)
		}
	}
}

func mediaAt(uri string) *types.Media { return &types.Media{MediaFileUri: &uri} }

func TestTheStandInChecksAsTheServiceDoes(t *testing.T) {
	a := newAccount(t)
	good := func() *sdk.StartTranscriptionJobInput {
		return &sdk.StartTranscriptionJobInput{TranscriptionJobName: aws.String("name"), MediaFormat: types.MediaFormatWav, MediaSampleRateHertz: aws.Int32(16000), LanguageCode: "de-DE", OutputBucketName: aws.String("captions"), OutputKey: aws.String("videos/x.json")}
	}
	client := a.API
	refused := map[string]func(in *sdk.StartTranscriptionJobInput){
		"a name with a slash":    func(in *sdk.StartTranscriptionJobInput) { in.TranscriptionJobName = aws.String("a/b") },
		"a code that is unknown": func(in *sdk.StartTranscriptionJobInput) { in.LanguageCode = "de" },
		"no language":            func(in *sdk.StartTranscriptionJobInput) { in.LanguageCode = "" },
		"two ways to a language": func(in *sdk.StartTranscriptionJobInput) { in.IdentifyLanguage = aws.Bool(true) },
		"a key with a space":     func(in *sdk.StartTranscriptionJobInput) { in.OutputKey = aws.String("a b") },
		"nobody thought of it":   func(in *sdk.StartTranscriptionJobInput) { in.IdentifyMultipleLanguages = aws.Bool(true) },
		"another format":         func(in *sdk.StartTranscriptionJobInput) { in.MediaFormat = types.MediaFormatMp4 },
		"a rate too high":        func(in *sdk.StartTranscriptionJobInput) { in.MediaSampleRateHertz = aws.Int32(96000) },
	}
	for _, name := range slices.Sorted(maps.Keys(refused)) {
		in := good()
		in.Media = mediaAt("s3://captions/" + video.ServiceSound(strings.Repeat("a", 26), 2))
		refused[name](in)
		if _, err := client.StartTranscriptionJob(t.Context(), in); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	in := good()
	in.Media = mediaAt("s3://captions/" + video.ServiceSound(strings.Repeat("a", 26), 2))
	if _, err := client.StartTranscriptionJob(t.Context(), in); err != nil {
		t.Errorf("a good one: %v", err)
	}
}
