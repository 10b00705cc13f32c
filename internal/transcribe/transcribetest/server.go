// Package transcribetest has a server that behaves as Amazon Transcribe does,
// as far as its API reference says: the protocol (JSON 1.1, X-Amz-Target), what
// it refuses, which states a job passes through, where it puts its result and
// of what it sends an event. What it hears was recorded before.
package transcribetest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/transcribe/types"
)

// A Server keeps jobs in memory. Its fields are set before its first request;
// Faults may be set at any time. It is safe for concurrent use.
type Server struct {
	// Media reads what a job is to hear, and Put writes what it heard.
	Media func(bucket, key string) ([]byte, error)
	Put   func(bucket, key string, body []byte) error
	// Tell is told of each job that came to its end.
	Tell func(Event)
	// Takes is how long a job takes; below 0, until Work is called.
	Takes time.Duration

	mu     sync.Mutex
	faults Faults
	jobs   map[string]*job
}

// An Event is the detail of a "Transcribe Job State Change".
type Event struct {
	Name   string `json:"TranscriptionJobName"`
	Status string `json:"TranscriptionJobStatus"`
}

// Faults are what goes wrong from now on.
type Faults struct {
	// Throttle refuses so many requests, Break answers so many with a failure of
	// the service.
	Throttle int `json:"throttle"`
	Break    int `json:"break"`
	// Fail is why every job fails; empty for none.
	Fail string `json:"fail"`
	// LoseEvents sends no event, Twice sends each two times.
	LoseEvents bool `json:"loseEvents"`
	Twice      bool `json:"twice"`
	// Hold leaves jobs at work until it is taken away.
	Hold bool `json:"hold"`
	// Damage cuts results off in their middle.
	Damage bool `json:"damage"`
}

type job struct {
	request request
	media   []byte // as it was when the job began
	status  types.TranscriptionJobStatus
	reason  string
	made    time.Time
}

// A request is what may be asked of StartTranscriptionJob here. A member that
// it does not have is refused, because nobody has thought of it.
type request struct {
	TranscriptionJobName string
	LanguageCode         types.LanguageCode `json:",omitempty"`
	IdentifyLanguage     bool               `json:",omitempty"`
	Media                struct{ MediaFileUri string }
	MediaFormat          types.MediaFormat
	MediaSampleRateHertz int
	OutputBucketName     string
	OutputKey            string
	Settings             *struct {
		ShowSpeakerLabels bool
		MaxSpeakerLabels  int
	} `json:",omitempty"`
}

// SetFaults sets what goes wrong. Jobs that were held go on.
func (s *Server) SetFaults(f Faults) {
	s.mu.Lock()
	held := s.faults.Hold && !f.Hold
	s.faults = f
	var names []string
	for name, j := range s.jobs {
		if held && j.status == types.TranscriptionJobStatusInProgress {
			names = append(names, name)
		}
	}
	s.mu.Unlock()
	for _, name := range names {
		s.Work(name)
	}
}

// Jobs returns the names of all jobs and their states.
func (s *Server) Jobs() map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := map[string]string{}
	for name, j := range s.jobs {
		all[name] = string(j.status)
	}
	return all
}

// An apiError is an answer of the service that is no success.
type apiError struct {
	code    int
	name    string
	message string
}

func (e *apiError) Error() string { return e.name + ": " + e.message }

func badRequest(format string, args ...any) *apiError {
	return &apiError{http.StatusBadRequest, "BadRequestException", fmt.Sprintf(format, args...)}
}

// ServeHTTP answers one request of the API.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	out, err := s.answer(r)
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	code := http.StatusOK
	if err != nil {
		w.Header().Set("X-Amzn-ErrorType", err.name)
		code, out = err.code, map[string]string{"__type": err.name, "Message": err.message}
	}
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(out) // of maps and structs; the client may be gone
}

func (s *Server) answer(r *http.Request) (any, *apiError) {
	if fault := s.fault(); fault != nil {
		return nil, fault
	}
	operation, ok := strings.CutPrefix(r.Header.Get("X-Amz-Target"), "Transcribe.")
	if !ok || r.Header.Get("Content-Type") != "application/x-amz-json-1.1" || !strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 ") {
		return nil, &apiError{http.StatusBadRequest, "UnknownOperationException", "it is not signed, or not of this protocol"}
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		return nil, badRequest("the body: %v", err)
	}
	var in request
	decoder := json.NewDecoder(strings.NewReader(string(body)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&in); err != nil {
		return nil, &apiError{http.StatusBadRequest, "SerializationException", err.Error()}
	}
	if !jobName.MatchString(in.TranscriptionJobName) || in.TranscriptionJobName == "." || in.TranscriptionJobName == ".." {
		return nil, badRequest("1 validation error detected: Value at 'transcriptionJobName' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[0-9a-zA-Z._-]+")
	}
	switch operation {
	case "StartTranscriptionJob":
		return s.start(in)
	case "GetTranscriptionJob":
		return s.get(in.TranscriptionJobName)
	case "DeleteTranscriptionJob":
		return s.remove(in.TranscriptionJobName)
	}
	return nil, &apiError{http.StatusBadRequest, "UnknownOperationException", operation}
}

