package video

import (
	"fmt"
	"time"
)

// MaxSize is how large a file may be, in bytes: a film of a day as cameras write
// it. S3 could put together 50 TB of 10,000 parts.
const MaxSize = 100 << 30

// MaxDuration is how long a video may be. No step depends on it: it bounds what
// a header that lies can cost.
const MaxDuration = 24 * time.Hour

// Why a video ends without captions. The codes are part of the API.
var (
	NoAudio = Failure{"no_audio", "The video has no sound, so there is nothing to caption."}

	NoSpeech = Failure{"no_speech", "No speech was found in the video's sound, so there is nothing to caption."}

	LanguageUncertain = Failure{"language_uncertain",
		"The speech does not sound like English, the one language that is recognised so far. Captions were left out, because they would be guesses."}

	NotMedia = Failure{"not_media",
		"The file could not be read as video or audio. Upload it again as MP4, MOV, WebM, MKV, AVI, MPEG-TS, MP3, WAV, FLAC, Ogg or AAC."}

	TooLong = Failure{"too_long",
		fmt.Sprintf("The video is longer than %d hours. Cut it into shorter parts and upload each.", int(MaxDuration.Hours()))}

	TooLarge = Failure{"too_large",
		fmt.Sprintf("The file is larger than %d GiB. Upload a smaller one; the picture's quality does not change the captions.", MaxSize>>30)}

	SourceMissing = Failure{"source_missing", "The uploaded file was removed before it was captioned. Upload it again as a new video."}

	// Of the service that is asked where our own recogniser cannot do what is
	// wanted.

	ServiceRefused = Failure{"service_refused",
		"Amazon Transcribe, which this language and telling speakers apart need, does not hear it: it is longer than 4 hours, or hardly anybody speaks in it. Cut a longer one into parts and upload each as a new video."}

	ServiceFailed = Failure{"service_failed",
		"Amazon Transcribe, which this language and telling speakers apart need, failed. Retry the video; if it fails once more, tell who runs this service."}

	ServiceOff = Failure{"service_off",
		"This language, or telling speakers apart, needs Amazon Transcribe, which is switched off here. Ask who runs this service to switch it on, then retry the video."}

	GaveUp = Failure{"gave_up",
		"Captioning was tried five times and failed for a cause on our side. Retry the video; if it fails once more, tell who runs this service."}

	Stuck = Failure{"stuck",
		"Captioning stopped without a reason that we know, and starting it again did not help. Retry the video; if it stops once more, tell who runs this service."}
)
