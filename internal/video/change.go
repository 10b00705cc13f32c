package video

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// A Change is one conditional write to a video: it holds from the statuses in
// From and, but for the first writers, for one generation only. A store
// applies it in one atomic step, or returns ErrStale and changes nothing.
//
// Changes are made by the functions below and nowhere else: together they are
// the table of transitions.
type Change struct {
	Name string // for errors and logs
	From []Status
	// Generation must be the stored one; 0 holds for any.
	Generation int
	// SeenAt must be the stored UpdatedAt: nothing else was written since. Zero
	// holds for any.
	SeenAt time.Time
	// OfSegments must be how many are planned; 0 holds for any.
	OfSegments int

	// To is the status after the change; empty leaves it as it is.
	To Status
	// NextGeneration raises the generation by one and clears what belongs to
	// the old one: plan, progress, machine tracks and failure.
	NextGeneration bool
	// Options replace those that were asked before; nil leaves them.
	Options *Options
	// Plan holds only where nobody planned the generation before: two planners
	// may have seen two objects, one after the other, under the video's key.
	Plan *Plan
	// Longer lengthens the plan. It holds only where the plan has fewer
	// segments.
	Longer *Longer
	// Started notes the time, unless it was noted before.
	Started     bool
	SegmentDone *int
	Heard       *Heard
	// Awaited: a service has the video in work. It takes the sweeper's mark away.
	Awaited bool
	// Sweep marks the video. It holds only where it is not marked; a segment
	// that is done takes the mark away, and a service that is still at work.
	Sweep   bool
	Tracks  []Track // replaces all of the machine's
	Failure *Failure
	// Own replaces people's tracks. It holds only where they are of its edition.
	Own *Own
	// DropOwn takes people's tracks away.
	DropOwn bool
	// KeepsForever drops the expiry; Expires sets one.
	KeepsForever bool
	Expires      time.Time
	// Forget drops what a tombstone has no need of, the owner included, so that
	// no listing shows it.
	Forget bool
}

// A Plan is what the captioner learnt about a source.
type Plan struct {
	Source   Source
	Size     int64
	Duration time.Duration
	// SegmentLength is the nominal length of each of the Segments.
	SegmentLength time.Duration
	Segments      int
	// Places are media's, of where the segments begin.
	Places string
}

// Longer is what a plan becomes once the film turns out to go on beyond it.
type Longer struct {
	Duration time.Duration
	Segments int
}

// Heard says how far into a segment recognition has come.
type Heard struct {
	Segment int
	Until   time.Duration
}

// Arrive notes that the upload is complete.
func Arrive() Change {
	return Change{Name: "arrive", From: []Status{Pending}, To: Queued, KeepsForever: true}
}

// Record keeps the plan for a generation, the first that is made.
func Record(generation int, p Plan) Change {
	return Change{Name: "record", From: []Status{Pending, Queued}, Generation: generation, To: Queued, Plan: &p, KeepsForever: true}
}

// Dispatch notes that so many segments were sent to the transcribers. It does
// not hold once the plan was extended: then there are more to be sent.
func Dispatch(generation, segments int) Change {
	return Change{Name: "dispatch", From: []Status{Queued}, Generation: generation, OfSegments: segments, To: Captioning, Started: true}
}

// Extend lengthens the plan of a film that goes on beyond what its header said,
// and has the video dispatched again: for the segments that are new.
func Extend(generation int, l Longer) Change {
	return Change{Name: "extend", From: []Status{Queued, Captioning}, Generation: generation, To: Queued, Longer: &l}
}

// Sweep has a video dispatched again that has not moved since it was seen. It
// holds once; after that the video moves or fails.
func Sweep(seen Video) Change {
	return Change{Name: "sweep", From: []Status{Queued, Captioning}, Generation: seen.Generation, SeenAt: seen.UpdatedAt, To: Queued, Sweep: true}
}

// GiveUp fails a video that was swept and still has not moved since it was
// seen.
func GiveUp(seen Video) Change {
	c := Fail(seen.Generation, Stuck)
	c.Name, c.SeenAt = "give up", seen.UpdatedAt
	return c
}

// Replace starts the next generation, because the object under the video's key
// is another one than it was planned for, or because its owner asks again.
// Whatever was captioned before is made anew.
func Replace(generation int) Change {
	return Change{Name: "replace", From: []Status{Queued, Captioning, Ready, Uncaptioned, Failed},
		Generation: generation, To: Queued, NextGeneration: true}
}

// Asking adds to a change what is asked of the captions from then on.
func (c Change) Asking(o Options) Change {
	c.Options = &o
	return c
}

// Hear reports progress within a segment.
func Hear(generation, segment int, until time.Duration) Change {
	return Change{Name: "hear", From: []Status{Queued, Captioning}, Generation: generation, Heard: &Heard{segment, until}}
}

// Await notes that a service has the video in work, or is about to: it may take
// its time, and the sweeper must not take that for standing still. That a
// service had it is never forgotten, so that what it keeps is removed, too.
func Await(generation int) Change {
	return Change{Name: "await", From: []Status{Queued, Captioning}, Generation: generation, Awaited: true}
}

// FinishSegment notes that a segment's words are stored. A segment may be
// finished while its siblings are still being dispatched.
func FinishSegment(generation, segment int) Change {
	return Change{Name: "finish segment", From: []Status{Queued, Captioning}, Generation: generation, SegmentDone: &segment}
}

