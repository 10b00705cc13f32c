package simulation

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/cuepipe/cuepipe/internal/upload"
	"github.com/cuepipe/cuepipe/internal/video"
)

// change applies a change and watches what it does.
func (r *run) change(ctx context.Context, w *worker, id string, c video.Change) (video.Video, error) {
	before, err := r.videos.Get(ctx, id)
	if err != nil {
		return before, err
	}
	after, err := r.videos.Change(ctx, id, c)
	if err != nil {
		return after, err
	}
	r.moved++
	r.extended = r.extended || c.Longer != nil
	r.past[id] = append(r.past[id], before)
	if after.Failure != nil && after.Failure.Code == video.Stuck.Code && !r.mayGiveUp(id) {
		r.fail("%s was given up as stuck, and nothing was lost", id)
	}
	if c.NextGeneration || after.Status == video.Deleted {
		r.disturb(id)
	}
	if before.Owner != "" && after.Owner == "" {
		r.checkGoneFor(w, after)
	}
	if c.Plan != nil {
		if film, ok := r.clip(id).versions[c.Plan.Source.VersionID]; ok {
			r.films[generation{id, after.Generation}] = film
		} else {
			r.fail("%s of %s is planned for the version %q, which nobody put there", c.Name, id, c.Plan.Source.VersionID)
		}
	}
	r.tell(before, after)
	if why := cmp.Or(r.forbidden(before, after), r.wrongEdit(w, before, after)); why != "" {
		r.fail("%s %d: %s of %s, generation %d: %s", w.role, w.number, c.Name, id, before.Generation, why)
	}
	return after, nil
}

// forbidden says what no change may do, whatever its name.
func (r *run) forbidden(before, after video.Video) string {
	same := before.Generation == after.Generation
	ended := before.Status == video.Ready || before.Status == video.Uncaptioned || before.Status == video.Failed
	switch {
	case after.Generation < before.Generation:
		return "the generation fell"
	case before.Status == video.Deleted, before.Status == video.Deleting && after.Status != video.Deleting && after.Status != video.Deleted:
		return fmt.Sprintf("a deleted video is %s", after.Status)
	case after.ExpiresAt.IsZero() == (after.Status == video.Pending || after.Status == video.Deleted):
		return fmt.Sprintf("it is %s and expires %v", after.Status, after.ExpiresAt)
	case same && ended && (after.Status != before.Status || !reflect.DeepEqual(after.Failure, before.Failure)):
		return fmt.Sprintf("it had ended as %s and is %s", before.Status, after.Status)
	case same && len(before.Tracks) > 0 && !reflect.DeepEqual(before.Tracks, after.Tracks):
		return "its tracks changed"
	case same && after.Segments < before.Segments && after.Status != video.Deleted:
		return "its plan became shorter"
	case same && slices.ContainsFunc(before.Done, func(n int) bool { return !after.IsDone(n) }):
		return "a segment that was done is not done"
	}
	if after.InWork() || after.Status == video.Ready {
		for _, n := range after.Done {
			if !(same && before.IsDone(n)) && !r.stored(partName(after.ID, after.Generation, n)) {
				return fmt.Sprintf("segment %d is done and its words are not stored", n)
			}
		}
	}
	if after.Status == video.Ready && before.Status != video.Ready {
		if !after.Complete() {
			return fmt.Sprintf("it is ready with %d segments of %d", len(after.Done), after.Segments)
		}
		for _, t := range after.Tracks {
			for _, key := range t.Formats {
				if !r.stored(key) {
					return fmt.Sprintf("it is ready and %s is not stored", key)
				}
			}
		}
	}
	return ""
}

// tell feeds a change to what tells the world of ends. It tells once of every
// end of a generation, and of nothing else.
func (r *run) tell(before, after video.Video) {
	e, told := r.product.tell(before, after)
	g := generation{after.ID, after.Generation}
	ended := after.Status == video.Ready || after.Status == video.Uncaptioned || after.Status == video.Failed
	switch {
	case told && (!ended || r.told[g]):
		r.fail("%s, generation %d, is %s, and told of as %s; it was told of before: %v", g.id, g.number, after.Status, e.ID, r.told[g])
	case !told && ended && !r.told[g]:
		r.fail("%s, generation %d, has ended as %s, and nobody is told", g.id, g.number, after.Status)
	case told && (e.ID != fmt.Sprintf("%s/%d", g.id, g.number) || e.Video != g.id || e.Generation != g.number || e.Owner != owner || e.Status != after.Status || len(e.Tracks) != len(after.Tracks)):
		r.fail("the end of %s, generation %d, is told of as %+v", g.id, g.number, e)
	}
	if told {
		r.told[g] = true
		r.counts.Told++
	}
}

