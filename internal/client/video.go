package client

import "time"

// Statuses of a video, as docs of the API name them.
const (
	Pending     = "pending"     // created, nothing uploaded yet
	Queued      = "queued"      // uploaded, waiting
	Captioning  = "captioning"  // in work
	Ready       = "ready"       // it has captions
	Uncaptioned = "uncaptioned" // there is nothing to caption; Failure says why
	Failed      = "failed"      // it cannot be captioned; Failure says why
	Deleting    = "deleting"    // its files are being removed
)

// A File is what a client says of what it wants to upload.
type File struct {
	Filename    string `json:"filename"`
	Size        int64  `json:"size"` // bytes
	ContentType string `json:"contentType"`
	Options
}

// Options are what is asked of a video's captions. The zero value asks for
// nothing in particular. The API's documentation says what each may be.
type Options struct {
	Language string   `json:"language,omitempty"` // BCP 47; empty is English
	Speakers int      `json:"speakers,omitempty"` // to tell apart at most
	Profile  string   `json:"profile,omitempty"`  // of a style guide
	Names    []string `json:"names,omitempty"`    // to be written as they stand here
}

// A Video is one uploaded film and how far it has come.
type Video struct {
	ID          string `json:"id"`
	Title       string `json:"title"`
	Size        int64  `json:"size"` // bytes
	ContentType string `json:"contentType"`
	Options
	Status    string    `json:"status"`
	Duration  float64   `json:"duration"` // seconds; 0 until it is known
	Progress  *Progress `json:"progress"` // nil until it is planned
	Tracks    []Track   `json:"tracks"`
	Failure   *Failure  `json:"failure"`
	Upload    *Ticket   `json:"upload,omitempty"` // while its parts are awaited
	CreatedAt time.Time `json:"createdAt"`
	UpdatedAt time.Time `json:"updatedAt"`
}

// InWork reports whether the video may still change by itself.
func (v Video) InWork() bool {
	return v.Status == Pending || v.Status == Queued || v.Status == Captioning
}

// Progress of recognition: Done of Total segments are finished, and with what is
// heard of the others, that is Heard seconds of sound.
type Progress struct {
	Done  int     `json:"done"`
	Total int     `json:"total"`
	Heard float64 `json:"heard"`
	// SecondsLeft is an estimate of the time to the end; nil while there is
	// nothing to go by.
	SecondsLeft *int `json:"secondsLeft,omitempty"`
}

// Captions are a track in one format. Partial ones go up to Until seconds of the
// film only, because the rest is still in work.
type Captions struct {
	Body    []byte
	Partial bool
	Until   float64
}

// A Track is one set of captions.
type Track struct {
	Name     string            `json:"name"`
	Language string            `json:"language"` // BCP 47
	Kind     string            `json:"kind"`     // "machine" or "human"
	Engine   string            `json:"engine"`
	Cues     int               `json:"cues"`
	ETag     string            `json:"etag,omitempty"`    // of its newest version
	Version  int               `json:"version,omitempty"` // of a person's, from 1
	SavedAt  *time.Time        `json:"savedAt,omitempty"` // of a person's
	Formats  map[string]string `json:"formats"`           // format to path
}

// A Failure says why a video has no captions, and what to do.
type Failure struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// A Ticket says how to upload one file, once: by one PUT, or in parts. The URL
// of a PUT is a secret.
type Ticket struct {
	Kind      string    `json:"kind,omitempty"` // Multipart, or a PUT
	ExpiresAt time.Time `json:"expiresAt"`

	Method  string            `json:"method,omitempty"`
	URL     string            `json:"url,omitempty"`
	Headers map[string]string `json:"headers,omitempty"` // to be sent to the letter

	PartSize int64 `json:"partSize,omitempty"` // bytes of each part but the last
	Parts    int   `json:"parts,omitempty"`    // how many
}

// Multipart is the kind of an upload in parts.
const Multipart = "multipart"

// A Config is what a service says of itself to everybody.
type Config struct {
	Issuer         string   `json:"issuer"` // of OpenID Connect
	ClientID       string   `json:"clientId"`
	Scopes         []string `json:"scopes"`
	MaxSize        int64    `json:"maxSize"`        // bytes of a file
	MultipartAbove int64    `json:"multipartAbove"` // bytes
}
