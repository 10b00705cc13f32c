// Package search finds what was said in an owner's videos.
//
// The captions are the truth. Beside them each owner has one object, an index
// with the text of all the videos, so that a search reads one object instead of
// a thousand; it is made and mended by the searches themselves, may be lost at
// any time, and is removed with every video that is deleted. Nothing runs, and
// nothing but that object is kept, while nobody searches.
package search

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/cuepipe/cuepipe/internal/caption"
	"github.com/cuepipe/cuepipe/internal/video"
)

// Videos is the store of items.
type Videos interface {
	// List returns a page, newest first, and the place after it, which is zero at
	// the end. It may be behind the last changes.
	List(ctx context.Context, owner string, after video.Place, limit int) ([]video.Video, video.Place, error)
}

// Objects has the captions and the indexes. It is called concurrently.
type Objects interface {
	// Get returns video.ErrNoObject where nothing is stored.
	Get(ctx context.Context, key string) ([]byte, error)
	// GetUnless returns an object and its entity tag; no body if the tag is the one
	// that is given; video.ErrNoObject where nothing is stored.
	GetUnless(ctx context.Context, key, tag string) (body []byte, now string, err error)
	// PutIf stores an object in the place of the one with that tag, or, where the
	// tag is empty, where there is none, and returns its tag. If that does not hold
	// any more it returns video.ErrObjectChanged, or video.ErrNoObject. It does not
	// keep body.
	PutIf(ctx context.Context, key, contentType, tag string, body []byte) (now string, err error)
}

// The limits; docs/search.md names them.
const (
	// mostVideos with captions are searched.
	mostVideos = 1000
	// mostListed are looked at for them.
	mostListed = 5000
	// mostText is of how many bytes their captions may be, without times, when
	// another one is taken in.
	mostText = 64 << 20
	// mostHeld is how much memory the indexes take that a process holds.
	mostHeld = 384 << 20
	// mostAnswered is of how many bytes hits are that a search answers with: a cue
	// that a person wrote may be long. Lambda's limit is 6 MiB.
	mostAnswered = 5 << 20
	// atOnce is how many captions are read at a time.
	atOnce = 32
	// patience is for how long captions are read that the index does not have.
	// What is not read by then comes to the next search, which finds the others in
	// the index.
	patience = 8 * time.Second
)

// A Searcher is safe for concurrent use.
type Searcher struct {
	Videos  Videos
	Objects Objects
	Log     *slog.Logger

	// For tests; 0 is the package's own.
	mostVideos, mostText, mostHeld int
	patience                       time.Duration

	held held
}

// A Result is what was found.
type Result struct {
	Hits []Hit
	// Videos is how many were searched.
	Videos int
	// More: there are more hits than were asked for, or than can be answered with.
	More bool
	// NotSearched is how many videos were left out, at least.
	NotSearched int
}

// A Hit is a cue that has all words, or has them together with the one after
// it; or a video whose title has them, without a track.
type Hit struct {
	Video, Title string
	Track        string // its name
	Cue          int    // its number in the track, from 1
	Start, End   time.Duration
	Text         string   // of the cue, or of both, in one line
	Marks        [][2]int // in Text, or in Title: see marks
}

// Captions are a track of a video's: its name, and the name of the object that
// has it as WebVTT. That object is never written over, so its name stands for
// what is in it.
type Captions struct{ Name, Key string }

// First returns the track of a video that is searched where nobody names
// another: the one that a person saved last, or else the machine's.
func First(v video.Video) (c Captions, ok bool) {
	if v.Gone() {
		return c, false
	}
	for _, t := range v.OwnByTime() {
		return ownCaptions(v, t), true
	}
	for _, t := range v.Tracks {
		return machineCaptions(t)
	}
	return c, false
}

// Named returns the track of that name.
func Named(v video.Video, name string) (c Captions, ok bool) {
	if v.Gone() {
		return c, false
	}
	if t, found := v.OwnTrack(name); found {
		return ownCaptions(v, t), true
	}
	t, found := v.Track(name)
	if !found {
		return c, false
	}
	return machineCaptions(t)
}

func ownCaptions(v video.Video, t video.OwnTrack) Captions {
	return Captions{t.Name, t.Key(v.ID, t.Newest(), searchedFormat)}
}

func machineCaptions(t video.Track) (Captions, bool) {
	key := t.Formats[searchedFormat]
	return Captions{t.Name, key}, key != ""
}

// searchedFormat is the one whose objects are read: WebVTT has times and text
// and is a seventh of JSON, which has every word's time, too.
const searchedFormat = "vtt"

// Video searches one track of a video. Where its captions are gone since v was
// read it returns video.ErrNoObject.
func (s *Searcher) Video(ctx context.Context, v video.Video, c Captions, q Query, limit int) (Result, error) {
	t, err := s.read(ctx, c.Key)
	if err != nil {
		return Result{}, fmt.Errorf("search: %w", err)
	}
	f := found{Result: Result{Videos: 1}, limit: limit}
	f.take(v, c.Name, t, q)
	return f.Result, nil
}

// All searches the first track of each of an owner's videos, and the titles of
// those in whose captions nothing is.
func (s *Searcher) All(ctx context.Context, owner string, q Query, limit int) (Result, error) {
	videos, notSearched, x, err := s.current(ctx, owner)
	if err != nil {
		return Result{}, fmt.Errorf("search: %w", err)
	}
	f := found{Result: Result{Videos: len(videos), NotSearched: notSearched}, limit: limit}
	for _, v := range videos {
		if f.More {
			break
		}
		before := len(f.Hits)
		f.take(v.Video, v.captions.Name, x.entries[v.captions.Key].track, q)
		if title := newTrack([]caption.Cue{{Lines: []string{v.Title}}}); len(f.Hits) == before && !f.More && len(title.find(q, 1)) > 0 {
			f.add(Hit{Video: v.ID, Title: v.Title, Marks: marks(v.Title, q)})
		}
	}
	return f.Result, nil
}

// found is a result that is being put together.
type found struct {
	Result
	limit, bytes int
}

// take adds the hits of a track, as many as there is room for.
func (f *found) take(v video.Video, name string, t *track, q Query) {
	for _, p := range t.find(q, f.limit-len(f.Hits)+1) {
		start, end, text := t.at(p)
		if f.add(Hit{v.ID, v.Title, name, p.cue + 1, start, end, text, marks(text, q)}); f.More {
			return
		}
	}
}

// add adds a hit, or notes that there are more than there is room for.
func (f *found) add(h Hit) {
	// A mark is two numbers; a quotation mark of a text within JSON within
	// Lambda's JSON has four bytes.
	f.bytes += 4*(len(h.Text)+len(h.Title)) + 16*len(h.Marks) + 400
	if f.More = len(f.Hits) == f.limit || f.bytes > mostAnswered; !f.More {
		f.Hits = append(f.Hits, h)
	}
}

// read reads captions from where they are.
func (s *Searcher) read(ctx context.Context, key string) (*track, error) {
	b, err := s.Objects.Get(ctx, key)
	if err != nil {
		return nil, err
	}
	captions, err := caption.ReadVTT(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", key, errUnreadable) // err may quote them
	}
	return newTrack(captions.Cues), nil
}

// errUnreadable: captions are stored that no reader of ours can read.
var errUnreadable = errors.New("captions cannot be read")
