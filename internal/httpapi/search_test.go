package httpapi

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/httpapi/contract"
	"github.com/cuepipe/cuepipe/internal/memobjects"
	"github.com/cuepipe/cuepipe/internal/memvideos"
	"github.com/cuepipe/cuepipe/internal/search"
	"github.com/cuepipe/cuepipe/internal/video"
)

// searches is the API with what searches it.
type searches struct {
	*api
	captions *memobjects.Captions
}

func newSearches(t *testing.T) searches {
	s := searches{newAPI(t), &memobjects.Captions{}}
	s.by(&search.Searcher{Videos: s.store, Objects: s.captions, Log: slog.New(slog.NewJSONHandler(s.log, nil))})
	return s
}

// by has the API search by a finder; what it answers is held to its document.
func (s searches) by(f Finder) {
	searching := contract.Guard(s.t, NewSearch(s.store, f, Options{Tokens: tokens{}, PageOrigin: "https://page.example", Log: slog.New(slog.NewJSONHandler(s.log, nil))}))
	others := s.api.server.Config.Handler
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { // as the gateway routes
		to := others
		if strings.HasSuffix(r.URL.Path, "/search") {
			to = searching
		}
		to.ServeHTTP(w, r)
	}))
	s.t.Cleanup(server.Close)
	s.api.server = server
}

// film makes a video of alice's with captions.
func (s searches) film(vtt string) (path string, v video.Video) {
	path, v = s.video(inWork()...)
	key := video.ResultsPrefix + v.ID + "/1/en.vtt"
	if err := s.captions.PutOnce(s.t.Context(), key, "", []byte(vtt)); err != nil {
		s.t.Fatal(err)
	}
	s.change(v.ID, video.Finish(1, []video.Track{{Name: "en", Language: "en", Kind: video.Machine, Formats: map[string]string{"vtt": key}}}))
	return path, v
}

const speech = "WEBVTT\n\n00:00:01.000 --> 00:00:02.500\nAsk not what your\ncountry can do\n\n00:00:02.500 --> 00:00:04.120\nfor <i>you</i> &amp; me, Café\n"

func TestSearchAnswers(t *testing.T) {
	s := newSearches(t)
	path, v := s.film(speech)
	for _, c := range []struct{ path, want string }{
		{path + "/search?q=CAFE", `{"hits":[{"video":"ID","title":"lecture.mp4","track":"en","cue":2,"start":2.5,"end":4.12,"text":"for you & me, Café","marks":[[14,18]]}],"videos":1,"more":false}`},
		{"/v1/search?q=can+me", `{"hits":[{"video":"ID","title":"lecture.mp4","track":"en","cue":1,"start":1,"end":4.12,"text":"Ask not what your country can do for you & me, Café","marks":[[26,29],[43,45]]}],"videos":1,"more":false}`},
		{"/v1/search?q=lecture", `{"hits":[{"video":"ID","title":"lecture.mp4","marks":[[0,7]]}],"videos":1,"more":false}`},
		{path + "/search?q=lecture&track=en", `{"hits":[],"videos":1,"more":false}`},
		{"/v1/search?q=yo&limit=1", `{"hits":[{"video":"ID","title":"lecture.mp4","track":"en","cue":1,"start":1,"end":2.5,"text":"Ask not what your country can do","marks":[[13,17]]}],"videos":1,"more":true}`},
	} {
		status, header, body := s.do("alice", "GET", c.path, "")
		if got := strings.ReplaceAll(strings.TrimSpace(string(body)), v.ID, "ID"); status != 200 || got != c.want || header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d\n%s, want\n%s", c.path, status, got, c.want)
		}
	}
	if _, _, body := s.do("bob", "GET", "/v1/search?q=cafe", ""); string(body) != `{"hits":[],"videos":0,"more":false}`+"\n" {
		t.Errorf("bob finds %s", body)
	}
}

