package search

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/memobjects"
	"github.com/cuepipe/cuepipe/internal/search/searchtest"
	"github.com/cuepipe/cuepipe/internal/tracks"
	"github.com/cuepipe/cuepipe/internal/video"
)

func TestAHitSaysWhereItIs(t *testing.T) {
	w := newWorld(t)
	old := w.add("Rede.mp4", "Ask not", "what your Café", "can do.")
	fresh := w.add("Cafe noir.mp4", "So, my fellow", "Americans")
	s := w.searcher()
	r, err := s.All(t.Context(), owner, parse(t, "cafe"), 50)
	want := Result{Videos: 2, Hits: []Hit{
		{Video: fresh.ID, Title: "Cafe noir.mp4", Marks: [][2]int{{0, 4}}},
		{old.ID, "Rede.mp4", "en", 2, 2 * time.Second, 3500 * time.Millisecond, "what your Café", [][2]int{{10, 14}}},
	}}
	if err != nil || !reflect.DeepEqual(r, want) {
		t.Errorf("%+v, %v", r, err)
	}
	r, err = s.Video(t.Context(), old, Captions{"en", old.Tracks[0].Formats["vtt"]}, parse(t, "not what"), 50)
	want = Result{Videos: 1, Hits: []Hit{{old.ID, "Rede.mp4", "en", 1, 0, 3500 * time.Millisecond, "Ask not what your Café", [][2]int{{4, 12}}}}}
	if want.Hits[0].Marks = [][2]int{{4, 7}, {8, 12}}; err != nil || !reflect.DeepEqual(r, want) {
		t.Errorf("%+v, %v", r, err)
	}
	// The title counts where the words are nowhere else, and all of them are in it.
	w.finds(s, "rede", "Rede.mp4")
	w.finds(s, "rede ask")
	w.finds(s, "noir cafe", "Cafe noir.mp4")
}

func TestLimits(t *testing.T) {
	w := newWorld(t)
	w.add("a", "one", "one two", "one")
	w.add("one b")
	w.add("c", "one")
	w.add("d", "else")
	for limit, want := range map[int]string{
		1: "c 1 true", 2: "c 1, one b true", 3: "c 1, one b, a 1 true", 4: "c 1, one b, a 1, a 2 true", 5: "c 1, one b, a 1, a 2, a 3 false", 200: "c 1, one b, a 1, a 2, a 3 false",
	} {
		r, err := w.searcher().All(t.Context(), owner, parse(t, "one"), limit)
		if got := fmt.Sprint(strings.Join(shown(r), ", "), " ", r.More); err != nil || got != want || r.Videos != 4 || r.NotSearched != 0 {
			t.Errorf("%d: %s, want %s (%+v, %v)", limit, got, want, r, err)
		}
	}
}

func TestOnlyOwnVideosWithCaptionsAreSearched(t *testing.T) {
	w := newWorld(t)
	w.ready(w.queued("somebody else", "theirs"), "word")
	w.queued(owner, "queued word")
	w.change(w.queued(owner, "failed word"), video.Fail(1, video.TooLong))
	w.add("ready", "word")
	if r := w.finds(w.searcher(), "word", "ready 1"); r.Videos != 1 {
		t.Errorf("%d videos were searched", r.Videos)
	}
	if r := w.finds(w.searcher(), "nowhere"); r.Hits != nil || r.More {
		t.Errorf("%+v", r)
	}
}

