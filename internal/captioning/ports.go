// Package captioning has the three steps from an uploaded video to its
// captions: plan, segment, assemble. Each may run twice, late, or beside
// itself; the second run finds the first one's work, and a video of a later
// generation is left alone.
//
// The steps are pure but for the small interfaces in this file. Everything
// behind them may fail at any call: an error that a step returns means "try
// this message again", nil means "this message is dealt with".
package captioning

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/cuepipe/cuepipe/internal/media"
	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/video"
)

// An Arrival says that a video's upload may be complete. It is a hint.
type Arrival struct {
	VideoID string `json:"videoId"`
	// Generation that is meant, or 0 where the sender cannot know it (S3).
	Generation int `json:"generation"`
	// Key of the object that arrived; empty in our own messages.
	Key string `json:"-"`
}

// A Job is one segment to be recognised.
type Job struct {
	VideoID    string `json:"videoId"`
	Generation int    `json:"generation"`
	Segment    int    `json:"segment"`
}

// Videos is the store of items.
type Videos interface {
	// Get reads what the last Change wrote. It returns video.ErrNotFound.
	Get(ctx context.Context, id string) (video.Video, error)
	// Change applies c in one atomic step and returns the video after it. It
	// returns video.ErrNotFound, or video.ErrStale with the video as it is.
	Change(ctx context.Context, id string, c video.Change) (video.Video, error)
}

// Uploads has what clients uploaded.
type Uploads interface {
	// Stat returns the newest version under key and its size in bytes, or
	// video.ErrNoObject.
	Stat(ctx context.Context, key string) (video.Source, int64, error)
	// Source reads that one version. Reads return video.ErrObjectChanged or
	// video.ErrNoObject once it is gone.
	Source(s video.Source, size int64) media.Source
	// Remove deletes that one version. One that is gone is no error.
	Remove(ctx context.Context, s video.Source) error
}

// Captions has what we write.
type Captions interface {
	// PutOnce stores a new object. Where one is stored under that name already
	// it stays as it is, and that is no error: the first writer wins.
	PutOnce(ctx context.Context, key, contentType string, body []byte) error
	// Get returns video.ErrNoObject where nothing is stored.
	Get(ctx context.Context, key string) ([]byte, error)
	// PutStream stores a new object that is too large for memory: write writes its
	// bytes, in order, and returns those that come before them, which may say how
	// many they are. Where one is stored under that name already it stays as it is,
	// write is not called, and that is no error. The object is seen whole or not at
	// all; an error of write is returned, and nothing is stored.
	PutStream(ctx context.Context, key, contentType string, write func(w io.Writer) (head []byte, err error)) error
	// Remove deletes one object. One that is gone is no error.
	Remove(ctx context.Context, key string) error
	// RemoveAll deletes every object below prefix, which ends with a slash.
	RemoveAll(ctx context.Context, prefix string) error
}

// Arrivals is the queue of the planner.
type Arrivals interface {
	// Announce has the planner look at a video of a generation after delay, at
	// most 15 minutes. Announcing what has nothing to be done does no harm.
	Announce(ctx context.Context, videoID string, generation int, delay time.Duration) error
}

// Segments is the queue of jobs.
type Segments interface {
	// Send queues all jobs or returns an error; after an error some may be
	// queued. A job that is queued twice does no harm.
	Send(ctx context.Context, jobs []Job) error
}

// A Prober looks at a file without decoding it. It returns media.ErrNotMedia
// for damage that no retry mends.
type Prober interface {
	Probe(ctx context.Context, src media.Source) (media.Info, error)
}

// A Decoder returns the sound of a window as speech.SampleRate samples a
// second, one channel. It returns media.ErrNotMedia for damage that no retry
// mends and media.ErrTooLong where more than its limit would be decoded.
type Decoder interface {
	Decode(ctx context.Context, src media.Source, w media.Window) ([]int16, error)
	// Measure returns how long the sound is, by decoding all of it once; more
	// than limit is media.ErrTooLong.
	Measure(ctx context.Context, src media.Source, limit time.Duration) (time.Duration, error)
	// Copy writes all of the sound to w while it is decoded, each sample as two
	// bytes, the lower one first; more than limit is media.ErrTooLong.
	Copy(ctx context.Context, src media.Source, limit time.Duration, w io.Writer) error
}

// A Service hears whole films elsewhere, in its own time: its completion is
// told by a job that comes again. It does what our recogniser cannot; see
// video.Options.NeedService.
type Service interface {
	// Start has it hear v's sound for its generation, which is stored under
	// video.ServiceSound. It is asked once: for a second time is no error and
	// starts nothing.
	Start(ctx context.Context, v video.Video) error
	// Result returns what it heard, in times of the film. It returns ErrNotAsked,
	// video.ErrAtWork, or ErrServiceRefused or ErrServiceFailed, which asking
	// again does not mend.
	Result(ctx context.Context, v video.Video) (speech.Transcript, error)
	// Forget removes what the service itself keeps of a generation. It returns
	// video.ErrAtWork as long as it cannot be removed; where there is nothing,
	// that is no error.
	Forget(ctx context.Context, id string, generation int) error
}

// What a Service says beside video.ErrAtWork.
var (
	ErrNotAsked       = errors.New("the service was not asked, or has forgotten it")
	ErrServiceRefused = errors.New("the service does not hear such a sound")
	ErrServiceFailed  = errors.New("the service failed")
)

// A Detector says where somebody speaks. The same samples give the same answer.
type Detector interface {
	Activity(ctx context.Context, pcm []int16) (speech.Activity, error)
}