func TestSearchesThatCannotBe(t *testing.T) {
	s := newSearches(t)
	ready, _ := s.film(speech)
	queued, _ := s.video(video.Arrive())
	silent, _ := s.video(video.LeaveUncaptioned(1, video.NoAudio))
	long := url.QueryEscape(strings.Repeat("ä", 201))
	for _, c := range []struct {
		user, path, code, says string
		status                 int
	}{
		{"alice", "?", "bad_request", `"q"`, 400},
		{"alice", "?q=", "bad_request", `"q"`, 400},
		{"alice", "?q=a&q=b", "bad_request", `"q"`, 400},
		{"alice", "?q=%20%2D!", "bad_request", "no letter and no digit", 400},
		{"alice", "?q=%ff", "bad_request", "UTF-8", 400},
		{"alice", "?q=" + long, "bad_request", "200", 400},
		{"alice", "?q=a&limit=0", "bad_request", "1 to 200", 400},
		{"alice", "?q=a&limit=201", "bad_request", "1 to 200", 400},
		{"alice", "?q=a&limit=", "bad_request", "1 to 200", 400},
		{"alice", "?q=a&limit=x", "bad_request", "1 to 200", 400},
		{"", "?q=a", "unauthorized", "token", 401},
	} {
		for _, path := range []string{"/v1/search", ready + "/search"} {
			var p Problem
			s.want(c.status, c.user, "GET", path+c.path, "", &p)
			if p.Code != c.code || !strings.Contains(p.Detail, c.says) {
				t.Errorf("%s%s: %+v", path, c.path, p)
			}
		}
	}
	for _, c := range []struct {
		user, path, code, says string
		status                 int
	}{
		{"bob", ready + "/search?q=a", "not_found", "no such video", 404},
		{"alice", "/v1/videos/x/search?q=a", "not_found", "no such video", 404},
		{"alice", "/v1/videos/" + video.NewID() + "/search?q=a", "not_found", "no such video", 404},
		{"alice", ready + "/search?q=a&track=de", "no_such_track", "no such track", 404},
		{"alice", ready + "/search?q=a&track=", "bad_request", `"track"`, 400},
		{"alice", queued + "/search?q=a", "no_such_track", "queued", 404},
		{"alice", silent + "/search?q=a", "no_such_track", video.NoAudio.Message, 404},
	} {
		var p Problem
		s.want(c.status, c.user, "GET", c.path, "", &p)
		if p.Code != c.code || !strings.Contains(p.Detail, c.says) {
			t.Errorf("%s: %+v", c.path, p)
		}
	}
	status, header, _ := s.do("alice", "POST", "/v1/search?q=a", "")
	if status != 405 || !strings.Contains(header.Get("Allow"), "GET") {
		t.Errorf("POST: %d, Allow: %s", status, header.Get("Allow"))
	}
}