// The calls of a search are what it costs.
func TestWhatASearchCalls(t *testing.T) {
	w := newWorld(t)
	s := w.searcher()
	w.finds(s, "word")
	w.expect("without videos", "index:1 list:1")
	var videos []video.Video
	for n := range 5 {
		videos = append(videos, w.add(fmt.Sprint(n), "word"))
	}
	all := []string{"4 1", "3 1", "2 1", "1 1", "0 1"}
	w.finds(s, "word", all...)
	w.expect("for the first time", "captions:5 index:1 list:1 store:2")
	w.finds(s, "word", all...)
	w.expect("again", "index:1 list:1 unchanged:1")
	w.finds(w.searcher(), "word", all...)
	w.expect("in another process", "index:1 list:1")

	w.add("5", "word")
	w.finds(s, "word", append([]string{"5 1"}, all...)...)
	w.expect("after one new video", "captions:1 index:1 list:1 store:1 unchanged:1")
	w.ready(w.change(videos[1], video.Replace(1)), "word", "word")
	w.finds(s, "word", "5 1", "4 1", "3 1", "2 1", "1 1", "1 2", "0 1")
	w.expect("after one that was captioned anew", "captions:1 index:1 list:1 store:1 unchanged:1")
	w.change(videos[0], video.Replace(1))
	w.finds(s, "word", "5 1", "4 1", "3 1", "2 1", "1 1", "1 2")
	w.expect("after one has lost its captions", "index:1 list:1 store:1 unchanged:1")
	if n := len(w.indexed()); n != 5 {
		t.Errorf("the index has %d", n)
	}
	w.delete(videos[2])
	w.finds(s, "word", "5 1", "4 1", "3 1", "1 1", "1 2")
	w.expect("after a delete", "captions:4 index:1 list:1 store:2")
}

func (w *world) expect(when, want string) {
	w.t.Helper()
	if got := strings.Trim(fmt.Sprint(w.count()), "map[]"); got != want {
		w.t.Errorf("%s: %s, want %s", when, got, want)
	}
}