// Finish gives the video its tracks.
func Finish(generation int, tracks []Track) Change {
	return Change{Name: "finish", From: []Status{Queued, Captioning}, Generation: generation, To: Ready, Tracks: tracks}
}

// LeaveUncaptioned ends a video in which there is nothing to caption.
func LeaveUncaptioned(generation int, why Failure) Change {
	return Change{Name: "leave uncaptioned", From: []Status{Pending, Queued, Captioning}, Generation: generation,
		To: Uncaptioned, Failure: &why, KeepsForever: true}
}

// Fail ends a video that cannot be captioned.
func Fail(generation int, why Failure) Change {
	return Change{Name: "fail", From: []Status{Pending, Queued, Captioning}, Generation: generation,
		To: Failed, Failure: &why, KeepsForever: true}
}

// Of adds to a change what was learnt about the source, so that another object
// under its key is known to be another one.
func (c Change) Of(p Plan) Change {
	c.Plan = &p
	return c
}

// Delete fences every worker off; the files are removed after it. It may be
// written again, for a delete that was cut short.
func Delete() Change {
	return Change{Name: "delete", From: []Status{Pending, Queued, Captioning, Ready, Uncaptioned, Failed, Deleting},
		To: Deleting, NextGeneration: true, DropOwn: true, KeepsForever: true}
}

// Forget takes a deleted video from its owner, of which nothing is left. It
// stays "deleting" until somebody has looked again.
func Forget() Change {
	return Change{Name: "forget", From: []Status{Deleting}, Forget: true}
}

// Bury leaves a tombstone until no event of the video can be on its way.
func Bury(expires time.Time) Change {
	return Change{Name: "bury", From: []Status{Deleting}, To: Deleted, Expires: expires, Forget: true}
}

// Segment returns the segment that the change is about, if it is about one. It
// holds only where the plan has that segment.
func (c Change) Segment() (n int, ok bool) {
	switch {
	case c.SegmentDone != nil:
		return *c.SegmentDone, true
	case c.Heard != nil:
		return c.Heard.Segment, true
	}
	return 0, false
}

// Apply returns v after the change, or ErrStale, wrapped with the change's
// name. It is what a store must do, in one atomic step.
func (c Change) Apply(v Video, now time.Time) (Video, error) {
	if !c.holds(v) {
		return v, c.Stale(v)
	}
	v.Done, v.Heard, v.Tracks = slices.Clone(v.Done), maps.Clone(v.Heard), slices.Clone(v.Tracks)
	if c.Own == nil {
		v.UpdatedAt = now
	}
	if c.To != "" {
		v.Status = c.To
	}
	if c.NextGeneration {
		v.Generation++
		v.Segments, v.SegmentLength, v.Duration, v.Places, v.Done, v.Heard, v.Tracks, v.Failure = 0, 0, 0, "", nil, nil, nil, nil
		v.StartedAt, v.Swept = time.Time{}, false
	}
	if o := c.Options; o != nil {
		v.Options = *o
	}
	if p := c.Plan; p != nil {
		v.Source, v.Size, v.Duration, v.SegmentLength, v.Segments, v.Places = p.Source, p.Size, p.Duration, p.SegmentLength, p.Segments, p.Places
	}
	if l := c.Longer; l != nil {
		v.Duration, v.Segments = l.Duration, l.Segments
	}
	if c.Started && v.StartedAt.IsZero() {
		v.StartedAt = now
	}
	if n := c.SegmentDone; n != nil {
		if !v.IsDone(*n) {
			v.Done = append(v.Done, *n)
			slices.Sort(v.Done)
		}
		delete(v.Heard, *n)
		v.Swept = false
	}
	if c.Awaited {
		v.Awaited, v.Swept = true, false
	}
	if c.Sweep {
		v.Swept = true
	}
	if h := c.Heard; h != nil {
		if v.Heard == nil {
			v.Heard = map[int]time.Duration{}
		}
		v.Heard[h.Segment] = h.Until
	}
	if c.Tracks != nil {
		v.Tracks = c.Tracks
	}
	if c.Failure != nil {
		v.Failure = c.Failure
	}
	if o := c.Own; o != nil {
		v.Own, v.OwnEdition, v.OwnAt = o.Tracks, v.OwnEdition+1, now
	}
	if c.DropOwn {
		v.Own = nil
	}
	if c.KeepsForever {
		v.ExpiresAt = time.Time{}
	}
	if !c.Expires.IsZero() {
		v.ExpiresAt = c.Expires
	}
	if c.Forget {
		v.Owner, v.Title, v.ContentType, v.Options, v.Upload = "", "", "", Options{}, Upload{}
	}
	return v, nil
}

func (c Change) holds(v Video) bool {
	segment, hasSegment := c.Segment()
	switch {
	case !slices.Contains(c.From, v.Status),
		c.Generation != 0 && c.Generation != v.Generation,
		!c.SeenAt.IsZero() && !c.SeenAt.Equal(v.UpdatedAt),
		c.OfSegments != 0 && c.OfSegments != v.Segments,
		hasSegment && segment >= v.Segments,
		c.Plan != nil && v.Segments > 0,
		c.Longer != nil && c.Longer.Segments <= v.Segments,
		c.Sweep && v.Swept,
		c.Own != nil && c.Own.Edition != v.OwnEdition:
		return false
	}
	return true
}

// Stale is the error of a change that does not hold for v.
func (c Change) Stale(v Video) error {
	return fmt.Errorf("%s: %w: it is %s, generation %d, and the change was for generation %d", c.Name, ErrStale, v.Status, v.Generation, c.Generation)
}
