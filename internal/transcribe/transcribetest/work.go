package transcribetest

import (
	"bytes"
	"embed"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/transcribe/types"
)

// Recorded are results in the service's documented forms (developer guide:
// "Data input and output", "Example diarization output (batch)", "Identifying
// the dominant language"): the file of a language code, "speakers" where voices
// are told apart, "identified" where the language was to be found. The words of
// "speakers" and "identified" are the guide's own; the others are the Universal
// Declaration of Human Rights, with times made by hand.
//
//go:embed recorded/*.json
var Recorded embed.FS

// Work has a job come to its end, unless it has done so: it writes the result,
// and only then shows the job as completed and tells of it.
func (s *Server) Work(name string) {
	s.mu.Lock()
	j, faults := s.jobs[name], s.faults
	if j == nil || j.status != types.TranscriptionJobStatusInProgress || faults.Hold {
		s.mu.Unlock()
		return
	}
	in, media := j.request, j.media
	s.mu.Unlock()

	reason := faults.Fail
	if reason == "" {
		reason = s.hear(in, media, faults)
	}
	s.mu.Lock()
	j.status, j.reason = types.TranscriptionJobStatusCompleted, reason
	if reason != "" {
		j.status = types.TranscriptionJobStatusFailed
	}
	event := Event{name, string(j.status)}
	s.mu.Unlock()
	if faults.LoseEvents || s.Tell == nil {
		return
	}
	s.Tell(event)
	if faults.Twice {
		s.Tell(event)
	}
}

// hear writes the result of a job, or returns why it failed.
func (s *Server) hear(in request, media []byte, faults Faults) (failure string) {
	switch {
	case len(media) > maxMedia:
		return "Invalid file size: file size too large."
	case !known(media):
		return "Unsupported media format. The media format specified in MediaFormat isn't valid."
	}
	name := string(in.LanguageCode)
	switch {
	case in.Settings != nil:
		name = "speakers"
	case in.IdentifyLanguage:
		name = "identified"
	}
	result, err := Recorded.ReadFile("recorded/" + name + ".json")
	if err != nil {
		return fmt.Sprintf("Internal failure. Nothing was recorded for %s.", name)
	}
	if faults.Damage {
		result = result[:len(result)/2]
	}
	if err := s.Put(in.OutputBucketName, in.OutputKey, result); err != nil {
		return "The specified S3 bucket can't be accessed. Make sure that you have write permission and try your request again."
	}
	return ""
}

// known reports whether the service hears files that begin so: AMR, FLAC, MP3,
// MP4 and M4A, Ogg, WebM and WAV.
func known(media []byte) bool {
	head := media[:min(len(media), 64)]
	for _, magic := range []string{"#!AMR", "fLaC", "ID3", "OggS", "RIFF"} {
		if bytes.HasPrefix(head, []byte(magic)) {
			return true
		}
	}
	return len(head) > 12 && (head[0] == 0xff && head[1]&0xe0 == 0xe0 ||
		string(head[4:8]) == "ftyp" && string(head[8:12]) != "qt  " ||
		bytes.HasPrefix(head, []byte{0x1a, 0x45, 0xdf, 0xa3}) && bytes.Contains(head, []byte("webm")))
}
