package search

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/cuepipe/cuepipe/internal/video"
)

// A searched video is one with captions.
type searched struct {
	video.Video
	captions Captions
}

// current returns an owner's videos that can be searched, newest first, how many
// others there are at least, and an index that has the text of each.
//
// The order of the calls is what makes a deleted video's words go: captions are
// read after the index, or an empty one in its place, was there with a certain
// tag, and the new index is stored only where that tag still is. A delete removes
// the index after the captions. So whoever read captions before they were
// removed finds the index gone.
func (s *Searcher) current(ctx context.Context, owner string) (videos []searched, notSearched int, x index, err error) {
	var tag string
	var unread error
	var wg sync.WaitGroup
	wg.Go(func() { x, tag, unread = s.stored(ctx, owner) })
	videos, notSearched, err = s.list(ctx, owner)
	wg.Wait()
	if err = errors.Join(err, unread); err != nil {
		return nil, 0, x, err
	}
	missing := s.missing(videos, x)
	if len(missing) == 0 && len(videos) == len(x.entries) {
		return videos, notSearched, x, nil
	}
	if len(missing) > 0 && tag == "" {
		// The place has to have a tag before captions are read.
		tag = s.store(ctx, owner, "", index{}.encode(nil))
	}
	before := x
	videos, left, x, err := s.renew(ctx, videos, x, missing)
	if err != nil {
		return nil, 0, x, err
	}
	if tag != "" && !x.has(before) {
		s.keep(ctx, owner, tag, videos, x)
	}
	return videos, notSearched + left, x, nil
}

// stored reads an owner's index, or takes it from memory where that is still
// the same. Without one, tag is empty.
func (s *Searcher) stored(ctx context.Context, owner string) (x index, tag string, err error) {
	x, had := s.held.get(owner)
	body, tag, err := s.Objects.GetUnless(ctx, video.SearchKey(owner), had)
	switch {
	case errors.Is(err, video.ErrNoObject):
		s.held.drop(owner)
		return index{}, "", nil
	case err != nil:
		return x, "", fmt.Errorf("read index: %w", err)
	case had != "" && tag == had:
		return x, tag, nil
	}
	if x, err = decode(body); err != nil {
		// It is only a copy: another takes its place.
		s.Log.Warn("index is made anew", "err", err)
		return index{}, tag, nil
	}
	s.held.put(heldIndex{owner, tag, x}, cmp.Or(s.mostHeld, mostHeld))
	return x, tag, nil
}

// store writes an index in the place of the one with the tag. The new tag is
// empty where somebody else was there first, or where it cannot be stored: it is
// only a copy, and the search goes on without.
func (s *Searcher) store(ctx context.Context, owner, tag string, body []byte) (now string) {
	now, err := s.Objects.PutIf(ctx, video.SearchKey(owner), "application/octet-stream", tag, body)
	if err != nil && !errors.Is(err, video.ErrObjectChanged) && !errors.Is(err, video.ErrNoObject) {
		s.Log.Warn("index is not stored", "err", err)
	}
	if err != nil {
		return ""
	}
	return now
}

// keep stores a renewed index, and holds it. Where somebody else was first, what
// he wrote is mended by the next search, as this one's would be.
func (s *Searcher) keep(ctx context.Context, owner, tag string, videos []searched, x index) {
	keys := make([]string, len(videos))
	for i, v := range videos {
		keys[i] = v.captions.Key
	}
	now := s.store(ctx, owner, tag, x.encode(keys))
	if now == "" {
		s.held.drop(owner)
		return
	}
	s.held.put(heldIndex{owner, now, x}, cmp.Or(s.mostHeld, mostHeld))
}

// list returns the newest videos that can be searched, and how many more there
// are at least.
func (s *Searcher) list(ctx context.Context, owner string) (videos []searched, more int, err error) {
	most := cmp.Or(s.mostVideos, mostVideos)
	var after video.Place
	for listed := 0; ; {
		page, next, err := s.Videos.List(ctx, owner, after, most)
		if err != nil {
			return nil, 0, err
		}
		for _, v := range page {
			c, ok := First(v)
			switch {
			case !ok:
			case len(videos) < most:
				videos = append(videos, searched{v, c})
			default:
				more++
			}
		}
		listed += len(page)
		if (next == video.Place{}) || more > 0 {
			return videos, more, nil
		}
		if after = next; listed >= mostListed {
			return videos, 1, nil // nobody looks what the others are
		}
	}
}

// missing are the captions that x does not have and that may have room in it.
func (s *Searcher) missing(videos []searched, x index) (keys []string) {
	text := 0
	for _, v := range videos {
		if text >= cmp.Or(s.mostText, mostText) {
			break
		}
		if e, there := x.entries[v.captions.Key]; there {
			text += len(e.track.text)
		} else {
			keys = append(keys, v.captions.Key)
		}
	}
	return keys
}

// renew returns an index of the videos, with the text that x has and the rest
// read from the captions, the videos that it has, and how many it had to leave
// out. A video whose captions are gone is none.
func (s *Searcher) renew(ctx context.Context, videos []searched, x index, missing []string) (in []searched, left int, renewed index, err error) {
	reading, cancel := context.WithTimeout(ctx, cmp.Or(s.patience, patience))
	defer cancel()
	read := s.readAll(reading, missing)
	renewed = index{entries: map[string]entry{}}
	text := 0
	for _, v := range videos {
		if text >= cmp.Or(s.mostText, mostText) {
			cancel()
			left++
			continue
		}
		e, there := x.entries[v.captions.Key]
		var err error
		if !there {
			e, err = read()
		}
		switch {
		case errors.Is(err, video.ErrNoObject):
			continue // deleted or made anew since it was listed
		case errors.Is(err, errUnreadable):
			s.Log.Error("a video is left out of the search", "video", v.ID, "err", err)
			left++
			continue
		case err != nil && ctx.Err() == nil && reading.Err() != nil:
			left++ // it comes to the next search
			continue
		case err != nil:
			return nil, 0, renewed, err
		}
		text += len(e.track.text)
		in = append(in, v)
		renewed.add(v.captions.Key, e)
	}
	return in, left, renewed, nil
}

// readAll reads captions, some at a time, until ctx ends. What it returns gives
// them in their order, one a call.
func (s *Searcher) readAll(ctx context.Context, keys []string) (next func() (entry, error)) {
	type result struct {
		entry
		err error
	}
	results := make([]chan result, len(keys))
	for i := range results {
		results[i] = make(chan result, 1)
	}
	slots := make(chan struct{}, atOnce)
	go func() {
		for i, key := range keys {
			slots <- struct{}{}
			go func() {
				defer func() { <-slots }()
				if err := ctx.Err(); err != nil {
					results[i] <- result{err: err}
					return
				}
				t, err := s.read(ctx, key)
				if err != nil {
					results[i] <- result{err: err}
					return
				}
				results[i] <- result{entry: entry{t, t.pack()}}
			}()
		}
	}()
	at := 0
	return func() (entry, error) {
		r := <-results[at]
		at++
		return r.entry, r.err
	}
}
