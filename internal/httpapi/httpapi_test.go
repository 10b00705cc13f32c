package httpapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/caption"
	"github.com/cuepipe/cuepipe/internal/httpapi/contract"
	"github.com/cuepipe/cuepipe/internal/memvideos"
	"github.com/cuepipe/cuepipe/internal/tracks"
	"github.com/cuepipe/cuepipe/internal/upload"
	"github.com/cuepipe/cuepipe/internal/video"
)

// tokens knows people by name: "alice" is alice's token.
type tokens struct{}

func (tokens) Authenticate(_ context.Context, token string) (string, error) {
	switch token {
	case "alice", "bob":
		return video.OwnerID("issuer", token), nil
	case "outage":
		return "", ErrUnavailable
	}
	return "", ErrUnauthorized
}

// objects is both buckets.
type objects map[string]string

func (o objects) PresignPut(_ context.Context, key, contentType string, size int64, _ time.Duration) (string, map[string]string, error) {
	return fmt.Sprintf("https://s3.example/%s?size=%d", key, size), map[string]string{"Content-Type": contentType, "If-None-Match": "*"}, nil
}

// whole is objects for files that are sent as a whole.
type whole struct {
	objects
	upload.InParts // nil
}

func (o objects) PresignGet(_ context.Context, s video.Source, _, _ string, _ time.Duration) (string, error) {
	return "https://s3.example/" + s.Key, nil
}

func (o objects) Remove(_ context.Context, s video.Source) error {
	delete(o, s.Key)
	return nil
}

func (o objects) Stat(_ context.Context, key string) (video.Source, int64, error) {
	b, ok := o[key]
	if !ok {
		return video.Source{}, 0, video.ErrNoObject
	}
	return video.Source{Key: key, VersionID: "v1", ETag: "e1"}, int64(len(b)), nil
}

func (o objects) Get(_ context.Context, key string) ([]byte, error) {
	b, ok := o[key]
	if !ok {
		return nil, video.ErrNoObject
	}
	return []byte(b), nil
}

func (o objects) Announce(_ context.Context, id string, generation int, delay time.Duration) error {
	o["queue/"+id] = fmt.Sprintf("%d after %v", generation, delay)
	return nil
}

func (o objects) PutOnce(_ context.Context, key, _ string, body []byte) error {
	if _, there := o[key]; !there {
		o[key] = string(body)
	}
	return nil
}

func (o objects) RemoveAll(_ context.Context, prefix string) error {
	maps.DeleteFunc(o, func(key, _ string) bool { return strings.HasPrefix(key, prefix) })
	return nil
}

// epoch is when everything is written; the API's clock is a minute later.
var epoch = time.Date(2026, 11, 22, 1, 2, 3, 0, time.UTC)

// soFar is the early captions of every video.
type soFar struct {
	track caption.Track
	until time.Duration
	read  func() error // nil always works
}

func (s *soFar) Track(context.Context, video.Video) (caption.Track, time.Duration, error) {
	if s.read != nil {
		if err := s.read(); err != nil {
			return caption.Track{}, 0, err
		}
	}
	return s.track, s.until, nil
}

// remover deletes by the changes alone.
type remover struct{ *memvideos.Store }

func (r remover) Remove(ctx context.Context, v video.Video) error {
	if _, err := r.Change(ctx, v.ID, video.Delete()); err != nil {
		return err
	}
	_, err := r.Change(ctx, v.ID, video.Bury(time.Now()))
	return err
}

type api struct {
	t       *testing.T
	server  *httptest.Server
	store   *memvideos.Store
	objects objects
	early   *soFar
	reading func() // what happens while captions are read
	log     *bytes.Buffer
}

// Get reads captions.
func (a *api) Get(ctx context.Context, key string) ([]byte, error) {
	if a.reading != nil {
		a.reading()
	}
	return a.objects.Get(ctx, key)
}

