package video

import (
	"cmp"
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Human tracks are people's own. They are kept apart from the machine's, so
// that no generation can touch them: see OwnTrack.
const Human TrackKind = "human"

// What a video keeps of people's own tracks, at most. Together they are 65 KB
// of an item, which may have 400.
const (
	MostOwnTracks   = 10
	MostOwnVersions = 50 // of a track, the newest
)

// ErrTooManyTracks: the video has as many tracks of people's own as it can.
var ErrTooManyTracks = errors.New("too many tracks of people's own")

// An OwnTrack is a track that a person made. Saving it adds a version; only the
// item says which there are, whatever else is stored.
type OwnTrack struct {
	Name string // as OwnTrackName has it
	ID   string // its first version's
	// Versions in the order in which they were saved; the last one is the track.
	// There is at least one.
	Versions []Version
}

// A Version is a track as somebody saved it.
type Version struct {
	Number  int    // from 1; those that are not kept any more count
	ID      string // unguessable, see NewID; the version's objects lie below it
	Cues    int
	SavedAt time.Time
	Sum     string // of what was saved, so that a save that comes again is known
}

// ownName is a tag of BCP 47 (RFC 5646) with a private part: "en-x-edited".
var ownName = regexp.MustCompile(`^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*-[Xx](-[A-Za-z0-9]{1,8})+$`)

const maxOwnName = 60 // characters

// OwnTrackName returns the one way in which the name of a person's own track is
// written; ok is false where s cannot be one. A machine's track is named by its
// language alone, so that the two never meet.
//
// The case of a tag says nothing. It is written as RFC 5646, 2.1.1, has it:
// "pt-BR-x-mine".
func OwnTrackName(s string) (name string, ok bool) {
	if len(s) > maxOwnName || !ownName.MatchString(s) {
		return "", false
	}
	subtags := strings.Split(strings.ToLower(s), "-")
	for i, t := range subtags {
		if len(t) == 1 {
			break // what follows a singleton is in lower case
		}
		switch {
		case i > 0 && len(t) == 2:
			subtags[i] = strings.ToUpper(t)
		case i > 0 && len(t) == 4:
			subtags[i] = strings.ToUpper(t[:1]) + t[1:]
		}
	}
	return strings.Join(subtags, "-"), true
}

// Language is what stands before the private part of the track's name.
func (t OwnTrack) Language() string {
	language, _, _ := strings.Cut(t.Name, "-x-")
	return language
}

// Newest is the track as it is now.
func (t OwnTrack) Newest() Version { return t.Versions[len(t.Versions)-1] }

// Version returns the version of that number, if it is kept.
func (t OwnTrack) Version(number int) (Version, bool) {
	i, found := slices.BinarySearchFunc(t.Versions, number, func(v Version, n int) int { return cmp.Compare(v.Number, n) })
	if !found {
		return Version{}, false
	}
	return t.Versions[i], true
}

// Prefix is where all versions of the track lie: below the video, so that they
// go with it, and beside its generations. It has the track's id, and not its
// name: what is removed with a track is none of another that has its name later.
func (t OwnTrack) Prefix(videoID string) string {
	return ResultsPrefix + videoID + "/" + OwnFolder + t.ID + "/"
}

// OwnFolder is where people's tracks lie, below ResultsPrefix and the video's id.
const OwnFolder = "own/"

// VersionPrefix is where the objects of a version lie.
func (t OwnTrack) VersionPrefix(videoID string, v Version) string {
	return t.Prefix(videoID) + v.ID + "/"
}

// Key names the object that holds a version in a format ("vtt").
func (t OwnTrack) Key(videoID string, v Version, format string) string {
	return t.VersionPrefix(videoID, v) + t.Name + "." + format
}

// OwnTrack returns the person's track of that name, in any case.
func (v Video) OwnTrack(name string) (OwnTrack, bool) {
	name, ok := OwnTrackName(name)
	i := slices.IndexFunc(v.Own, func(t OwnTrack) bool { return t.Name == name })
	if !ok || i < 0 {
		return OwnTrack{}, false
	}
	return v.Own[i], true
}

// ChangedAt is when anything of the video last changed, people's tracks included.
func (v Video) ChangedAt() time.Time {
	if v.OwnAt.After(v.UpdatedAt) {
		return v.OwnAt
	}
	return v.UpdatedAt
}

// OwnByTime returns people's tracks, the one that was saved last first.
func (v Video) OwnByTime() []OwnTrack {
	return slices.SortedFunc(slices.Values(v.Own), func(a, b OwnTrack) int {
		return cmp.Or(b.Newest().SavedAt.Compare(a.Newest().SavedAt), cmp.Compare(a.Name, b.Name))
	})
}

// Own replaces people's tracks. It holds only where nobody has changed any of
// them since they were seen: Edition must be the stored one.
type Own struct {
	Edition int
	Tracks  []OwnTrack
}

// People may caption what the machine did not, or cannot. A video that waits for
// its upload is not among these: it may be forgotten without anybody's doing,
// and what was saved for it would be left.
var ownFrom = []Status{Queued, Captioning, Ready, Uncaptioned, Failed}

// TakesOwnTracks reports whether the video is in a state in which people can save tracks.
func (v Video) TakesOwnTracks() bool { return slices.Contains(ownFrom, v.Status) }

// SaveOwn adds a version to the track of that name, or makes the track. It
// holds where people's tracks are still as seen has them, and returns the
// versions that are not kept any more after it, or ErrTooManyTracks.
// The version's number is given here.
func SaveOwn(seen Video, name string, version Version) (c Change, dropped []Version, err error) {
	t, found := seen.OwnTrack(name)
	if !found && len(seen.Own) >= MostOwnTracks {
		return Change{}, nil, ErrTooManyTracks
	}
	if version.Number = 1; found {
		version.Number = t.Newest().Number + 1
	} else {
		t = OwnTrack{Name: name, ID: version.ID}
	}
	versions := append(slices.Clone(t.Versions), version)
	if over := len(versions) - MostOwnVersions; over > 0 {
		dropped, versions = versions[:over:over], versions[over:]
	}
	tracks := append(withoutOwn(seen.Own, name), OwnTrack{name, t.ID, versions})
	return Change{Name: "save track", From: ownFrom, Own: &Own{seen.OwnEdition, tracks}}, dropped, nil
}

// RemoveOwn removes a track with all its versions. It holds where people's
// tracks are still as seen has them.
func RemoveOwn(seen Video, name string) Change {
	return Change{Name: "remove track", From: ownFrom, Own: &Own{seen.OwnEdition, withoutOwn(seen.Own, name)}}
}

// withoutOwn is a new list.
func withoutOwn(tracks []OwnTrack, name string) []OwnTrack {
	return slices.DeleteFunc(slices.Clone(tracks), func(t OwnTrack) bool { return t.Name == name })
}
