package search

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/caption"
	"github.com/cuepipe/cuepipe/internal/captioning"
	"github.com/cuepipe/cuepipe/internal/memobjects"
	"github.com/cuepipe/cuepipe/internal/memvideos"
	"github.com/cuepipe/cuepipe/internal/tracks"
	"github.com/cuepipe/cuepipe/internal/video"
)

// A world has videos and their captions, and counts what a search calls.
type world struct {
	t       *testing.T
	videos  *memvideos.Store
	objects *memobjects.Captions
	created time.Time
	log     bytes.Buffer

	// lag is what a listing has that is behind the last changes; nil is as it is.
	lag    []video.Video
	before func(call string) // what happens right before a call; called concurrently
	full   error             // of storing an index

	mu    sync.Mutex
	calls map[string]int
}

const owner = "0123456789abcdef0123456789abcdef"

func newWorld(t *testing.T) *world {
	return &world{t: t, videos: &memvideos.Store{}, objects: &memobjects.Captions{}, created: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC),
		calls: map[string]int{}, before: func(string) {}}
}

// searcher is a process's.
func (w *world) searcher() *Searcher {
	return &Searcher{Videos: w, Objects: w, Log: slog.New(slog.NewTextHandler(&w.log, nil))}
}

func (w *world) call(name string) {
	w.counted(name)
	w.before(name)
}

func (w *world) counted(name string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls[name]++
}

func (w *world) List(ctx context.Context, owner string, after video.Place, limit int) ([]video.Video, video.Place, error) {
	w.call("list")
	if w.lag != nil {
		return w.lag, video.Place{}, nil
	}
	return w.videos.List(ctx, owner, after, min(limit, 7)) // a store may give less than it is asked for
}

func (w *world) Get(ctx context.Context, key string) ([]byte, error) {
	w.call("captions")
	return w.objects.Get(ctx, key)
}

func (w *world) GetUnless(ctx context.Context, key, tag string) ([]byte, string, error) {
	w.call("index")
	body, now, err := w.objects.GetUnless(ctx, key, tag)
	if err == nil && body == nil {
		w.counted("unchanged")
	}
	return body, now, err
}

func (w *world) PutIf(ctx context.Context, key, contentType, tag string, body []byte) (string, error) {
	w.call("store")
	if w.full != nil {
		return "", w.full
	}
	return w.objects.PutIf(ctx, key, contentType, tag, body)
}

// queued makes a video of the owner's that is newer than all others.
func (w *world) queued(of, title string) video.Video {
	w.t.Helper()
	w.created = w.created.Add(time.Minute)
	v := video.New(of, title, "video/mp4", 1, w.created, w.created.Add(time.Hour))
	w.must(w.videos.Create(w.t.Context(), v))
	return w.change(v, video.Record(1, video.Plan{Source: v.Source, Segments: 1}))
}

// ready gives a video captions.
func (w *world) ready(v video.Video, texts ...string) video.Video {
	w.t.Helper()
	key := fmt.Sprintf("%s%s/%d/en.vtt", video.ResultsPrefix, v.ID, v.Generation)
	w.vtt(key, texts...)
	return w.change(v, video.Finish(v.Generation, []video.Track{{Name: "en", Language: "en", Kind: video.Machine, Formats: map[string]string{"vtt": key}}}))
}

// add makes a video with captions.
func (w *world) add(title string, texts ...string) video.Video {
	w.t.Helper()
	return w.ready(w.queued(owner, title), texts...)
}

// edited saves a person's track.
func (w *world) edited(v video.Video, name string, texts ...string) video.Video {
	w.t.Helper()
	w.created = w.created.Add(time.Minute)
	c, _, err := video.SaveOwn(v, name, video.Version{ID: video.NewID(), SavedAt: w.created, Cues: len(texts)})
	w.must(err)
	v = w.change(v, c)
	track, _ := v.OwnTrack(name)
	w.vtt(track.Key(v.ID, track.Newest(), "vtt"), texts...)
	return v
}

func (w *world) vtt(key string, texts ...string) {
	w.t.Helper()
	var b bytes.Buffer
	w.must(caption.WriteVTT(&b, caption.Track{Cues: cuesOf(texts...)}))
	w.must(w.objects.PutOnce(w.t.Context(), key, "", b.Bytes()))
}

func (w *world) change(v video.Video, c video.Change) video.Video {
	w.t.Helper()
	v, err := w.videos.Change(w.t.Context(), v.ID, c)
	w.must(err)
	return v
}

func (w *world) remover() captioning.Remover {
	return captioning.Remover{Videos: w.videos, Uploads: uploads{&memobjects.Uploads{}}, Captions: w.objects}
}

// uploads are of no matter here.
type uploads struct{ *memobjects.Uploads }

func (w *world) delete(v video.Video) {
	w.t.Helper()
	now, err := w.videos.Get(w.t.Context(), v.ID)
	w.must(err)
	w.must(w.remover().Remove(w.t.Context(), now))
}

// removed removes a person's track.
func (w *world) removed(v video.Video, name string) {
	w.t.Helper()
	now, err := w.videos.Get(w.t.Context(), v.ID)
	w.must(err)
	own, _ := now.OwnTrack(name)
	keeper := tracks.Keeper{Videos: w.videos, Captions: w.objects, Log: slog.New(slog.DiscardHandler)}
	w.must(keeper.Remove(w.t.Context(), now, name, own.Newest().ID))
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// finds fails the test unless a search has these hits, "TITLE CUE" or "TITLE" each.
func (w *world) finds(s *Searcher, query string, want ...string) Result {
	w.t.Helper()
	r, err := s.All(w.t.Context(), owner, parse(w.t, query), 50)
	w.must(err)
	if got := strings.Join(shown(r), ", "); got != strings.Join(want, ", ") {
		w.t.Errorf("%q: %s, want %s", query, got, strings.Join(want, ", "))
	}
	return r
}

func shown(r Result) (hits []string) {
	for _, h := range r.Hits {
		s := h.Title
		if h.Cue > 0 {
			s += fmt.Sprint(" ", h.Cue)
		}
		hits = append(hits, s)
	}
	return hits
}

// indexed are the captions of which the stored index has the words.
func (w *world) indexed() map[string]entry {
	w.t.Helper()
	body, err := w.objects.Get(w.t.Context(), video.SearchKey(owner))
	if err != nil {
		return nil
	}
	x, err := decode(body)
	w.must(err)
	return x.entries
}

// count returns what was called since it was asked before.
func (w *world) count() map[string]int {
	w.mu.Lock()
	defer w.mu.Unlock()
	calls := w.calls
	w.calls = map[string]int{}
	return calls
}
