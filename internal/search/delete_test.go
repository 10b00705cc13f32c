package search

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/cuepipe/cuepipe/internal/memobjects"
	"github.com/cuepipe/cuepipe/internal/video"
)

// Whatever a search is at when a video is deleted: once the delete is over and
// the search is, too, no index has the video's words, and nobody finds them.
// Other searches may come in between.
func TestADeleteLeavesNoWords(t *testing.T) {
	others := map[string]func(w *world, v video.Video){
		"delete":                  func(w *world, v video.Video) { w.delete(v) },
		"delete, search":          func(w *world, v video.Video) { w.delete(v); w.elsewhere() },
		"search, delete":          func(w *world, v video.Video) { w.elsewhere(); w.delete(v) },
		"search, delete, search":  func(w *world, v video.Video) { w.elsewhere(); w.delete(v); w.elsewhere() },
		"delete, search, new one": func(w *world, v video.Video) { w.delete(v); w.elsewhere(); w.add("new", "word"); w.elsewhere() },
	}
	starts := map[string]func(w *world, s *Searcher) video.Video{
		"no index": func(w *world, s *Searcher) video.Video {
			w.add("other", "word")
			return w.add("film", "secret")
		},
		"an index without it": func(w *world, s *Searcher) video.Video {
			w.add("other", "word")
			v := w.queued(owner, "film")
			w.finds(s, "word", "other 1")
			return w.ready(v, "secret")
		},
		"an index with it": func(w *world, s *Searcher) video.Video {
			w.add("other", "word")
			v := w.add("film", "secret")
			w.finds(s, "secret", "film 1")
			w.add("another", "word") // so that it has to be written again
			return v
		},
	}
	tried := 0
	for start, from := range starts {
		for what, other := range others {
			for at := 1; ; at++ {
				w := newWorld(t)
				s := w.searcher()
				v := from(w, s)
				var calls atomic.Int64
				w.before = func(string) {
					if calls.Add(1) == int64(at) {
						other(w, v)
					}
				}
				_, err := s.All(t.Context(), owner, parse(t, "secret"), 9)
				w.must(err)
				if calls.Load() < int64(at) {
					break // the search was over
				}
				tried++
				for key := range w.indexed() {
					if key == v.Tracks[0].Formats["vtt"] {
						t.Errorf("%s; %s at call %d: the words are in the index", start, what, at)
					}
				}
				for _, s := range []*Searcher{s, w.searcher()} {
					r, err := s.All(t.Context(), owner, parse(t, "secret"), 9)
					w.must(err)
					if len(r.Hits) != 0 {
						t.Errorf("%s; %s at call %d: %v is found", start, what, at, fmt.Sprint(shown(r)))
					}
				}
			}
		}
	}
	if tried < 50 {
		t.Errorf("only %d ways were tried", tried)
	}
}

// The same of a track that a person removes: the machine's is found then.
func TestATrackThatIsRemovedLeavesNoWords(t *testing.T) {
	for what, other := range map[string]func(w *world, v video.Video){
		"remove":                 func(w *world, v video.Video) { w.removed(v, "en-x-edited") },
		"remove, search":         func(w *world, v video.Video) { w.removed(v, "en-x-edited"); w.elsewhere() },
		"search, remove":         func(w *world, v video.Video) { w.elsewhere(); w.removed(v, "en-x-edited") },
		"search, remove, search": func(w *world, v video.Video) { w.elsewhere(); w.removed(v, "en-x-edited"); w.elsewhere() },
	} {
		for _, searched := range []bool{false, true} {
			at := 1
			for ; ; at++ {
				w := newWorld(t)
				v := w.add("film", "word")
				if searched {
					w.elsewhere()
				}
				v = w.edited(v, "en-x-edited", "secret")
				var calls atomic.Int64
				w.before = func(string) {
					if calls.Add(1) == int64(at) {
						other(w, v)
					}
				}
				_, err := w.searcher().All(t.Context(), owner, parse(t, "secret"), 9)
				w.must(err)
				if calls.Load() < int64(at) {
					break // the search was over
				}
				captions, _ := First(v)
				if _, there := w.indexed()[captions.Key]; there {
					t.Errorf("%s at call %d: the words are in the index", what, at)
				}
				w.finds(w.searcher(), "secret")
				w.finds(w.searcher(), "word", "film 1")
			}
			if at < 4 {
				t.Errorf("%s: the search was over after %d calls", what, at)
			}
		}
	}
}

// elsewhere is a search in another process.
func (w *world) elsewhere() {
	w.t.Helper()
	_, err := w.searcher().All(w.t.Context(), owner, parse(w.t, "word"), 9)
	w.must(err)
}

// A listing may still have a video that is deleted. Whenever searches begin
// while it is removed, its words are gone after it.
func TestASearchThatBeginsDuringADeleteLeavesNoWords(t *testing.T) {
	at := 1
	for ; ; at++ {
		w := newWorld(t)
		w.add("other", "word")
		v := w.add("film", "secret")
		w.elsewhere()
		lag, _, err := w.videos.List(t.Context(), owner, video.Place{}, 9)
		w.must(err)
		w.lag = lag
		calls := 0
		r := w.remover()
		r.Captions = hooked{w.objects, func() {
			if calls++; calls == at {
				w.elsewhere()
			}
		}}
		w.must(r.Remove(t.Context(), v))
		if calls < at {
			break
		}
		for _, when := range []string{"", ", and after another search"} {
			if _, there := w.indexed()[v.Tracks[0].Formats["vtt"]]; there {
				t.Errorf("a search before call %d%s: the words are in the index", at, when)
			}
			w.finds(w.searcher(), "secret")
		}
	}
	if at < 4 {
		t.Errorf("the delete was over after %d calls", at)
	}
}

type hooked struct {
	*memobjects.Captions
	before func()
}

func (h hooked) RemoveAll(ctx context.Context, prefix string) error {
	h.before()
	return h.Captions.RemoveAll(ctx, prefix)
}

func (h hooked) Left(ctx context.Context, prefix string) (bool, error) {
	h.before()
	return h.Captions.Left(ctx, prefix)
}
