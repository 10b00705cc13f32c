package simulation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cuepipe/cuepipe/internal/caption"
	"github.com/cuepipe/cuepipe/internal/captioning"
	"github.com/cuepipe/cuepipe/internal/memobjects"
	"github.com/cuepipe/cuepipe/internal/upload"
	"github.com/cuepipe/cuepipe/internal/video"
)

// A clip is a video as its owner sees it.
type clip struct {
	id, key string
	// films are what was put under its key, one version after the other.
	films    []int
	versions map[string]int // film of each version
	wish     wish
	actions  int  // that its owner still means to take
	deleted  bool // a delete was begun
	putAt    int  // the step of the last version, or part of one
	unheard  bool // no event came of its upload, and nobody has said since that it is complete

	// Of a file that is sent in parts.
	upload video.Upload
	film   int

	// Of people's own tracks.
	edits    int      // that somebody still means to make
	lastEdit *edit    // asked for
	seen     []string // versions that somebody saw once
	untidy   bool     // an edit was cut short
}

// whole is the film of a clip whose file is sent as a whole, and not chosen yet.
const whole = -1

const owner = "0123456789abcdef0123456789abcdef"

func (r *run) newClip(w wish, film int) *clip {
	n := len(r.clips)
	id := strings.Repeat(string(rune('a'+n)), 26)
	v := video.New(owner, "film.mp4", "video/mp4", 1, r.clock, r.clock.Add(video.PendingLife))
	v.ID, v.Source.Key = id, video.SourceKey(owner, id)
	v.Options = w.options()
	if film != whole {
		if err := r.beginInParts(&v, film); err != nil {
			r.fail("begin: %v", err)
		}
	}
	if err := r.videos.Create(context.Background(), v); err != nil {
		r.fail("create: %v", err)
	}
	r.tell(video.Video{}, v)
	r.counts.Videos++
	c := &clip{id: id, key: v.Source.Key, versions: map[string]int{}, wish: w, actions: 1 + r.random.IntN(8), upload: v.Upload, film: film}
	r.clips = append(r.clips, c)
	return c
}

// wantsMore reports whether somebody still means to do something with the clip.
func (c *clip) wantsMore() bool { return c.actions+c.edits > 0 }

// act is something that a client does.
func (r *run) act() {
	if r.junkSent == 0 && r.random.IntN(80) == 0 {
		r.junk()
		return
	}
	c := r.clips[r.random.IntN(len(r.clips))]
	if c.edits > 0 && (len(c.films) > 0 || r.random.IntN(8) == 0) && (c.actions == 0 || r.random.IntN(2) == 0) {
		r.editTrack(c)
		return
	}
	if c.actions == 0 {
		return
	}
	c.actions--
	switch {
	case len(c.films) > 0 || r.random.IntN(8) == 0:
	case !c.upload.InParts():
		r.upload(c, r.random.IntN(filmCount))
		return
	default:
		if r.random.IntN(2) == 0 {
			r.sendParts(c)
			return
		}
		for range 1 + r.random.IntN(2) {
			r.complete(c)
		}
		return
	}
	switch n := r.random.IntN(10); {
	case n < 3:
		r.complete(c)
	case n < 6:
		r.callAPI(c, "retry", func(ctx context.Context, p *ports) error {
			_, err := r.product.retry(p)(ctx, owner, c.id)
			return err
		})
	case n < 8 && c.upload.InParts(): // nobody has a URL for another object
		r.sendParts(c)
	case n < 8:
		r.upload(c, r.random.IntN(filmCount))
	case n < 9:
		c.deleted = true
		r.callAPI(c, "delete", func(ctx context.Context, p *ports) error {
			v, err := visible(ctx, p, c)
			if err != nil {
				return err
			}
			return r.product.remove(p)(ctx, v)
		})
	default:
		r.callAPI(c, "look", func(ctx context.Context, p *ports) error { return r.look(ctx, p, c) })
	}
}

// visible reads the clip's video as the API does before it does anything else.
func visible(ctx context.Context, p *ports, c *clip) (video.Video, error) {
	v, err := p.videos().Get(ctx, c.id)
	if err == nil && !v.VisibleTo(owner) {
		err = video.ErrNotFound
	}
	return v, err
}

