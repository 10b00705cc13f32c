// Package tracks saves the tracks that people make of their videos: every save
// is a version, and of those that save at once one is first and the others hear
// of it. No machine writes such a track, and nothing here writes a machine's.
//
// A version's objects are written first, under a name that nobody else has, and
// then the item says in one conditional change that they are the track. So a
// save that dies on its way has changed nothing; what it has stored lies unseen
// below the video, and goes with it.
package tracks

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/cuepipe/cuepipe/internal/caption"
	"github.com/cuepipe/cuepipe/internal/video"
)

// What can be in the way of a change, beside video.ErrNotFound,
// video.ErrTooManyTracks and ErrTooLarge.
var (
	ErrNoTrack     = errors.New("no such track")
	ErrNoVersion   = errors.New("no such version")
	ErrNotUploaded = errors.New("the video is not uploaded yet")
)

// Changed: somebody saved, made or removed the track since it was seen.
type Changed struct {
	// Now is the id of its newest version, empty where there is no track.
	Now string
}

func (e *Changed) Error() string { return "the track was changed since it was seen" }

// Videos is the store of items.
type Videos interface {
	// Get reads what the last Change wrote. It returns video.ErrNotFound.
	Get(ctx context.Context, id string) (video.Video, error)
	// Change applies c in one atomic step and returns the video after it. It
	// returns video.ErrNotFound, or video.ErrStale with the video as it is.
	Change(ctx context.Context, id string, c video.Change) (video.Video, error)
}

// Captions is where tracks are stored.
type Captions interface {
	// PutOnce stores a new object. One that is there already stays as it is, and
	// that is no error.
	PutOnce(ctx context.Context, key, contentType string, body []byte) error
	// Get returns video.ErrNoObject where nothing is stored.
	Get(ctx context.Context, key string) ([]byte, error)
	// RemoveAll deletes every object below prefix, which ends with a slash.
	RemoveAll(ctx context.Context, prefix string) error
}

// A Keeper keeps people's tracks.
type Keeper struct {
	Videos   Videos
	Captions Captions
	Log      *slog.Logger
	Now      func() time.Time // nil is time.Now
	NewID    func() string    // of a version, unguessable; nil is video.NewID
}

// Save makes t the newest version of v's track of that name, which must be as
// video.OwnTrackName has it. seen is the id of the version that was edited; empty
// where the track is to be a new one. It returns the track as far as to what was
// saved, or *Changed.
//
// A save that comes a second time, because its answer was lost, is known by its
// text and changes nothing. An error of another kind does not say whether the
// track was saved: the same call may be made again.
func (k Keeper) Save(ctx context.Context, v video.Video, name, seen string, t caption.Track) (video.OwnTrack, error) {
	t.Language = video.OwnTrack{Name: name}.Language()
	files, err := written(t, caption.ProfileOr(v.Options.Profile).In(t.Language))
	if err != nil {
		return video.OwnTrack{}, fmt.Errorf("save track: %w", err)
	}
	sum := sha256.Sum256(files[0].body)
	version := video.Version{ID: k.newID(), Cues: len(t.Cues), SavedAt: k.now(), Sum: hex.EncodeToString(sum[:16])}
	// First a look: what cannot be saved is not stored.
	own, saved, err := stands(v, name, seen, version)
	if err == nil && !saved {
		own, err = k.store(ctx, v, own, version, seen, files)
	}
	if err != nil {
		return video.OwnTrack{}, fmt.Errorf("save track: %w", err)
	}
	return own, nil
}

// stands reports how v's track stands to what somebody saw of it: a version can
// be saved to the track that it returns, or it was saved before, or it is in the
// way as an error.
func stands(v video.Video, name, seen string, version video.Version) (own video.OwnTrack, saved bool, err error) {
	switch {
	case v.Gone():
		return own, false, video.ErrNotFound
	case !v.TakesOwnTracks():
		return own, false, ErrNotUploaded
	}
	own, found := v.OwnTrack(name)
	if !found {
		own = video.OwnTrack{Name: name, ID: version.ID}
	}
	// The store may have asked the database twice, and the first answer was lost.
	for i, kept := range own.Versions {
		if kept.ID == version.ID {
			own.Versions = own.Versions[:i+1]
			return own, true, nil
		}
	}
	now := newest(own)
	switch {
	case now == seen && !found && len(v.Own) >= video.MostOwnTracks:
		return own, false, video.ErrTooManyTracks
	case now == seen:
		return own, false, nil
	case found && own.Newest().Sum == version.Sum && before(own) == seen:
		return own, true, nil
	}
	return own, false, &Changed{now}
}

// newest is the id of the track's newest version, empty where it has none.
func newest(own video.OwnTrack) string {
	if len(own.Versions) == 0 {
		return ""
	}
	return own.Newest().ID
}

// before is the id of the version before the newest, empty where that is the first.
func before(own video.OwnTrack) string {
	if len(own.Versions) < 2 {
		return ""
	}
	return own.Versions[len(own.Versions)-2].ID
}

