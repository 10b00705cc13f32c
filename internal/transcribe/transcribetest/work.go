package transcribetest

import (
	"bytes"
	"embed"
	"encoding/binary"
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
	case !bytes.HasPrefix(media, []byte("RIFF")):
		return "The media format provided does not match the detected media format."
	}
	if reason := wrong(media, in.MediaSampleRateHertz); reason != "" {
		return reason
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

// wrong says what is wrong with a WAV file: it is to be PCM of one channel of 16
// bits, at the rate that was said, and as long as its header says.
func wrong(media []byte, rate int) string {
	var h struct {
		RIFF       [4]byte
		Size       uint32 // of all that follows
		WAVE       [4]byte
		Fmt        [4]byte
		FmtSize    uint32
		Format     uint16
		Channels   uint16
		Rate       uint32
		ByteRate   uint32
		FrameSize  uint16
		SampleBits uint16
		Data       [4]byte
		DataSize   uint32
	}
	header := binary.Size(h)
	_, err := binary.Decode(media, binary.LittleEndian, &h)
	switch {
	case err != nil, string(h.WAVE[:])+string(h.Fmt[:])+string(h.Data[:]) != "WAVEfmt data", h.FmtSize != 16, h.Format != 1,
		h.SampleBits != 16, h.FrameSize != 2, h.ByteRate != 2*h.Rate, int(h.Size) != len(media)-8, int(h.DataSize) != len(media)-header:
		return "The data in your input file isn't valid. Check the file and try your request again."
	case h.Channels != 1:
		return "Invalid number of channels. Your audio contains more channels than were expected."
	case int(h.Rate) != rate:
		return "The sample rate provided does not match the detected sample rate."
	case h.DataSize < h.ByteRate/2: // quotas: 500 milliseconds
		return "Your audio file must have a speech segment long enough in duration to perform automatic language identification."
	}
	return ""
}