// complete says that all of the file was sent. Once that is acknowledged, its
// captions do not depend on S3's event any more.
func (r *run) complete(c *clip) {
	r.callAPI(c, "complete", func(ctx context.Context, p *ports) error {
		_, err := r.product.complete(p)(ctx, owner, c.id)
		var refusal *upload.Refusal
		switch {
		case c.deleted:
		case err == nil && len(c.films) == 0:
			r.fail("%s is said to be complete, and its file is not there", c.id)
		case errors.As(err, &refusal) && refusal.Code == "upload_gone":
			r.fail("the upload of %s is said to be gone", c.id)
		case err == nil:
			c.unheard = false
		}
		return err
	})
}

// look asks for a video's progress, and for the captions that are there so far.
func (r *run) look(ctx context.Context, p *ports, c *clip) error {
	v, err := p.videos().Get(ctx, c.id)
	if err != nil || !v.VisibleTo(owner) || len(v.Done) == 0 || v.Status == video.Deleting {
		return err
	}
	if left, ok := v.TimeLeft(r.clock); ok && left < 0 {
		r.fail("%s will be ready %v ago", v.ID, -left)
	}
	track, until, err := captioning.Early{Captions: p.captions()}.Track(ctx, v)
	if err != nil {
		return err
	}
	film := r.films[generation{v.ID, v.Generation}]
	want, err := r.sim.end(film, c.wish)
	if err != nil {
		return err
	}
	if got := wordsOf(track); want.status == video.Ready && !isPrefix(got, want.words) {
		r.fail("%s, film %d, %v of %d done: the captions so far, to %v, are %v, and in the end %v", v.ID, film, v.Done, v.Segments, until, got, want.words)
	}
	return nil
}

func wordsOf(t caption.Track) (words []string) {
	for _, c := range t.Cues {
		words = append(words, strings.Fields(c.Text())...)
	}
	return words
}

func isPrefix(some, all []string) bool {
	return len(some) <= len(all) && slices.Equal(some, all[:len(some)])
}

func (r *run) callAPI(c *clip, role string, f func(context.Context, *ports) error) {
	w := r.spawn(role, c.id, f)
	w.invocation = &invocation{workers: []*worker{w}}
	r.trace(w, "begins", "", None)
}

// upload puts a film under a clip's key, of which S3 sends an event.
func (r *run) upload(c *clip, film int) {
	if v, err := r.videos.Get(context.Background(), c.id); err != nil || v.Status == video.Deleted {
		return // its URL expired long ago
	}
	s := r.uploads.Put(c.key, memobjects.Bytes(filmBytes(film)))
	r.disturb(c.id)
	r.arrived(c, s, film)
}

// arrived notes that S3 has stored a film, and has it send an event.
func (r *run) arrived(c *clip, s video.Source, film int) {
	c.films = append(c.films, film)
	c.versions[s.VersionID] = film
	c.putAt = r.steps
	r.traceWorld("film %d is under %s: %s", film, c.key, s.VersionID)
	// Of an object that replaces another, and of one that comes after a delete,
	// nobody but S3 would ever tell.
	if len(c.films) == 1 && !c.deleted && r.happens(EventLost) {
		c.unheard = true
		return
	}
	event := fmt.Sprintf(`{"Records":[{"eventSource":"aws:s3","eventName":"ObjectCreated:Put",
		"s3":{"bucket":{"name":"uploads"},"object":{"key":"%s","size":%d,"versionId":"%s"}}}]}`, c.key, len(filmBytes(film)), s.VersionID)
	r.send(r.arrivals, nil, c.id, event, 0)
}

// junk is a message that nobody can read. It ends in quarantine.
func (r *run) junk() {
	r.junkSent++
	r.send(r.arrivals, nil, "", `{"order":`+strconv.Itoa(r.junkSent)+`}`, 0)
}

func (r *run) disturb(id string) {
	r.disturbed[id]++
	r.disturbed[""]++
}
