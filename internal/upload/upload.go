// Package upload admits a video and gives its client a place to put it.
package upload

import (
	"context"
	"errors"
	"fmt"
	"path"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/cuepipe/cuepipe/internal/video"
)

const (
	// TicketLife is how long a presigned URL takes an upload to begin.
	TicketLife = 15 * time.Minute
	// SourceLife is how long a URL plays the uploaded file: a long film, with
	// pauses. S3 ends it before, with the credentials of whoever signed it.
	SourceLife = 6 * time.Hour
	// EventGrace is how long S3's own event is waited for once a client says
	// that its upload is complete. It nearly always comes within seconds.
	EventGrace = 20 * time.Second

	maxFilename = 255  // characters of its last part
	maxPath     = 1024 // characters of a path, of which the last part is taken
)

// Videos is the store of items.
type Videos interface {
	Create(ctx context.Context, v video.Video) error
	Get(ctx context.Context, id string) (video.Video, error)
	Change(ctx context.Context, id string, c video.Change) (video.Video, error)
}

// Objects is where clients put their files.
type Objects interface {
	InParts
	// PresignPut returns a URL for one PUT of exactly that size and type, and
	// the headers that must go with it.
	PresignPut(ctx context.Context, key, contentType string, size int64, ttl time.Duration) (url string, headers map[string]string, err error)
	// Stat returns the newest version, or video.ErrNoObject.
	Stat(ctx context.Context, key string) (video.Source, int64, error)
	// PresignGet returns a URL that plays one version, named so and of that type
	// whatever it was stored as.
	PresignGet(ctx context.Context, s video.Source, name, contentType string, ttl time.Duration) (url string, err error)
	// Remove removes one version.
	Remove(ctx context.Context, s video.Source) error
}

// Queue takes arrivals for the captioner.
type Queue interface {
	Announce(ctx context.Context, videoID string, generation int, delay time.Duration) error
}

// A Refusal is an answer to a request that cannot be granted as it is.
type Refusal struct {
	Code    string // stable, part of the API
	Message string // a sentence that says what to do
}

func (r *Refusal) Error() string { return r.Code + ": " + r.Message }

// A Request describes the file that a client wants to upload.
type Request struct {
	Filename    string
	Size        int64 // bytes
	ContentType string
	Options     video.Options
}

// A Ticket is the right to upload one file as a whole, once. Of a file that is
// sent in parts it is zero: video.Upload says how, and SignParts signs them.
type Ticket struct {
	URL     string
	Headers map[string]string // to be sent with the PUT, to the letter
	Expires time.Time
}

// An Uploader creates videos and notes that they are complete.
type Uploader struct {
	Videos  Videos
	Objects Objects
	Queue   Queue
	// Service: what our own recogniser cannot do, another one is asked for.
	Service bool
	Now     func() time.Time // nil is time.Now
}

// Create admits a file and returns its new video and the ticket to upload it,
// or a *Refusal.
func (u Uploader) Create(ctx context.Context, owner string, r Request) (video.Video, Ticket, error) {
	contentType, err := admit(r)
	if err == nil {
		r.Options, err = AdmitOptions(r.Options, u.Service)
	}
	if err != nil {
		return video.Video{}, Ticket{}, err
	}
	now := u.now()
	v := video.New(owner, title(r.Filename), contentType, r.Size, now, now.Add(video.PendingLife))
	v.Options = r.Options
	var ticket Ticket
	if r.Size > MaxPut {
		v, err = u.createInParts(ctx, v)
	} else {
		ticket, err = u.create(ctx, v)
	}
	if err != nil {
		return video.Video{}, Ticket{}, fmt.Errorf("create video: %w", err)
	}
	return v, ticket, nil
}

func (u Uploader) create(ctx context.Context, v video.Video) (Ticket, error) {
	if err := u.Videos.Create(ctx, v); err != nil {
		return Ticket{}, err
	}
	url, headers, err := u.Objects.PresignPut(ctx, v.Source.Key, v.ContentType, v.Size, TicketLife)
	if err != nil {
		return Ticket{}, err
	}
	return Ticket{url, headers, v.CreatedAt.Add(TicketLife)}, nil
}