func (s *Server) fault() *apiError {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.faults.Throttle > 0:
		s.faults.Throttle--
		return &apiError{http.StatusBadRequest, "ThrottlingException", "Rate exceeded"}
	case s.faults.Break > 0:
		s.faults.Break--
		return &apiError{http.StatusInternalServerError, "InternalFailureException", "There was an internal error."}
	}
	return nil
}

var (
	jobName   = regexp.MustCompile(`^[0-9a-zA-Z._-]{1,200}$`)
	outputKey = regexp.MustCompile(`^[a-zA-Z0-9\-_.!*'()/]{1,1000}$`)
	mediaURI  = regexp.MustCompile(`^s3://([a-z0-9.-]{3,63})/(.+)$`)
)

// maxMedia is the largest file that the service hears (quotas: 2 GB).
const maxMedia = 2 << 30

func (s *Server) start(in request) (any, *apiError) {
	media := mediaURI.FindStringSubmatch(in.Media.MediaFileUri)
	switch {
	case media == nil:
		return nil, badRequest("The S3 URI is not valid: %q", in.Media.MediaFileUri)
	case in.MediaFormat != types.MediaFormatWav, in.MediaSampleRateHertz < 8000, in.MediaSampleRateHertz > 48000:
		return nil, badRequest("The media is said to be %s of %d Hz, and not a WAV that it hears", in.MediaFormat, in.MediaSampleRateHertz)
	case in.IdentifyLanguage == (in.LanguageCode != ""):
		return nil, badRequest("You must specify exactly one of LanguageCode and IdentifyLanguage")
	case in.LanguageCode != "" && !slices.Contains(in.LanguageCode.Values(), in.LanguageCode):
		return nil, badRequest("1 validation error detected: Value '%s' at 'languageCode' failed to satisfy constraint: Member must satisfy enum value set", in.LanguageCode)
	case in.OutputBucketName == "" || !outputKey.MatchString(in.OutputKey):
		return nil, badRequest("The output's location is not valid")
	case in.Settings != nil && (!in.Settings.ShowSpeakerLabels || in.Settings.MaxSpeakerLabels < 2 || in.Settings.MaxSpeakerLabels > 30):
		return nil, badRequest("MaxSpeakerLabels must be between 2 and 30, with ShowSpeakerLabels")
	}
	s.mu.Lock()
	if s.jobs[in.TranscriptionJobName] != nil {
		s.mu.Unlock()
		return nil, &apiError{http.StatusBadRequest, "ConflictException", "The requested job name already exists. Use a different job name."}
	}
	s.mu.Unlock()
	// The service tries both rights at once.
	film, err := s.Media(media[1], media[2])
	if err != nil {
		return nil, badRequest("The S3 URI that you provided can't be accessed. Make sure that you have read permission and try your request again.")
	}
	if err := s.Put(in.OutputBucketName, path.Join(path.Dir(in.OutputKey), ".write_access_check_file.temp"), nil); err != nil {
		return nil, badRequest("The specified S3 bucket can't be accessed. Make sure that you have write permission and try your request again.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.jobs == nil {
		s.jobs = map[string]*job{}
	}
	if s.jobs[in.TranscriptionJobName] != nil {
		return nil, &apiError{http.StatusBadRequest, "ConflictException", "The requested job name already exists. Use a different job name."}
	}
	j := &job{request: in, media: film, status: types.TranscriptionJobStatusInProgress, made: time.Now()}
	s.jobs[in.TranscriptionJobName] = j
	if s.Takes >= 0 && !s.faults.Hold {
		time.AfterFunc(s.Takes, func() { s.Work(in.TranscriptionJobName) })
	}
	return answerOf(j), nil
}

func (s *Server) get(name string) (any, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	j := s.jobs[name]
	if j == nil {
		return nil, badRequest("The requested job couldn't be found. Check the job name and try your request again.")
	}
	return answerOf(j), nil
}

func (s *Server) remove(name string) (any, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch j := s.jobs[name]; {
	case j == nil:
		return nil, badRequest("The requested job couldn't be found. Check the job name and try your request again.")
	case j.status == types.TranscriptionJobStatusInProgress:
		return nil, badRequest("The job is in a non-terminal state. Wait until it has ended and try your request again.")
	}
	delete(s.jobs, name)
	return struct{}{}, nil
}

// answerOf is a job as the service shows it. Its times are seconds since 1970.
func answerOf(j *job) any {
	shown := map[string]any{
		"TranscriptionJobName": j.request.TranscriptionJobName, "TranscriptionJobStatus": j.status, "Media": j.request.Media,
		"CreationTime": float64(j.made.UnixMilli()) / 1000,
	}
	if j.request.LanguageCode != "" {
		shown["LanguageCode"] = j.request.LanguageCode
	}
	if j.reason != "" {
		shown["FailureReason"] = j.reason
	}
	if j.status == types.TranscriptionJobStatusCompleted {
		shown["Transcript"] = map[string]string{"TranscriptFileUri": "https://s3.us-east-1.amazonaws.com/" + j.request.OutputBucketName + "/" + j.request.OutputKey}
	}
	return map[string]any{"TranscriptionJob": shown}
}
