// Package media turns any admitted file into the samples that recognisers
// hear. ffmpeg and ffprobe do the decoding as child processes; they see the
// file only through a loopback server that reads ranges of a Source, so that
// nothing is copied to disk and an index at the end of a file is no obstacle.
//
// The input is untrusted: formats and protocols are named one by one, decoded
// samples are capped, and the child gets neither the environment nor a way to
// open anything else.
package media

import (
	"errors"
	"time"
)

// ErrNotMedia: the file is damaged, or of a format that is not admitted, so
// that no retry mends it. The wrapping error has ffmpeg's words, for logs.
var ErrNotMedia = errors.New("not readable as video or audio")

// ErrTooLong: the sound is longer than the caller's limit.
var ErrTooLong = errors.New("sound is longer than the limit")

// Tools names the programs, by path or by a name to be found in PATH. They are
// ffmpeg 5.1 or later. The methods are safe for concurrent use.
type Tools struct {
	FFmpeg, FFprobe string
	// Index keeps what one call reads of a film's index for the next one; nil
	// is none.
	Index *IndexCache

	backoff func(attempt int) time.Duration // nil: the usual one; for tests
}

// Info is what a file says about itself. Nothing of it was checked by
// decoding.
type Info struct {
	Format string // ffprobe's name, such as "mov,mp4,m4a,3gp,3g2,mj2"
	// Duration of the longest stream, 0 where the file does not say or where
	// it could only be guessed from the bit rate.
	Duration time.Duration
	// HasAudio reports a stream of sound, whether or not its codec is admitted.
	// The other fields describe the stream that Decode takes.
	HasAudio   bool
	AudioCodec string // such as "aac"
	Channels   int    // 0: not known before decoding
	SampleRate int    // Hz; 0: not known before decoding
	// Places of the sound in a file that has neither an index nor times.
	Places Places

	start time.Duration // of the first stream, on the file's own clock
}