// Complete notes that the client has uploaded the video's file; of one that was
// sent in parts it puts these together first. Should S3's event be lost, the
// message that is queued here starts captioning instead; otherwise it finds that
// there is nothing to do. It may be called again at any time, and at once.
// It returns video.ErrNotFound, also for somebody else's video, or a *Refusal.
func (u Uploader) Complete(ctx context.Context, owner, id string) (video.Video, error) {
	v, err := u.own(ctx, owner, id)
	if err == nil && v.Status == video.Pending {
		v, err = u.arrive(ctx, v)
		if err == nil && v.Gone() { // in this moment
			err = video.ErrNotFound
		}
	}
	if err != nil {
		return v, fmt.Errorf("complete: %w", err)
	}
	return v, nil
}

// arrive moves a pending video on whose file is there.
func (u Uploader) arrive(ctx context.Context, v video.Video) (video.Video, error) {
	var err error
	if v.Upload.InParts() {
		err = u.join(ctx, v)
	} else {
		_, _, err = u.Objects.Stat(ctx, v.Source.Key)
	}
	switch {
	case errors.Is(err, video.ErrNoUpload):
		return u.uploadGone(ctx, v)
	case errors.Is(err, video.ErrNoObject):
		return v, &Refusal{"not_uploaded", "Nothing was uploaded for this video yet. Send the file to its upload URL first, then say that it is complete."}
	case err != nil:
		return v, err
	}
	// The message first: were the status written first, a crash between the
	// two would leave a video that nobody starts.
	if err := u.Queue.Announce(ctx, v.ID, v.Generation, EventGrace); err != nil {
		return v, err
	}
	v, err = u.Videos.Change(ctx, v.ID, video.Arrive())
	if errors.Is(err, video.ErrStale) { // the event was faster
		return v, nil
	}
	return v, err
}

func (u Uploader) now() time.Time {
	if u.Now != nil {
		return u.Now().UTC()
	}
	return time.Now().UTC()
}

// mediaType is what a file may be.
var mediaType = regexp.MustCompile(`^(video|audio)/[a-z0-9][a-z0-9.+_-]*$`)

// maxType is how long a type with all that it says may be, in characters.
const maxType = 255

// admit checks what the client says of its file. What the file really is, the
// captioner finds out.
func admit(r Request) (contentType string, err error) {
	name := title(r.Filename)
	switch {
	case name == "." || name == "/": // of an empty path
		return "", &Refusal{"invalid_filename", "Give the file's name as \"filename\", for example \"lecture.mp4\"."}
	case !utf8.ValidString(r.Filename) || strings.ContainsFunc(r.Filename, unicode.IsControl):
		return "", &Refusal{"invalid_filename", "The file's name has characters that cannot be shown. Rename it and try again."}
	case utf8.RuneCountInString(name) > maxFilename, utf8.RuneCountInString(r.Filename) > maxPath:
		return "", &Refusal{"invalid_filename", fmt.Sprintf("The file's name is longer than %d characters. Shorten it and try again.", maxFilename)}
	case r.Size <= 0:
		return "", &Refusal{"invalid_size", "Give the file's size in bytes as \"size\", a whole number above 0."}
	case r.Size > video.MaxSize:
		return "", &Refusal{video.TooLarge.Code, video.TooLarge.Message}
	}
	kind, _, _ := strings.Cut(r.ContentType, ";") // what else it says, such as the codecs, the file says better
	kind = strings.ToLower(strings.TrimRight(kind, " "))
	if !mediaType.MatchString(kind) || utf8.RuneCountInString(r.ContentType) > maxType {
		return "", &Refusal{"unsupported_type", "Only video and audio can be captioned: give its type as \"contentType\", for example \"video/mp4\"."}
	}
	return kind, nil
}

// title keeps the last part of a path, as some clients send the whole of it.
func title(filename string) string {
	return path.Base(strings.ReplaceAll(filename, `\`, "/"))
}
