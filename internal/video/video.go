// Package video says what a video is, which states it passes through, and
// which changes to it are allowed. It does no input or output and imports
// nothing of ours: stores apply its changes, steps decide on them.
package video

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"
)

// Errors that stores of videos and of objects return, wrapped.
var (
	// ErrNotFound: there is no video with that id.
	ErrNotFound = errors.New("no such video")
	// ErrExists: there is one already.
	ErrExists = errors.New("video exists")
	// ErrStale: the video is not in a state, or not of the generation, that the
	// change was made for. Trying the same change again cannot help.
	ErrStale = errors.New("video has moved on")
	// ErrAtWork: a service is still at work on the video, and nobody can stop it.
	ErrAtWork = errors.New("a service is still at work")
	// ErrNoObject: nothing is stored under that name.
	ErrNoObject = errors.New("no such object")
	// ErrObjectChanged: the object is not the version that was asked for any
	// more. What was read of it belongs to no video.
	ErrObjectChanged = errors.New("object was replaced while it was read")
)

// A Status is where a video stands.
type Status string

const (
	Pending     Status = "pending"     // created, nothing uploaded yet
	Queued      Status = "queued"      // uploaded, waiting to be dispatched
	Captioning  Status = "captioning"  // its segments are in work
	Ready       Status = "ready"       // it has captions
	Uncaptioned Status = "uncaptioned" // there is nothing to caption; the failure says why
	Failed      Status = "failed"      // it cannot be captioned; the failure says why
	Deleting    Status = "deleting"    // its files are being removed; without an owner: they were, once
	Deleted     Status = "deleted"     // a tombstone, kept until late events have passed
)

// A Video is the description of one uploaded film; its bytes are in object
// storage.
type Video struct {
	ID          string
	Owner       string // see OwnerID
	Title       string // the client's file name, for showing only
	Size        int64  // bytes, as declared at creation, then as stored
	ContentType string
	Options     Options
	Status      Status
	Source      Source
	Upload      Upload // how the file is sent, where that is in parts

	// Generation fences: a retry, a replaced object and a delete raise it, and
	// every write of a worker is conditional on the one it was started for.
	Generation int
	Duration   time.Duration // 0 until planned, or where the file does not say
	// SegmentLength is the nominal length of each planned segment: it is kept,
	// for the setting may change while a film is in work.
	SegmentLength time.Duration
	Segments      int       // planned; 0 until then
	Places        string    // media's, of where the segments begin; empty where the file has an index
	StartedAt     time.Time // when all segments were first dispatched; zero until then
	Done          []int     // finished segments, ascending
	// Swept: it had not moved for long and was dispatched again.
	Swept bool
	// Awaited: some generation of it was given to a service, which may keep
	// something of it.
	Awaited bool
	// Heard says how far into a segment recognition has come. It is for
	// showing only: a segment that runs twice may report twice.
	Heard map[int]time.Duration

	Tracks  []Track
	Failure *Failure

	// Own are people's tracks. A new generation leaves them as they are; each
	// change of any of them raises the edition.
	Own        []OwnTrack
	OwnEdition int
	OwnAt      time.Time // when they last changed; zero until then

	// UpdatedAt is when anything else last changed. What people do to their
	// tracks is apart: it would make a video seem to move that stands still.
	CreatedAt, UpdatedAt time.Time
	ExpiresAt            time.Time // zero, or when the store may forget the item
}

// A Source is one version of one uploaded object.
type Source struct {
	Key       string
	VersionID string // empty until the upload was seen
	ETag      string
}

// A Track is one set of captions of the machine's; Formats maps a format's name ("vtt") to the
// name of the object that holds it.
type Track struct {
	Name     string // unique in the video, and part of its address
	Language string // BCP 47
	Kind     TrackKind
	Engine   string // the recogniser and its version
	Cues     int
	Formats  map[string]string
}

// A TrackKind says who made a track.
type TrackKind string

// Machine tracks are remade by a new generation.
const Machine TrackKind = "machine"

// A Failure says why a video has no captions, by a stable code and a sentence
// that tells its owner what to do.
type Failure struct {
	Code    string
	Message string
}

// NewID returns an unguessable id of 26 characters of [a-z2-7].
func NewID() string { return strings.ToLower(rand.Text()) }

// ValidID reports whether s has the form of an id. Anything else names no
// video, and must not reach a store or an object's key.
func ValidID(s string) bool {
	if len(s) != 26 {
		return false
	}
	for _, c := range s {
		if (c < 'a' || c > 'z') && (c < '2' || c > '7') {
			return false
		}
	}
	return true
}

// OwnerID names the subject of an issuer's token in items, keys and logs: 32
// characters of [0-9a-f] that say nothing of the person.
func OwnerID(issuer, subject string) string {
	sum := sha256.Sum256([]byte(issuer + "\x00" + subject))
	return hex.EncodeToString(sum[:16])
}

