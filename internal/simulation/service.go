package simulation

import (
	"context"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/transcribe"
	"github.com/aws/aws-sdk-go-v2/service/transcribe/types"

	"github.com/cuepipe/cuepipe/internal/captioning/captioningtest"
	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/video"
)

// A wish is what a clip's owner asks for: what our recogniser does, or what a
// service has to do.
type wish int

const (
	english wish = iota
	german
	twoSpeakers
	wishes
)

func (w wish) options() video.Options {
	return [wishes]video.Options{{}, {Language: "de"}, {Speakers: 2}}[w]
}

// stackName begins the names of our jobs at the service.
const stackName = "cuepipe-simulation"

// A serviceJob is what the service has in work, or keeps.
type serviceJob struct {
	name     string
	id       string // of the video
	number   int    // its generation
	sound    string // key
	result   string // key
	speakers int
	until    time.Time // when it is heard
	heard    []byte    // that it read when it began; nil: it reads when it ends
	status   types.TranscriptionJobStatus
	reason   string
}

// service is its API, under the adapter that the functions use.
type service struct{ w *worker }

func (p *ports) service() service { return service{p.w} }

func (p service) StartTranscriptionJob(_ context.Context, in *transcribe.StartTranscriptionJobInput, _ ...func(*transcribe.Options)) (*transcribe.StartTranscriptionJobOutput, error) {
	return get(p.w, call{name: "start job", on: *in.TranscriptionJobName}, func(Fault) (*transcribe.StartTranscriptionJobOutput, error) {
		return &transcribe.StartTranscriptionJobOutput{}, p.w.run.startJob(in)
	})
}

func (p service) GetTranscriptionJob(_ context.Context, in *transcribe.GetTranscriptionJobInput, _ ...func(*transcribe.Options)) (*transcribe.GetTranscriptionJobOutput, error) {
	return get(p.w, call{name: "get job", on: *in.TranscriptionJobName}, func(Fault) (*transcribe.GetTranscriptionJobOutput, error) {
		j := p.w.run.job(*in.TranscriptionJobName)
		if j == nil {
			return nil, &types.BadRequestException{Message: aws.String("The requested job couldn't be found.")}
		}
		return &transcribe.GetTranscriptionJobOutput{TranscriptionJob: &types.TranscriptionJob{TranscriptionJobName: &j.name, TranscriptionJobStatus: j.status, FailureReason: &j.reason}}, nil
	})
}

func (p service) DeleteTranscriptionJob(_ context.Context, in *transcribe.DeleteTranscriptionJobInput, _ ...func(*transcribe.Options)) (*transcribe.DeleteTranscriptionJobOutput, error) {
	return get(p.w, call{name: "delete job", on: *in.TranscriptionJobName}, func(Fault) (*transcribe.DeleteTranscriptionJobOutput, error) {
		r := p.w.run
		j := r.job(*in.TranscriptionJobName)
		switch {
		case j == nil:
			return nil, &types.BadRequestException{Message: aws.String("The requested job couldn't be found.")}
		case j.status == types.TranscriptionJobStatusInProgress:
			return nil, &types.BadRequestException{Message: aws.String("The job is in a non-terminal state.")}
		}
		r.jobs = slices.DeleteFunc(r.jobs, func(other *serviceJob) bool { return other == j })
		return &transcribe.DeleteTranscriptionJobOutput{}, nil
	})
}

func (r *run) job(name string) *serviceJob {
	i := slices.IndexFunc(r.jobs, func(j *serviceJob) bool { return j.name == name })
	if i < 0 {
		return nil
	}
	return r.jobs[i]
}