func newAPI(t *testing.T) *api {
	a := &api{t: t, store: &memvideos.Store{}, objects: objects{}, early: &soFar{}, log: &bytes.Buffer{}}
	a.store.Now = func() time.Time { return epoch }
	opts := Options{Tokens: tokens{}, PageOrigin: "https://page.example", Log: slog.New(slog.NewJSONHandler(a.log, nil)),
		Now: func() time.Time { return epoch.Add(time.Minute) }}
	uploads := NewUploads(upload.Uploader{Videos: a.store, Objects: whole{objects: a.objects}, Queue: a.objects}, opts)
	keeper := tracks.Keeper{Videos: a.store, Captions: a.objects, Log: opts.Log, Now: func() time.Time { return epoch }}
	videos := NewVideos(a.store, a, a.early, remover{a.store}, keeper, opts)
	a.server = httptest.NewServer(contract.Guard(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && !strings.Contains(r.URL.Path, "/captions/") && !strings.HasSuffix(r.URL.Path, "/check") || strings.HasSuffix(r.URL.Path, "/parts") || strings.HasSuffix(r.URL.Path, "/source") { // as the gateway routes
			uploads.ServeHTTP(w, r)
			return
		}
		videos.ServeHTTP(w, r)
	})))
	t.Cleanup(a.server.Close)
	return a
}

func (a *api) do(user, method, path, body string) (int, http.Header, []byte) {
	a.t.Helper()
	return a.send(user, method, path, body, nil)
}

