package simulation

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/cuepipe/cuepipe/internal/caption"
	"github.com/cuepipe/cuepipe/internal/video"
)

// An end is how a film's video ends, and what is stored of it, by the name
// below its generation.
type end struct {
	status   video.Status
	code     string
	segments int
	done     int
	tracks   string
	objects  map[string]string
	words    []string // of its track
}

// asking is a film and what its owner asks for.
type asking struct {
	film int
	wish wish
}

// undisturbed has the ends of films whose run no fault disturbed.
type undisturbed struct {
	mu    sync.Mutex
	known map[asking]*end
}

// end returns how the film ends when nothing is done to it. Such a run is held
// to more: nobody may do a thing twice.
func (s *Simulation) end(film int, w wish) (*end, error) {
	s.ends.mu.Lock()
	defer s.ends.mu.Unlock()
	if e := s.ends.known[asking{film, w}]; e != nil {
		return e, nil
	}
	r := s.newRun(product, uint64(film), NewCounts(), nil)
	r.mood = mood{patience: 1, atOnce: 4, batch: 1}
	r.quiet = true
	c := r.newClip(w, whole)
	r.upload(c, film)
	r.calm()
	for key, n := range r.puts {
		// A film that is longer than it says is dispatched again while its last
		// segment is in work.
		if n > 1 && !(r.extended && strings.HasSuffix(key, ".json")) {
			r.fail("%s was made %d times", key, n)
		}
	}
	v, err := r.videos.Get(context.Background(), c.id)
	if err != nil {
		r.fail("%v", err)
	}
	e := r.endOf(v)
	if v.Status != video.Ready && v.Status != video.Uncaptioned && v.Status != video.Failed || e.code == video.GaveUp.Code || e.code == video.Stuck.Code {
		r.fail("it ended %s %s", v.Status, e.code)
	}
	for name, body := range e.objects {
		if strings.HasSuffix(name, ".vtt") {
			track, err := caption.ReadVTT(strings.NewReader(body))
			if err != nil {
				r.fail("%s: %v", name, err)
			}
			e.words = wordsOf(track)
		}
	}
	if r.broken != nil {
		return nil, fmt.Errorf("film %d, undisturbed: %w", film, r.broken)
	}
	if s.ends.known == nil {
		s.ends.known = map[asking]*end{}
	}
	s.ends.known[asking{film, w}] = e
	return e, nil
}

func (r *run) endOf(v video.Video) *end {
	e := &end{status: v.Status, segments: v.Segments, done: len(v.Done), objects: r.objects(prefixOf(v.ID, v.Generation))}
	if v.Failure != nil {
		e.code = v.Failure.Code
	}
	for _, t := range v.Tracks {
		e.tracks += fmt.Sprintf("%s %s %s %d", t.Name, t.Language, t.Engine, t.Cues)
		for _, f := range slices.Sorted(maps.Keys(t.Formats)) {
			e.tracks += " " + strings.TrimPrefix(t.Formats[f], prefixOf(v.ID, v.Generation))
		}
	}
	return e
}

// objects returns what lies below prefix, by the rest of its name.
func (r *run) objects(prefix string) map[string]string {
	found := map[string]string{}
	for _, key := range r.captions.Keys() {
		if name, ok := strings.CutPrefix(key, prefix); ok {
			b, err := r.captions.Get(context.Background(), key)
			if err != nil {
				r.fail("%v", err)
			}
			found[name] = string(b)
		}
	}
	return found
}

// checkEnds checks what must hold once nothing is left to be done.
func (r *run) checkEnds() {
	for _, q := range r.queues {
		if q.sent != q.acknowledged+q.died+q.lost || len(q.messages) != 0 {
			r.fail("%s: of %d messages %d were acknowledged, %d died, %d were lost and %d are left", q.name, q.sent, q.acknowledged, q.died, q.lost, len(q.messages))
		}
	}
	for _, c := range r.clips {
		v, err := r.videos.Get(context.Background(), c.id)
		if err != nil {
			r.fail("%s: %v", c.id, err)
			continue
		}
		r.counts.end(v)
		if err := r.checkEnd(c, v); err != nil {
			r.fail("%s ended %s, generation %d: %w", c.id, v.Status, v.Generation, err)
		}
	}
	quarantined := r.objects(video.QuarantinePrefix)
	if len(quarantined) > 0 != (r.junkSent > 0) {
		r.fail("%d unreadable messages were sent and %d are in quarantine", r.junkSent, len(quarantined))
	}
}