// startJob is the service's: a name serves once, and what cannot be read is
// refused at once.
func (r *run) startJob(in *transcribe.StartTranscriptionJobInput) error {
	name := *in.TranscriptionJobName
	if r.job(name) != nil {
		return &types.ConflictException{}
	}
	id, number, ok := video.OfServiceJob(name)
	key, ours := strings.CutPrefix(*in.Media.MediaFileUri, "s3://captions/")
	if !ok || !ours || in.MediaFormat != types.MediaFormatWav || *in.MediaSampleRateHertz != speech.SampleRate || !strings.HasPrefix(name, video.ServiceJobs(stackName)) {
		r.fail("a job is named %s, of %s", name, *in.Media.MediaFileUri)
	}
	sound := r.soundAt(key)
	if sound == nil {
		return &types.BadRequestException{Message: aws.String("The S3 URI that you provided can't be accessed.")}
	}
	j := &serviceJob{name: name, id: id, number: number, sound: key, result: *in.OutputKey, status: types.TranscriptionJobStatusInProgress,
		until: r.clock.Add(time.Second)}
	if !r.quiet {
		j.until = r.clock.Add(r.upTo([]time.Duration{time.Minute, 10 * time.Minute, 3 * time.Hour}[r.random.IntN(3)]))
	}
	if in.Settings != nil {
		j.speakers = int(*in.Settings.MaxSpeakerLabels)
	}
	if r.random.IntN(2) == 0 {
		j.heard = sound
	}
	r.putResult(path.Dir(j.result)+"/.write_access_check_file.temp", nil)
	if g := (generation{id, number}); r.asked[g] && !r.touched[id] {
		r.fail("%s was given to the service twice", name)
	} else {
		r.asked[g] = true
	}
	r.jobs = append(r.jobs, j)
	r.counts.Jobs++
	r.moved++
	return nil
}

// soundAt is what lies under a key of the captions bucket; nil where there is
// nothing.
func (r *run) soundAt(key string) []byte {
	b, err := r.captions.Get(context.Background(), key)
	if err != nil {
		return nil
	}
	return b
}

// putResult is a write of the service's own.
func (r *run) putResult(key string, body []byte) {
	r.putAt[key] = r.steps
	if err := r.captions.PutOnce(context.Background(), key, "application/json", body); err != nil {
		r.fail("%v", err)
	}
}

// serve has every job end whose time has come, and the world hear of it: at
// least once, or not at all.
func (r *run) serve() {
	for _, j := range r.jobs {
		if j.status != types.TranscriptionJobStatusInProgress || j.until.After(r.clock) {
			continue
		}
		r.moved++
		j.status = types.TranscriptionJobStatusCompleted
		sound := j.heard
		if sound == nil {
			sound = r.soundAt(j.sound)
		}
		switch {
		case sound == nil: // which it may be once its generation is over
			if v, err := r.videos.Get(context.Background(), j.id); err == nil && v.Generation == j.number && v.InWork() {
				r.fail("the service's %s is at work, and its sound is gone", j.name)
			}
			j.status, j.reason = types.TranscriptionJobStatusFailed, "The S3 URI that you provided can't be accessed."
		case r.happens(JobFailed):
			j.status, j.reason = types.TranscriptionJobStatusFailed, "Internal failure."
			r.jobFailed[j.id] = true
		default:
			// Its second result, if somebody stood still between finding no job and
			// starting one while another's came and went, costs money and does no harm.
			r.putResult(j.result, resultOf(sound, j.speakers))
		}
		r.traceWorld("the service's %s is %s", j.name, j.status)
		if r.happens(EventLost) {
			r.excused[j.id] = true
			continue
		}
		r.send(r.segments, nil, j.id, fmt.Sprintf(`{"source":"aws.transcribe","detail-type":"Transcribe Job State Change","detail":{"TranscriptionJobName":%q,"TranscriptionJobStatus":%q}}`, j.name, j.status), 0)
	}
}

// atService reports whether the service has something of a video in work.
func (r *run) atService(id string) bool {
	return slices.ContainsFunc(r.jobs, func(j *serviceJob) bool {
		return j.id == id && j.status == types.TranscriptionJobStatusInProgress
	})
}

// resultOf is what the service writes of a sound. What it cannot read has no
// words: the captioner has found that out before.
func resultOf(sound []byte, speakers int) []byte {
	type alternative struct {
		Confidence string `json:"confidence"`
		Content    string `json:"content"`
	}
	type item struct {
		Type         string        `json:"type"`
		Start        string        `json:"start_time"`
		End          string        `json:"end_time"`
		Speaker      string        `json:"speaker_label,omitempty"`
		Alternatives []alternative `json:"alternatives"`
	}
	items := []item{}
	if t, err := captioningtest.Told(sound, speakers); err == nil {
		for _, w := range t.Words {
			items = append(items, item{"pronunciation", fmt.Sprint(w.Start.Seconds()), fmt.Sprint(w.End.Seconds()), w.Speaker,
				[]alternative{{fmt.Sprint(w.Probability), w.Text}}})
		}
	}
	b, err := json.Marshal(map[string]any{"status": "COMPLETED", "results": map[string]any{"language_code": "en-US", "items": items}})
	if err != nil {
		panic(err) // strings and lists
	}
	return b
}