// mayGiveUp reports whether there is a reason for a video to stand still.
func (r *run) mayGiveUp(id string) bool {
	if r.mood.harsh {
		return true
	}
	if r.rested {
		return r.isExcused(id)
	}
	return r.touched[id] || r.touched[""] || r.isExcused(id)
}

// isExcused reports whether there is a reason for nothing of a video to be under
// way.
func (r *run) isExcused(id string) bool { return r.excused[id] || r.clip(id).unheard }

func (r *run) stored(key string) bool {
	_, err := r.captions.Get(context.Background(), key)
	return err == nil
}

// checkGoneFor holds that who takes a deleted video from its owner has looked:
// what is there came after that.
func (r *run) checkGoneFor(w *worker, v video.Video) {
	for name := range r.objects(video.ResultsPrefix + v.ID + "/") {
		if r.putAt[video.ResultsPrefix+v.ID+"/"+name] < w.listedResults || w.listedResults == 0 {
			r.fail("%s %d says that %s is gone, and %s is left", w.role, w.number, v.ID, name)
		}
	}
	if left, _ := r.uploads.Left(context.Background(), v.Source.Key); left && (r.clip(v.ID).putAt < w.listedSources || w.listedSources == 0) {
		r.fail("%s %d says that %s is gone, and its source is left", w.role, w.number, v.ID)
	}
}

func prefixOf(id string, generation int) string {
	return video.ResultsPrefix + id + "/" + strconv.Itoa(generation) + "/"
}

func partName(id string, generation, n int) string {
	return prefixOf(id, generation) + "segments/" + strconv.Itoa(n) + ".json"
}

// put stores an object, unless there is one: then both must be the same.
func (r *run) put(ctx context.Context, w *worker, key, contentType string, body []byte) error {
	r.puts[key]++
	r.putAt[key] = r.steps
	if there, err := r.captions.Get(ctx, key); err == nil && strings.HasPrefix(key, video.ResultsPrefix) && !bytes.Equal(there, body) {
		r.fail("%s %d: %s is made a second time, with other bytes:\n%s\n%s", w.role, w.number, key, there, body)
	}
	return r.captions.PutOnce(ctx, key, contentType, body)
}

// judge looks at a worker that came to its end alive: what no fault befell
// must not fail.
func (r *run) judge(w *worker) {
	var refusal *upload.Refusal
	switch {
	case w.panicked != nil:
		r.fail("%s %d panicked: %v", w.role, w.number, w.panicked)
	case w.err == nil:
	case w.faults > 0, w.role == "sweeper" && r.touched[""], r.disturbed[w.id] != w.disturbed, w.id == "" && w.role == "captioner":
	case errors.As(w.err, &refusal), errors.Is(w.err, video.ErrNotFound) && w.invocation.queue == nil, w.edit != nil && isTrackRefusal(w.err):
	default:
		r.fail("%s %d failed although nothing was done to it: %v", w.role, w.number, w.err)
	}
}

// checkUnderWay holds that a video for which something remains to be done has
// a message, or somebody who works on it. The sweeper is for what is lost, and
// not for what is dropped.
func (r *run) checkUnderWay(w *worker) {
	c := r.clip(w.id)
	switch {
	case c == nil:
		return
	case w.edit != nil:
		c.untidy = c.untidy || w.faults > 0
	case w.faults > 0 && w.invocation.queue == nil && (w.err != nil || w.dead):
		r.excused[w.id] = true // its client was told that it failed
	}
	if r.isExcused(w.id) || r.mood.harsh || r.broken != nil {
		return
	}
	v, err := r.videos.Get(context.Background(), w.id)
	if err != nil || !v.InWork() && (v.Status != video.Pending || len(c.films) == 0) {
		return
	}
	for _, q := range r.queues {
		if slices.ContainsFunc(q.messages, func(m *message) bool { return m.video == w.id }) {
			return
		}
	}
	if slices.ContainsFunc(r.alive, func(o *worker) bool { return !o.ended && (o.id == w.id || o.id == "") }) {
		return
	}
	if r.atService(w.id) {
		return
	}
	r.fail("%s is %s and nothing of it is under way after %s %d", v.ID, v.Status, w.role, w.number)
}

func (r *run) clip(id string) *clip {
	for _, c := range r.clips {
		if c.id == id {
			return c
		}
	}
	return nil
}