func (r *run) checkEnd(c *clip, v video.Video) error {
	switch v.Status {
	case video.Pending:
		if len(c.films) > 0 {
			return fmt.Errorf("its upload was not noticed")
		}
		if left := r.objects(video.ResultsPrefix + v.ID + "/"); len(left) > 0 {
			return fmt.Errorf("there are %d objects of a video that was never uploaded", len(left))
		}
		return nil
	case video.Deleted:
		return r.checkGone(c, v)
	case video.Queued, video.Captioning, video.Deleting:
		return fmt.Errorf("it is stuck")
	}
	if err := r.checkObjects(v); err != nil {
		return err
	}
	if err := r.checkOwn(v); err != nil {
		return err
	}
	if !r.told[generation{v.ID, v.Generation}] {
		return fmt.Errorf("nobody was told of its end")
	}
	film, planned := r.films[generation{v.ID, v.Generation}]
	got := r.endOf(v)
	switch {
	case got.code == video.Stuck.Code:
		return nil // when it was given up, there was a reason
	case got.code == video.GaveUp.Code:
		if !r.deadLetters[v.ID] {
			return fmt.Errorf("it was given up and none of its messages died")
		}
		return nil
	case got.code == video.ServiceFailed.Code:
		if !r.jobFailed[v.ID] {
			return fmt.Errorf("the service did not fail")
		}
		return nil
	case !planned:
		return fmt.Errorf("it was never planned")
	case film != c.films[len(c.films)-1] && !r.deadLetters[v.ID]:
		return fmt.Errorf("another film was put in its place and not captioned")
	}
	want, err := r.sim.end(film, c.wish)
	if err != nil {
		return err
	}
	if got.status != want.status || got.code != want.code || got.segments != want.segments || got.done != want.done || got.tracks != want.tracks {
		return fmt.Errorf("film %d: it is %s %q, %d of %d segments, tracks %q; undisturbed it is %s %q, %d of %d, %q", film,
			got.status, got.code, got.done, got.segments, got.tracks, want.status, want.code, want.done, want.segments, want.tracks)
	}
	if !maps.Equal(got.objects, want.objects) {
		return fmt.Errorf("film %d: it has the objects %v, undisturbed %v", film,
			slices.Sorted(maps.Keys(got.objects)), slices.Sorted(maps.Keys(want.objects)))
	}
	return nil
}

// checkObjects holds that every object of every generation is to the byte what
// its film gives undisturbed. People's own lie beside: see checkOwn.
func (r *run) checkObjects(v video.Video) error {
	for name, body := range r.objects(video.ResultsPrefix + v.ID + "/") {
		if strings.HasPrefix(name, video.OwnFolder) {
			continue
		}
		number, below, _ := strings.Cut(name, "/")
		g := generation{id: v.ID}
		if _, err := fmt.Sscan(number, &g.number); err != nil || g.number > v.Generation {
			return fmt.Errorf("%s is of no generation", name)
		}
		film, planned := r.films[g]
		if !planned {
			return fmt.Errorf("%s is of a generation that was never planned", name)
		}
		if strings.HasSuffix(name, ".wav") {
			if !r.soundMayBeLeft(v) {
				return fmt.Errorf("%s is left", name)
			}
			continue
		}
		want, err := r.sim.end(film, r.clip(v.ID).wish)
		if err != nil {
			return err
		}
		if there, ok := want.objects[below]; !ok || there != body {
			return fmt.Errorf("film %d: %s is not what the film gives undisturbed:\n%s\n%s", film, name, body, there)
		}
	}
	return nil
}

// soundMayBeLeft reports whether there is a reason for a sound to be left of a
// video that has ended, until it is deleted: a message or an event was lost that
// would have had somebody remove it; its last message died while a worker was at
// it still, whose next call failed; the sweeper gave the video up, and failed or
// died before it could remove the sound; or processes live without end.
func (r *run) soundMayBeLeft(v video.Video) bool {
	code := ""
	if v.Failure != nil {
		code = v.Failure.Code
	}
	return r.mood.harsh || r.isExcused(v.ID) || code == video.GaveUp.Code && r.touched[v.ID] || code == video.Stuck.Code && r.touched[""]
}

// checkGone holds that nothing is left after a delete. Where processes live
// without end, one may write when even the second look is over, and fail or die
// before it can remove that; those are counted.
func (r *run) checkGone(c *clip, v video.Video) error {
	if v.Owner != "" || v.Title != "" || v.ExpiresAt.IsZero() {
		return fmt.Errorf("its tombstone has the owner %q, the title %q and expires %v", v.Owner, v.Title, v.ExpiresAt)
	}
	err := r.checkLeft(c, v)
	if err != nil && r.mood.harsh {
		r.counts.Orphans++
		return nil
	}
	return err
}

func (r *run) checkLeft(c *clip, v video.Video) error {
	if left, err := r.uploads.Left(context.Background(), c.key); left || err != nil {
		return fmt.Errorf("its source is left, or parts of it: %v", err)
	}
	if left := r.objects(video.ResultsPrefix + v.ID + "/"); len(left) > 0 {
		return fmt.Errorf("left: %v", slices.Sorted(maps.Keys(left)))
	}
	if i := slices.IndexFunc(r.jobs, func(j *serviceJob) bool { return j.id == v.ID }); i >= 0 {
		return fmt.Errorf("left at the service: %s, %s", r.jobs[i].name, r.jobs[i].status)
	}
	return nil
}