// What the functions and the infrastructure have to agree on: where objects
// lie, on which the roles and the bucket's notification depend, how long an
// upload may take, and how often a message is tried before it is a dead letter.
const (
	UploadsPrefix    = "uploads/"    // OWNER/ID, in the uploads bucket
	ResultsPrefix    = "videos/"     // ID/GENERATION/… and ID/own/…, in the captions bucket
	QuarantinePrefix = "quarantine/" // messages that name no video, in the captions bucket
	SearchPrefix     = "search/"     // OWNER/index, in the captions bucket: a copy of what the owner's videos say

	// PendingLife is how long a video waits for its upload before it is
	// forgotten: one that was broken off goes on days later. The bucket drops the
	// parts some time after that.
	PendingLife = 7 * 24 * time.Hour

	// MaxTries: AWS asks for at least 5, because throttling also counts as a
	// receive.
	MaxTries = 5
)

// SourceKey is the object key of a video's upload. It has only characters that
// no event encodes.
func SourceKey(owner, id string) string { return UploadsPrefix + owner + "/" + id }

// IDOfSource returns the id in a key that SourceKey made.
func IDOfSource(key string) (id string, ok bool) {
	rest, ok := strings.CutPrefix(key, UploadsPrefix)
	if !ok {
		return "", false
	}
	_, id, ok = strings.Cut(rest, "/")
	return id, ok && ValidID(id)
}

// OwnerOfSource returns the owner in a key that SourceKey made. It outlasts the
// owner in the item, which a delete takes away.
func OwnerOfSource(key string) (owner string, ok bool) {
	rest, ok := strings.CutPrefix(key, UploadsPrefix)
	if !ok {
		return "", false
	}
	owner, _, ok = strings.Cut(rest, "/")
	return owner, ok && owner != ""
}

// SearchFolder is where an owner's index lies, and SearchKey its name. Whoever
// deletes a video removes it.
func SearchFolder(owner string) string { return SearchPrefix + owner + "/" }

// SearchKey is the object key of an owner's index.
func SearchKey(owner string) string { return SearchFolder(owner) + "index" }

// New returns a pending video of generation 1 that expires unless it is
// uploaded before.
func New(owner, title, contentType string, size int64, now, expires time.Time) Video {
	id := NewID()
	return Video{
		ID: id, Owner: owner, Title: title, ContentType: contentType, Size: size,
		Status: Pending, Generation: 1, Source: Source{Key: SourceKey(owner, id)},
		CreatedAt: now, UpdatedAt: now, ExpiresAt: expires,
	}
}

// Complete reports whether every planned segment is done.
func (v Video) Complete() bool { return v.Segments > 0 && len(v.Done) >= v.Segments }

// IsDone reports whether a segment's words are stored.
func (v Video) IsDone(segment int) bool {
	_, found := slices.BinarySearch(v.Done, segment)
	return found
}

// VisibleTo reports whether owner may see the video. Somebody else's is as if
// it were not there, and so is one that was deleted.
func (v Video) VisibleTo(owner string) bool {
	return v.Owner != "" && v.Owner == owner && v.Status != Deleted
}

// Gone reports whether the video was deleted, or is being so. Whatever of it is
// written now has to go, too.
func (v Video) Gone() bool { return v.Status == Deleting || v.Status == Deleted }

// InWork reports whether workers of the video's generation still have
// something to do.
func (v Video) InWork() bool { return v.Status == Queued || v.Status == Captioning }

// TimeLeft estimates how long captioning will still take, from how long it has
// taken so far for what is done; ok is false before there is anything to go by.
// It counts the sound: finished segments, and what is heard of those in work.
func (v Video) TimeLeft(now time.Time) (left time.Duration, ok bool) {
	took := now.Sub(v.StartedAt)
	if v.Status != Captioning || v.StartedAt.IsZero() || took <= 0 || v.Segments == 0 || v.SegmentLength == 0 {
		return 0, false
	}
	done := float64(len(v.Done))
	for _, until := range v.Heard {
		done += min(1, until.Seconds()/v.SegmentLength.Seconds())
	}
	if done <= 0 {
		return 0, false
	}
	share := min(1, done/float64(v.Segments))
	return time.Duration(float64(took) * (1 - share) / share).Round(time.Second), true
}

// Track returns the machine's track of that name.
func (v Video) Track(name string) (Track, bool) {
	i := slices.IndexFunc(v.Tracks, func(t Track) bool { return t.Name == name })
	if i < 0 {
		return Track{}, false
	}
	return v.Tracks[i], true
}

// A Place is where a page of a listing ends.
type Place struct {
	CreatedAt time.Time
	ID        string
}