// store writes the version's objects, then says in the item that it is the
// newest. Another track's change is no reason to give up: it is seen, and this
// one tried again.
func (k Keeper) store(ctx context.Context, v video.Video, own video.OwnTrack, version video.Version, seen string, files []file) (video.OwnTrack, error) {
	for _, f := range files {
		if err := k.Captions.PutOnce(ctx, own.Key(v.ID, version, f.format), f.contentType, f.body); err != nil {
			return own, err
		}
	}
	at := own // its id, under which the objects are, is that of the track as it was seen
	for {
		c, dropped, err := video.SaveOwn(v, own.Name, version)
		if err == nil {
			v, err = k.Videos.Change(ctx, v.ID, c)
		}
		if err != nil && !errors.Is(err, video.ErrStale) {
			return own, err // it may be saved all the same, and then the objects are it
		}
		saved := false
		if own, saved, err = stands(v, own.Name, seen, version); err != nil || saved && own.Newest().ID != version.ID {
			k.remove(ctx, v, at, version)
			return own, err
		}
		if saved {
			k.remove(ctx, v, own, dropped...)
			if len(dropped) > 0 {
				k.forgetWords(ctx, v)
			}
			return own, nil
		}
	}
}

// remove removes the objects of versions that the item does not have. They are
// in nobody's way: what is left goes with the video.
func (k Keeper) remove(ctx context.Context, v video.Video, own video.OwnTrack, versions ...video.Version) {
	for _, version := range versions {
		k.removeAll(ctx, v, own.VersionPrefix(v.ID, version))
	}
}

func (k Keeper) removeAll(ctx context.Context, v video.Video, prefix string) {
	// The caller may have gone, and with it the request's context.
	if err := k.Captions.RemoveAll(context.WithoutCancel(ctx), prefix); err != nil {
		k.Log.Warn("objects of a person's track are left until the video is deleted", "video", v.ID, "err", err)
	}
}

// forgetWords removes the index of the owner's videos, a copy that searches
// make: see package search. Else it would have what a version said until
// somebody searches again. It comes after the version's objects are gone: a
// search that read them before stores its index only in the place of the one
// that is removed here, and so not at all. A version that is followed by another
// is still there to be read, and so may its words be.
func (k Keeper) forgetWords(ctx context.Context, v video.Video) {
	if err := k.Captions.RemoveAll(context.WithoutCancel(ctx), video.SearchFolder(v.Owner)); err != nil {
		k.Log.Warn("the words of a person's track are left in the index until the next search", "video", v.ID, "err", err)
	}
}

// Restore makes an older version the newest. It returns what Save does,
// ErrNoTrack or ErrNoVersion.
func (k Keeper) Restore(ctx context.Context, v video.Video, name, seen string, number int) (video.OwnTrack, error) {
	own, found := v.OwnTrack(name)
	if !found {
		return own, fmt.Errorf("restore track: %w", ErrNoTrack)
	}
	version, found := own.Version(number)
	switch {
	case !found && own.Newest().ID != seen:
		return own, fmt.Errorf("restore track: %w", &Changed{newest(own)})
	case !found:
		return own, fmt.Errorf("restore track: %w", ErrNoVersion)
	}
	b, err := k.Captions.Get(ctx, own.Key(v.ID, version, "vtt"))
	if err != nil {
		return own, fmt.Errorf("restore track: %w", k.whileReading(ctx, v, name, version, err))
	}
	t, err := Read("vtt", b)
	if err != nil {
		return own, fmt.Errorf("restore track: version %d: %v", number, err) // we wrote it: a fault of ours
	}
	return k.Save(ctx, v, name, seen, t)
}

// whileReading says why a version's object is not there: somebody removed it
// since the item was read, or it is a fault of ours.
func (k Keeper) whileReading(ctx context.Context, v video.Video, name string, version video.Version, err error) error {
	if !errors.Is(err, video.ErrNoObject) {
		return err
	}
	v, again := k.Videos.Get(ctx, v.ID)
	if again != nil {
		return again
	}
	if v.Gone() {
		return video.ErrNotFound
	}
	own, _ := v.OwnTrack(name)
	if kept, found := own.Version(version.Number); !found || kept.ID != version.ID {
		return &Changed{newest(own)}
	}
	return err
}

// Remove removes a track with all its versions. It returns ErrNoTrack, or
// *Changed where the newest version is not the one that was seen.
func (k Keeper) Remove(ctx context.Context, v video.Video, name, seen string) error {
	own, found := v.OwnTrack(name)
	for tries := 0; ; tries++ {
		now, there := v.OwnTrack(name)
		switch {
		case v.Gone():
			return fmt.Errorf("remove track: %w", video.ErrNotFound)
		case !found:
			return fmt.Errorf("remove track: %w", ErrNoTrack)
		case !there && tries > 0: // gone, by us or by somebody else
			k.removeAll(ctx, v, own.Prefix(v.ID))
			k.forgetWords(ctx, v)
			return nil
		case newest(now) != seen:
			return fmt.Errorf("remove track: %w", &Changed{newest(now)})
		}
		var err error
		if v, err = k.Videos.Change(ctx, v.ID, video.RemoveOwn(v, name)); err != nil && !errors.Is(err, video.ErrStale) {
			return fmt.Errorf("remove track: %w", err)
		}
	}
}

// ProfileOf is the style guide by which a video's captions are laid out, in the
// language that is spoken in it as far as that is known.
func ProfileOf(v video.Video) caption.Profile {
	p := caption.ProfileOr(v.Options.Profile)
	switch {
	case len(v.Tracks) > 0:
		return p.In(v.Tracks[0].Language)
	case v.Options.Language != "":
		return p.In(v.Options.Language)
	}
	return p
}

func (k Keeper) newID() string {
	if k.NewID != nil {
		return k.NewID()
	}
	return video.NewID()
}

func (k Keeper) now() time.Time {
	if k.Now != nil {
		return k.Now().UTC()
	}
	return time.Now().UTC()
}