// send does a request with headers of its own.
func (a *api) send(user, method, path, body string, headers map[string]string) (int, http.Header, []byte) {
	a.t.Helper()
	r, err := http.NewRequestWithContext(a.t.Context(), method, a.server.URL+path, strings.NewReader(body))
	if err != nil {
		a.t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	r.Header.Set("Origin", "https://page.example")
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for name, value := range headers {
		r.Header.Set(name, value)
	}
	if user != "" {
		r.Header.Set("Authorization", "Bearer "+user)
	}
	res, err := a.server.Client().Do(r)
	if err != nil {
		a.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		a.t.Fatal(err)
	}
	return res.StatusCode, res.Header, b
}

// want does a request and decodes its answer, or the problem's code.
func (a *api) want(status int, user, method, path, body string, into any) {
	a.t.Helper()
	got, header, b := a.do(user, method, path, body)
	if got != status {
		a.t.Fatalf("%s %s as %q: %d %s, want %d", method, path, user, got, b, status)
	}
	if into != nil {
		if err := json.Unmarshal(b, into); err != nil {
			a.t.Fatalf("%s: %v", b, err)
		}
	}
	if status >= 400 && header.Get("Content-Type") != "application/problem+json" {
		a.t.Errorf("%s %s: a problem of type %q", method, path, header.Get("Content-Type"))
	}
	if header.Get("X-Content-Type-Options") != "nosniff" {
		a.t.Errorf("%s %s may be sniffed", method, path)
	}
}

const lecture = `{"filename": "C:\\films\\lecture.mp4", "size": 5, "contentType": "video/mp4"}`

type created struct {
	ID, Title, Status string
	Upload            struct {
		Method, URL, ExpiresAt string
		Headers                map[string]string
	}
	Failure   *failureBody
	Tracks    []trackBody
	UpdatedAt time.Time
}

func TestAVideoFromCreationToItsEnd(t *testing.T) {
	a := newAPI(t)
	var c created
	a.want(201, "alice", "POST", "/v1/videos", lecture, &c)
	if c.Title != "lecture.mp4" || c.Status != "pending" || c.Upload.Method != "PUT" || c.Upload.Headers["If-None-Match"] != "*" || !strings.HasSuffix(c.Upload.URL, "size=5") {
		t.Errorf("created %+v", c)
	}
	path := "/v1/videos/" + c.ID
	var p Problem
	a.want(409, "alice", "POST", path+"/complete", "", &p)
	if p.Code != "not_uploaded" || p.Status != 409 || p.Type != "urn:cuepipe:problem:not_uploaded" || p.Detail == "" {
		t.Errorf("%+v", p)
	}
	v, err := a.store.Get(t.Context(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	a.objects[v.Source.Key] = "bytes"
	for range 2 { // a client may say so twice
		a.want(202, "alice", "POST", path+"/complete", "", &c)
	}
	if c.Status != "queued" || a.objects["queue/"+c.ID] != "1 after 20s" {
		t.Errorf("%s, queue has %q", c.Status, a.objects["queue/"+c.ID])
	}
	a.want(404, "alice", "GET", path+"/captions/en.vtt", "", &p)
	if p.Code != "no_such_track" || !strings.Contains(p.Detail, "queued") {
		t.Errorf("%+v", p)
	}
	a.objects["videos/x/en.vtt"] = "WEBVTT\n"
	for _, change := range []video.Change{video.Dispatch(1, 0), video.Finish(1, []video.Track{{Name: "en", Language: "en", Kind: video.Machine, Cues: 1,
		Formats: map[string]string{"vtt": "videos/x/en.vtt"}}})} {
		if _, err := a.store.Change(t.Context(), c.ID, change); err != nil {
			t.Fatal(err)
		}
	}
	a.want(200, "alice", "GET", path, "", &c)
	if c.Status != "ready" || len(c.Tracks) != 1 || c.Tracks[0].Formats["vtt"] != path+"/captions/en.vtt" {
		t.Errorf("%+v", c)
	}
	status, header, body := a.do("alice", "GET", c.Tracks[0].Formats["vtt"], "")
	if status != 200 || string(body) != "WEBVTT\n" || header.Get("Content-Type") != "text/vtt; charset=utf-8" || header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%d %q %v", status, body, header)
	}
	for _, file := range []string{"en.srt", "de.vtt", "en.exe", "en", ".vtt"} {
		a.want(404, "alice", "GET", path+"/captions/"+file, "", nil)
	}
	a.want(204, "alice", "DELETE", path, "", nil)
	a.want(404, "alice", "GET", path, "", nil)
	a.want(404, "alice", "DELETE", path, "", nil)
}

func TestSomebodyElsesVideoIsNotThere(t *testing.T) {
	a := newAPI(t)
	var c created
	a.want(201, "alice", "POST", "/v1/videos", lecture, &c)
	for _, r := range [][2]string{{"GET", ""}, {"DELETE", ""}, {"POST", "/complete"}, {"POST", "/retry"}, {"GET", "/parts"}, {"GET", "/source"}, {"GET", "/captions/en.vtt"}, {"GET", "/captions/en.vtt?partial=true"},
		{"GET", "/captions"}, {"GET", "/captions/en-x-a.vtt"}, {"GET", "/captions/en-x-a/versions"}} {
		var theirs, nobodys Problem
		a.want(404, "bob", r[0], "/v1/videos/"+c.ID+r[1], "", &theirs)
		a.want(404, "bob", r[0], "/v1/videos/"+video.NewID()+r[1], "", &nobodys)
		if theirs != nobodys {
			t.Errorf("%s tells somebody else's video from one that is not there", r[0])
		}
	}
	var list struct{ Videos []created }
	a.want(200, "bob", "GET", "/v1/videos", "", &list)
	if len(list.Videos) != 0 {
		t.Errorf("bob sees %d videos", len(list.Videos))
	}
}

func TestEveryRouteWantsAToken(t *testing.T) {
	a := newAPI(t)
	id := "/v1/videos/" + video.NewID()
	for _, r := range [][2]string{{"POST", "/v1/videos"}, {"POST", id + "/complete"}, {"POST", id + "/retry"}, {"POST", id + "/parts"}, {"GET", id + "/parts"}, {"GET", id + "/source"}, {"GET", "/v1/videos"}, {"GET", id}, {"DELETE", id}, {"GET", id + "/captions/en.vtt"},
		{"GET", id + "/captions"}, {"PUT", id + "/captions/en-x-a.vtt"}, {"DELETE", id + "/captions/en-x-a"}, {"GET", id + "/captions/en-x-a/versions"},
		{"POST", id + "/captions/en-x-a/restore"}, {"POST", id + "/check"}} {
		for user, status := range map[string]int{"": 401, "mallory": 401, "outage": 503} {
			var p Problem
			a.want(status, user, r[0], r[1], "{}", &p)
			if status == 401 && p.Code != "unauthorized" || status == 503 && p.Code != "unavailable" {
				t.Errorf("%s %s as %q: %+v", r[0], r[1], user, p)
			}
		}
	}
}

func TestBadRequestsSayWhatToDo(t *testing.T) {
	a := newAPI(t)
	for body, code := range map[string]string{
		"":            "bad_request",
		"{":           "bad_request",
		"[]":          "bad_request",
		"null":        "bad_request",
		lecture + "x": "bad_request",
		`{"filename": "a.mp4", "size": "5", "contentType": "video/mp4"}`:                          "bad_request",
		`{"filename": "a.mp4", "size": 5, "contentType": "video/mp4", "owner": "bob"}`:            "bad_request",
		`{"filename": "", "size": 5, "contentType": "video/mp4"}`:                                 "invalid_filename",
		`{"filename": "/", "size": 5, "contentType": "video/mp4"}`:                                "invalid_filename",
		`{"filename": "a\u0000.mp4", "size": 5, "contentType": "video/mp4"}`:                      "invalid_filename",
		`{"filename": "` + strings.Repeat("ä", 256) + `", "size": 5, "contentType": "video/mp4"}`: "invalid_filename",
		`{"filename": "a.mp4", "size": 0, "contentType": "video/mp4"}`:                            "invalid_size",
		`{"filename": "a.mp4", "size": -1, "contentType": "video/mp4"}`:                           "invalid_size",
		`{"filename": "a.mp4", "size": 107374182401, "contentType": "video/mp4"}`:                 "too_large",
		`{"filename": "a.mp4", "size": 5, "contentType": "text/plain"}`:                           "unsupported_type",
		`{"filename": "a.mp4", "size": 5, "contentType": ""}`:                                     "unsupported_type",
		`{"filename": "` + strings.Repeat("a", 70<<10) + `"}`:                                     "too_large",
	} {
		status, _, b := a.do("alice", "POST", "/v1/videos", body)
		var p Problem
		if err := json.Unmarshal(b, &p); err != nil || p.Code != code || status < 400 || status != p.Status || len(p.Detail) < 20 {
			t.Errorf("%.60s: %d %s", body, status, b)
		}
	}
	a.want(201, "alice", "POST", "/v1/videos", `{"filename": "`+strings.Repeat("ä", 255)+`", "size": 67108864, "contentType": "Audio/MPEG; x=y"}`, nil)
	for _, query := range []string{"limit=0", "limit=101", "limit=x", "cursor=x", "cursor=e30"} {
		a.want(400, "alice", "GET", "/v1/videos?"+query, "", nil)
	}
	for _, path := range []string{"/", "/v1", "/v1/nothing", "/v1/videos/not-an-id", "/v1/videos/" + strings.Repeat("A", 26), "/v2/videos"} {
		a.want(404, "alice", "GET", path, "", nil)
	}
	status, header, _ := a.do("alice", "PATCH", "/v1/videos/"+video.NewID(), "")
	if status != 405 || header.Get("Allow") == "" {
		t.Errorf("PATCH: %d, Allow %q", status, header.Get("Allow"))
	}
}

// film is a request for a video with options.
func film(options string) string {
	return `{"filename": "a.mp4", "size": 5, "contentType": "video/mp4"` + options + `}`
}

func TestWhatIsAskedOfCaptionsIsKeptAndShown(t *testing.T) {
	a := newAPI(t)
	var c struct {
		ID, Language, Profile string
		Names                 []string
		Speakers              *int
	}
	a.want(201, "alice", "POST", "/v1/videos", film(`, "language": "en-GB", "profile": "bbc", "names": [" Siobhán  Ó Briain", "Kubernetes", "Kubernetes", ""]`), &c)
	v, err := a.store.Get(t.Context(), c.ID)
	want := video.Options{Language: "en-GB", Profile: "bbc", Names: []string{"Siobhán Ó Briain", "Kubernetes"}}
	if err != nil || !reflect.DeepEqual(v.Options, want) || c.Language != "en-GB" || c.Profile != "bbc" || len(c.Names) != 2 || c.Speakers != nil {
		t.Errorf("kept %+v, %v; shown %+v", v.Options, err, c)
	}
	for options, code := range map[string]string{
		`, "language": "German"`:                         "invalid_language",
		`, "language": "e"`:                              "invalid_language",
		`, "language": "en_GB"`:                          "invalid_language",
		`, "language": "de"`:                             "language_not_offered",
		`, "speakers": 1`:                                "invalid_speakers",
		`, "speakers": -1`:                               "invalid_speakers",
		`, "speakers": 31`:                               "invalid_speakers",
		`, "speakers": 2.5`:                              "bad_request",
		`, "speakers": 2`:                                "speakers_not_offered",
		`, "profile": "fcc"`:                             "unknown_profile",
		`, "profile": "BBC"`:                             "unknown_profile",
		`, "names": "Ann"`:                               "bad_request",
		`, "names": ["<b>"]`:                             "invalid_names",
		`, "names": ["12"]`:                              "invalid_names",
		`, "names": ["a\u0000b"]`:                        "invalid_names",
		`, "names": ["` + strings.Repeat("a", 61) + `"]`: "invalid_names",
	} {
		var p Problem
		a.want(400, "alice", "POST", "/v1/videos", film(options), &p)
		if p.Code != code || len(p.Detail) < 20 {
			t.Errorf("%.60s: %+v", options, p)
		}
	}
	many := make([]string, 101)
	for i := range many {
		many[i] = fmt.Sprintf("Name%d", i)
	}
	list, _ := json.Marshal(many)
	a.want(400, "alice", "POST", "/v1/videos", film(`, "names": `+string(list)), nil)
}

func TestPagesHaveEveryVideoOnce(t *testing.T) {
	a := newAPI(t)
	for range 7 {
		a.want(201, "alice", "POST", "/v1/videos", lecture, nil)
	}
	seen := map[string]bool{}
	cursor := ""
	for pages := 0; ; pages++ {
		var page struct {
			Videos []created
			Next   string
		}
		a.want(200, "alice", "GET", "/v1/videos?limit=3&cursor="+cursor, "", &page)
		for _, v := range page.Videos {
			if seen[v.ID] {
				t.Errorf("%s is on two pages", v.ID)
			}
			seen[v.ID] = true
		}
		if cursor = page.Next; cursor == "" || pages > 5 {
			break
		}
	}
	if len(seen) != 7 {
		t.Errorf("%d of 7 videos", len(seen))
	}
}

func TestOnlyThePageMayCallFromABrowser(t *testing.T) {
	a := newAPI(t)
	_, header, _ := a.do("", "GET", "/v1/videos", "")
	if header.Get("Access-Control-Allow-Origin") != "https://page.example" {
		t.Error("the page cannot read a problem")
	}
	r := httptest.NewRequest("GET", "/v1/videos", nil)
	r.Header.Set("Origin", "https://evil.example")
	w := httptest.NewRecorder()
	a.server.Config.Handler.ServeHTTP(w, r)
	if got := w.Header().Get("Access-Control-Allow-Origin"); got != "" {
		t.Errorf("evil is allowed as %q", got)
	}
}

// failing is a store behind which the database is down.
type failing struct{ *memvideos.Store }

func (failing) Get(context.Context, string) (video.Video, error) {
	return video.Video{}, errors.New("dial tcp 10.0.0.1: secret detail")
}

func TestWhatFailsOnOurSideTellsNoInternals(t *testing.T) {
	var log bytes.Buffer
	s := &memvideos.Store{}
	h := NewVideos(failing{s}, objects{}, &soFar{}, remover{s}, nil, Options{Tokens: tokens{}, Log: slog.New(slog.NewJSONHandler(&log, nil))})
	r := httptest.NewRequest("GET", "/v1/videos/"+video.NewID(), nil)
	r.Header.Set("Authorization", "Bearer alice")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != 500 || strings.Contains(w.Body.String(), "secret") || !strings.Contains(w.Body.String(), `"internal"`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if !strings.Contains(log.String(), "secret detail") || strings.Contains(log.String(), "Bearer") {
		t.Errorf("log: %s", log.String())
	}
}

func TestTheLogHasNoTokenAndNoSignedURL(t *testing.T) {
	a := newAPI(t)
	a.want(201, "alice", "POST", "/v1/videos", lecture, nil)
	a.want(401, "mallory", "GET", "/v1/videos", "", nil)
	if log := a.log.String(); strings.Contains(log, "mallory") || strings.Contains(log, "s3.example") || strings.Contains(log, "alice") || log == "" {
		t.Errorf("log: %s", log)
	}
}