func TestAPersonsLastTrackIsSearched(t *testing.T) {
	w := newWorld(t)
	v := w.add("film", "machine")
	failed := w.change(w.queued(owner, "failed"), video.Fail(1, video.TooLong))
	s := w.searcher()
	w.finds(s, "machine", "film 1")
	v = w.edited(v, "en-x-edited", "person")
	w.finds(s, "machine")
	if r := w.finds(s, "person", "film 1"); r.Hits[0].Track != "en-x-edited" {
		t.Errorf("%+v", r.Hits)
	}
	v = w.edited(v, "en-x-other", "third")
	w.finds(s, "third", "film 1")
	w.finds(s, "person")
	v = w.edited(v, "en-x-edited", "corrected")
	w.finds(s, "corrected", "film 1")
	w.edited(failed, "de-x-a", "selbst")
	w.finds(s, "selbst", "failed 1")

	for name, want := range map[string]string{"en": "machine", "en-x-edited": "corrected", "EN-X-OTHER": "third"} {
		c, ok := Named(v, name)
		r, err := s.Video(t.Context(), v, c, parse(t, want), 9)
		if !ok || err != nil || len(r.Hits) != 1 || r.Hits[0].Track != strings.ToLower(name) {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
	if _, ok := Named(v, "de"); ok {
		t.Error("there is a track that nobody made")
	}
}

func TestMoreVideosAndMoreTextThanAreSearched(t *testing.T) {
	w := newWorld(t)
	for n := range 9 {
		w.add(fmt.Sprint(n), "word and more", "of ten")
		w.queued(owner, "without captions")
	}
	s := w.searcher()
	s.mostVideos = 3
	if r := w.finds(s, "word", "8 1", "7 1", "6 1"); r.Videos != 3 || r.NotSearched < 1 {
		t.Errorf("%+v", r)
	}
	s.mostVideos = 9
	if r := w.finds(s, "ten", "8 2", "7 2", "6 2", "5 2", "4 2", "3 2", "2 2", "1 2", "0 2"); r.NotSearched != 0 {
		t.Errorf("%+v", r)
	}
	text := len("word and more" + "of ten")
	for most, videos := range map[int]int{1: 1, text: 1, text + 1: 2, 2 * text: 2, 9*text - 1: 9} {
		s := w.searcher()
		s.mostText = most
		w.must(w.objects.RemoveAll(t.Context(), video.SearchFolder(owner)))
		for _, when := range []string{"first", "then"} {
			w.count()
			r, err := s.All(t.Context(), owner, parse(t, "word"), 50)
			if err != nil || r.Videos != videos || len(r.Hits) != videos || r.NotSearched != 9-videos {
				t.Errorf("of %d bytes, %s: %s of %d, %d not, %v", most, when, shown(r), r.Videos, r.NotSearched, err)
			}
			if calls := w.count(); calls["captions"] != 0 && when == "then" {
				t.Errorf("what has no room is read again: %v", calls)
			}
		}
	}
}

func TestWhatTakesTooLongComesToTheNextSearch(t *testing.T) {
	w := newWorld(t)
	for n := range 2 * atOnce {
		w.add(fmt.Sprint(n), "word")
	}
	s := w.searcher()
	s.patience = time.Nanosecond
	r, err := s.All(t.Context(), owner, parse(t, "word"), 200)
	if err != nil || r.Videos+r.NotSearched != 2*atOnce || r.NotSearched == 0 {
		t.Errorf("%+v, %v", r, err)
	}
	s.patience = time.Minute
	if r, err = s.All(t.Context(), owner, parse(t, "word"), 200); err != nil || len(r.Hits) != 2*atOnce || r.NotSearched != 0 {
		t.Errorf("%+v, %v", r, err)
	}
	// That the caller goes is another matter.
	ctx, cancel := context.WithCancel(t.Context())
	w.before = func(call string) {
		if call == "captions" {
			cancel()
		}
	}
	w.objects = &memobjects.Captions{}
	if _, err := w.searcher().All(ctx, owner, parse(t, "word"), 200); err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestADamagedIndexIsMadeAnew(t *testing.T) {
	w := newWorld(t)
	w.add("a", "word")
	w.finds(w.searcher(), "word", "a 1")
	key := video.SearchKey(owner)
	whole, err := w.objects.Get(t.Context(), key)
	w.must(err)
	for _, damaged := range []string{"", "x", string(whole[:len(whole)-1]), string(whole) + "x", strings.Replace(string(whole), "search 1", "search 2", 1), string(whole[:len(whole)-20]) + "12345678901234567890"} {
		w.must(w.objects.RemoveAll(t.Context(), key))
		w.must(w.objects.PutOnce(t.Context(), key, "", []byte(damaged)))
		w.finds(w.searcher(), "word", "a 1")
		if len(w.indexed()) != 1 {
			t.Errorf("%.30q was not mended", damaged)
		}
	}
}

func TestAnIndexThatCannotBeStoredIsNotMissed(t *testing.T) {
	w := newWorld(t)
	w.add("a", "word")
	w.full = errors.New("no place")
	w.finds(w.searcher(), "word", "a 1")
	if !strings.Contains(w.log.String(), "no place") {
		t.Errorf("the log has %s", w.log.String())
	}
	w.full = nil
	s := w.searcher()
	w.finds(s, "word", "a 1")
	w.add("b", "word")
	w.full = errors.New("no place")
	w.finds(s, "word", "b 1", "a 1")
	w.full = nil
	w.finds(s, "word", "b 1", "a 1")
	if len(w.indexed()) != 2 {
		t.Error("the index was not stored later")
	}
}

// Cues as long as any that a person can save, and all of them hits.
func TestAnAnswerHasAnEnd(t *testing.T) {
	w := newWorld(t)
	long := strings.Repeat(`a"`, tracks.MostCueText/2)
	w.add("film", slices.Repeat([]string{long}, 200)...)
	r, err := w.searcher().All(t.Context(), owner, parse(t, "a"), 200)
	w.must(err)
	inside, err := json.Marshal(r.Hits)
	w.must(err)
	answer, err := json.Marshal(string(inside))
	w.must(err)
	if len(answer) > 6<<20 || len(answer) < 1<<20 || !r.More || len(r.Hits) == 0 || len(r.Hits) == 200 {
		t.Errorf("%d bytes with %d hits, more %v", len(answer), len(r.Hits), r.More)
	}
	one, err := w.searcher().All(t.Context(), owner, parse(t, "a"), 1)
	if err != nil || len(one.Hits) != 1 || !one.More {
		t.Errorf("%d hits, more %v, %v", len(one.Hits), one.More, err)
	}
}

func TestCaptionsThatNobodyCanReadDoNotEndTheSearch(t *testing.T) {
	w := newWorld(t)
	w.add("good", "word")
	v := w.queued(owner, "bad")
	w.must(w.objects.PutOnce(t.Context(), "videos/bad.vtt", "", []byte("WEBVTT\n\nsecret words --> 1\nx\n")))
	w.change(v, video.Finish(1, []video.Track{{Name: "en", Formats: map[string]string{"vtt": "videos/bad.vtt"}}}))
	if r := w.finds(w.searcher(), "word", "good 1"); r.NotSearched != 1 || r.Videos != 1 {
		t.Errorf("%+v", r)
	}
	if log := w.log.String(); !strings.Contains(log, v.ID) || strings.Contains(log, "secret") {
		t.Errorf("the log has %s", log)
	}
}

func TestTheOwnersUsedLastAreHeld(t *testing.T) {
	w := newWorld(t)
	for _, who := range []string{"a", "b", "c"} {
		w.ready(w.queued(who, "film"), strings.Repeat("word ", 20))
	}
	s := w.searcher()
	search := func(who string) map[string]int {
		w.count()
		r, err := s.All(t.Context(), who, parse(t, "word"), 9)
		if err != nil || len(r.Hits) != 1 {
			t.Fatalf("%+v, %v", r, err)
		}
		return w.count()
	}
	search("a")
	x, _ := s.held.get("a")
	s.mostHeld = 2*x.bytes + x.bytes/2
	for _, step := range []struct {
		who  string
		held bool
	}{{"a", true}, {"b", false}, {"a", true}, {"b", true}, {"c", false}, {"b", true}, {"c", true}, {"a", false}} {
		if got := search(step.who)["unchanged"] > 0; got != step.held {
			t.Errorf("%s was held: %v", step.who, got)
		}
	}
	s = w.searcher()
	s.mostHeld = x.bytes / 2
	for range 2 {
		search("a")
	}
	if _, tag := s.held.get("a"); tag != "" {
		t.Error("more is held than may be")
	}
}

func TestMemoryIsAStoreOfIndexes(t *testing.T) {
	w := newWorld(t)
	searchtest.Objects(t, w, func(key string) error { return w.objects.Remove(t.Context(), key) })
}

func TestPackedTracksComeBack(t *testing.T) {
	w := newWorld(t)
	for _, texts := range [][]string{nil, {"one"}, {"one", "two\nlines", "字幕"}, {strings.Repeat("word ", 10_000)}} {
		v := w.add("film", texts...)
		read, err := w.searcher().read(t.Context(), v.Tracks[0].Formats["vtt"])
		w.must(err)
		x := index{entries: map[string]entry{}}
		x.add("key", entry{read, read.pack()})
		back, err := decode(x.encode([]string{"key"}))
		if err != nil || !reflect.DeepEqual(back.entries["key"].track, read) || back.bytes != x.bytes {
			t.Errorf("%.40q: %v", texts, err)
		}
	}
	a, b := index{}.encode(nil), index{}.encode(nil)
	if string(a) == string(b) {
		t.Error("two indexes that are alike have one entity tag")
	}
}

func FuzzDecode(f *testing.F) {
	track := newTrack(cuesOf("one", "two", "", "three"))
	x := index{entries: map[string]entry{}}
	x.add("a", entry{track, track.pack()})
	x.add("b", entry{track, track.pack()})
	f.Add(x.encode([]string{"a", "b"}))
	f.Add(index{}.encode(nil))
	f.Fuzz(func(t *testing.T, body []byte) {
		x, err := decode(body)
		if err != nil {
			return
		}
		keys := []string{}
		for key := range maps.Keys(x.entries) {
			keys = append(keys, key)
		}
		again, err := decode(x.encode(keys))
		if err != nil || !again.has(x) {
			t.Errorf("%v", err)
		}
		for _, e := range x.entries {
			e.track.find(parse(t, "o t"), 9)
		}
	})
}
