package video

import "strings"

// Options are what a video's owner asks of its captions. The zero value asks
// for nothing in particular. They hold for every generation of the video.
type Options struct {
	// Language that is spoken, a tag of BCP 47. Where it is empty, English is
	// expected, and a video in another language is left uncaptioned.
	Language string
	// Speakers is how many voices to tell apart at most; 0 is not to.
	Speakers int
	// Profile is the name of the style guide to lay captions out by; empty is
	// our own.
	Profile string
	// Names are written as they stand here where the recogniser nearly heard
	// them.
	Names []string
}

// MostSpeakers can be told apart (Amazon Transcribe: MaxSpeakerLabels).
const MostSpeakers = 30

// NeedService reports whether our own recogniser cannot do what is asked: it
// knows English, and not who speaks.
func (o Options) NeedService() bool {
	language, _, _ := strings.Cut(strings.ToLower(o.Language), "-")
	return o.Speakers > 0 || language != "" && language != "en"
}