// Captions that are gone are looked for once more, where they are now.
func TestAVideoThatChangesWhileItIsSearched(t *testing.T) {
	s := newSearches(t)
	path, v := s.film(speech)
	now, err := s.store.Get(t.Context(), v.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.captions.Remove(t.Context(), now.Tracks[0].Formats["vtt"]); err != nil {
		t.Fatal(err)
	}
	s.want(500, "alice", "GET", path+"/search?q=ask", "", nil) // nothing has happened, and they are gone
	s.change(v.ID, video.Replace(1))
	var p Problem
	s.want(404, "alice", "GET", path+"/search?q=ask", "", &p)
	if p.Code != "no_such_track" || !strings.Contains(p.Detail, "queued") {
		t.Errorf("%+v", p)
	}
}

// Nobody who reads the logs learns what was asked, or what was said.
func TestSearchedWordsAreInNoLog(t *testing.T) {
	s := newSearches(t)
	path, v := s.film(speech)
	for _, at := range []string{"/v1/search?q=", path + "/search?q="} {
		for _, q := range []string{"xylophone", "country+xylophone", "%ffxylophone", "xylophone&limit=x"} {
			s.do("alice", "GET", at+q, "")
		}
	}
	if err := s.captions.RemoveAll(t.Context(), video.ResultsPrefix+v.ID); err != nil {
		t.Fatal(err)
	}
	s.do("alice", "GET", path+"/search?q=xylophone", "")
	log := s.log.String()
	if strings.Contains(log, "xylophone") || strings.Contains(log, "country") || !strings.Contains(log, "request failed") || strings.Count(log, `"route":"GET /v1/search"`) != 4 {
		t.Errorf("the log has\n%s", log)
	}
}

// Marks are places in the JSON text that a client has, by code points.
func TestMarksCountCodePoints(t *testing.T) {
	s := newSearches(t)
	path, _ := s.film("WEBVTT\n\n00:00:01.000 --> 00:00:02.500\n👩‍👩‍👧 don’t 字幕\n")
	var body struct {
		Hits []struct {
			Text  string
			Marks [][2]int
		}
	}
	for q, want := range map[string]string{"dont": "don’t", "字幕": "字幕", "幕": "幕"} {
		s.want(200, "alice", "GET", path+"/search?q="+url.QueryEscape(q), "", &body)
		if len(body.Hits) != 1 || len(body.Hits[0].Marks) != 1 {
			t.Fatalf("%s: %+v", q, body)
		}
		m, text := body.Hits[0].Marks[0], []rune(body.Hits[0].Text)
		if got := string(text[m[0]:m[1]]); got != want {
			t.Errorf("%s: %q is marked, want %q", q, got, want)
		}
	}
}

// found is a finder that finds always the same.
type found struct {
	search.Result
	err error
}

func (f found) Video(context.Context, video.Video, search.Captions, search.Query, int) (search.Result, error) {
	return f.Result, f.err
}

func (f found) All(context.Context, string, search.Query, int) (search.Result, error) {
	return f.Result, f.err
}

func TestWhatIsLeftOutIsSaid(t *testing.T) {
	s := newSearches(t)
	s.by(found{Result: search.Result{NotSearched: 3, Videos: 4, More: true, Hits: []search.Hit{{Video: "a", Title: "t", Track: "en", Cue: 1, End: 1500 * time.Millisecond, Text: "x", Marks: [][2]int{{0, 1}}}}}})
	want := map[string]any{"videos": 4.0, "more": true, "notSearched": 3.0, "hits": []any{
		map[string]any{"video": "a", "title": "t", "track": "en", "cue": 1.0, "start": 0.0, "end": 1.5, "text": "x", "marks": []any{[]any{0.0, 1.0}}}}}
	var got map[string]any
	if s.want(200, "alice", "GET", "/v1/search?q=x", "", &got); !reflect.DeepEqual(got, want) {
		t.Error(got)
	}
}

// Whatever fails behind a search: the answer says what to do, and nothing of
// what it was.
func TestASearchThatFails(t *testing.T) {
	s := newSearches(t)
	path, _ := s.film(speech)
	s.by(found{err: errors.New("the bucket has burnt")})
	for _, at := range []string{"/v1/search", path + "/search"} {
		var p Problem
		s.want(500, "alice", "GET", at+"?q=xylophone", "", &p)
		if p.Code != "internal" || strings.Contains(p.Detail, "burnt") {
			t.Errorf("%s: %+v", at, p)
		}
	}
	if log := s.log.String(); strings.Count(log, "burnt") != 2 || strings.Contains(log, "xylophone") {
		t.Errorf("the log has\n%s", log)
	}
}

// A search that took too long says that it may be tried again.
func TestASearchWithoutTime(t *testing.T) {
	s := newSearches(t)
	ready, _ := s.film(speech)
	h := NewSearch(s.store, &search.Searcher{Videos: late{s.store}, Objects: s.captions, Log: slog.New(slog.DiscardHandler)},
		Options{Tokens: tokens{}, Log: slog.New(slog.NewJSONHandler(s.log, nil))})
	guarded := contract.Guard(t, h)
	for path, want := range map[string]int{"/v1/search?q=ask": http.StatusServiceUnavailable, ready + "/search?q=ask": http.StatusOK} {
		ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
		defer cancel()
		r := httptest.NewRequestWithContext(ctx, "GET", path, nil)
		r.Header.Set("Authorization", "Bearer alice")
		w := httptest.NewRecorder()
		if guarded.ServeHTTP(w, r); w.Code != want || want != http.StatusOK && !strings.Contains(w.Body.String(), `"unavailable"`) {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
}

// late lists nothing once the time is over, as a database that is asked over a
// network.
type late struct{ *memvideos.Store }

func (l late) List(ctx context.Context, owner string, after video.Place, limit int) ([]video.Video, video.Place, error) {
	if err := ctx.Err(); err != nil {
		return nil, video.Place{}, err
	}
	return l.Store.List(ctx, owner, after, limit)
}
