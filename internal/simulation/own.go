package simulation

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/cuepipe/cuepipe/internal/caption"
	"github.com/cuepipe/cuepipe/internal/tracks"
	"github.com/cuepipe/cuepipe/internal/video"
)

// A keeper changes people's own tracks: tracks.Keeper.
type keeper interface {
	Save(ctx context.Context, v video.Video, name, seen string, t caption.Track) (video.OwnTrack, error)
	Restore(ctx context.Context, v video.Video, name, seen string, number int) (video.OwnTrack, error)
	Remove(ctx context.Context, v video.Video, name, seen string) error
}

// An edit is what a person asks of a track of their own, and of which version.
type edit struct {
	what string // save, restore or remove
	name string
	seen string // the newest version's id when it was looked at; empty: no track
	text int    // that is saved
	from int    // the number of the version that is restored
}

// ownNames are the names of people's tracks. Two are in English.
var ownNames = []string{"en-x-edited", "en-x-mine", "de-x-edited"}

// ownTexts is how many texts people save. As with films, text n is the same in
// every run.
const ownTexts = 12

func ownText(n int) caption.Track {
	var t caption.Track
	for i := range 1 + n%3 {
		at := time.Duration(3*i) * time.Second
		t.Cues = append(t.Cues, caption.Cue{Start: at, End: at + 2*time.Second, Lines: []string{fmt.Sprintf("What text %d says.", n)}})
	}
	return t
}

// editTrack is something that a person does with a track of their own: mostly
// with what is there now, often with what was there once, and often what was
// asked for before, once more.
func (r *run) editTrack(c *clip) {
	c.edits--
	if c.lastEdit != nil && r.random.IntN(4) == 0 {
		r.callTracks(c, *c.lastEdit)
		return
	}
	v, err := r.videos.Get(context.Background(), c.id)
	if err != nil {
		r.fail("%v", err)
		return
	}
	if v.TakesOwnTracks() && len(v.Own) == 0 && r.random.IntN(16) == 0 {
		v = r.editLongAgo(c, v)
	}
	e := edit{what: "save", name: ownNames[r.random.IntN(len(ownNames))], text: r.random.IntN(ownTexts)}
	if len(v.Own) > 0 && r.random.IntN(2) == 0 {
		e.name = v.Own[r.random.IntN(len(v.Own))].Name
	}
	e.seen = newestOf(v, e.name)
	c.seen = append(c.seen, e.seen)
	if r.random.IntN(4) == 0 {
		e.seen = c.seen[r.random.IntN(len(c.seen))]
	}
	switch own, found := v.OwnTrack(e.name); {
	case !found:
	case r.random.IntN(6) == 0:
		e.what = "remove"
	case r.random.IntN(3) == 0:
		e.what, e.from = "restore", max(1, own.Newest().Number-r.random.IntN(len(own.Versions)+1))
	}
	c.lastEdit = &e
	r.callTracks(c, e)
	if r.random.IntN(4) == 0 { // and somebody else at the same time
		e.text = r.random.IntN(ownTexts)
		r.callTracks(c, e)
	}
}

func newestOf(v video.Video, name string) string {
	if own, found := v.OwnTrack(name); found {
		return own.Newest().ID
	}
	return ""
}

// editLongAgo gives a video a track that was saved nearly as often as versions
// are kept.
func (r *run) editLongAgo(c *clip, v video.Video) video.Video {
	ctx := context.Background()
	own := video.OwnTrack{Name: ownNames[0]}
	for n := range video.MostOwnVersions - 1 {
		files, sum, err := r.sim.saved(own.Name, n%ownTexts)
		if err != nil {
			r.fail("%v", err)
			return v
		}
		version := video.Version{Number: n + 1, ID: r.newVersion(nil), SavedAt: epoch, Sum: sum}
		if own.ID == "" {
			own.ID = version.ID
		}
		own.Versions = append(own.Versions, version)
		r.texts[version.ID] = n % ownTexts
		for name, body := range files {
			if err := r.captions.PutOnce(ctx, own.VersionPrefix(v.ID, version)+name, "", []byte(body)); err != nil {
				r.fail("%v", err)
			}
		}
	}
	change, _, err := video.SaveOwn(v, own.Name, own.Newest())
	if err != nil {
		r.fail("%v", err)
		return v
	}
	change.Own.Tracks[len(change.Own.Tracks)-1] = own
	after, err := r.videos.Change(ctx, v.ID, change)
	if err != nil {
		r.fail("%v", err)
	}
	r.edited[own.Name+c.id]++
	r.tell(v, after)
	return after
}

// newVersion names a version that w makes. A real one's name cannot be guessed;
// these are the same in every run.
func (r *run) newVersion(w *worker) string {
	r.versions++
	id := []byte(strings.Repeat("v", 26))
	for at, n := len(id)-1, r.versions; n > 0; at, n = at-1, n/26 {
		id[at] = 'a' + byte(n%26)
	}
	if w != nil {
		w.made = append(w.made, string(id))
	}
	return string(id)
}

// callTracks makes a call of the API and looks at its answer.
func (r *run) callTracks(c *clip, e edit) {
	r.callAPI(c, "edit", func(ctx context.Context, p *ports) error {
		p.w.edit = &e
		at := e.name + c.id
		edits := r.edited[at]
		now, err := r.videos.Get(ctx, c.id)
		if err != nil {
			return err
		}
		inTime := e.seen == newestOf(now, e.name)
		v, err := visible(ctx, p, c)
		if err != nil {
			return err
		}
		var own video.OwnTrack
		switch k := r.product.tracks(p); e.what {
		case "save":
			own, err = k.Save(ctx, v, e.name, e.seen, ownText(e.text))
		case "restore":
			own, err = k.Restore(ctx, v, e.name, e.seen, e.from)
		default:
			err = k.Remove(ctx, v, e.name, e.seen)
		}
		var changed *tracks.Changed
		if errors.As(err, &changed) {
			r.lost[c.id] = append(r.lost[c.id], p.w.made...)
			if inTime && edits == r.edited[at] {
				r.fail("the %s of edit %d was refused, and nobody else changed %s of %s: %v", e.what, p.w.number, e.name, c.id, err)
			}
		}
		if err == nil && e.what != "remove" {
			text, known := r.texts[own.Newest().ID]
			if e.what == "save" && text != e.text || !known {
				r.fail("the %s of edit %d, of text %d, is answered with version %s, which is of text %d", e.what, p.w.number, e.text, own.Newest().ID, text)
			}
		}
		return err
	})
}

// isTrackRefusal is of answers that a person can meet without any fault.
func isTrackRefusal(err error) bool {
	var changed *tracks.Changed
	return errors.As(err, &changed) || errors.Is(err, tracks.ErrNoTrack) || errors.Is(err, tracks.ErrNoVersion) || errors.Is(err, tracks.ErrNotUploaded)
}
