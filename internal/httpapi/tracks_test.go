package httpapi

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/httpapi/contract"
	"github.com/cuepipe/cuepipe/internal/video"
)

const (
	oneVTT = "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nOne.\n"
	twoSRT = "1\n00:00:01,000 --> 00:00:02,000\nTwo.\n"
)

// newStudy is an API that is held to its document, and a video of alice's that
// has the machine's captions.
func newStudy(t *testing.T) (a *api, path string) {
	a = newAPI(t)
	a.objects["videos/x/en.vtt"], a.objects["videos/x/en.srt"] = "WEBVTT\n", "1\n"
	path, _ = a.video(readyAs("en")...)
	a.server = httptest.NewServer(contract.Guard(t, a.server.Config.Handler))
	t.Cleanup(a.server.Close)
	return a, path
}

func newTrack(kind string) map[string]string {
	return map[string]string{"Content-Type": kind, "If-None-Match": "*"}
}

func over(etag, kind string) map[string]string {
	return map[string]string{"Content-Type": kind, "If-Match": etag}
}

// track does a request that answers with a track.
func (a *api) track(status int, method, path, body string, headers map[string]string) (b trackBody, header http.Header) {
	a.t.Helper()
	got, header, text := a.send("alice", method, path, body, headers)
	if got != status {
		a.t.Fatalf("%s %s: %d %s, want %d", method, path, got, text, status)
	}
	if err := json.Unmarshal(text, &b); err != nil {
		a.t.Fatalf("%s: %v", text, err)
	}
	if header.Get("ETag") != b.ETag || b.ETag == "" {
		a.t.Errorf("the header says %s, the body %s", header.Get("ETag"), b.ETag)
	}
	return b, header
}

func TestATrackOfOnesOwnFromItsFirstVersionToItsEnd(t *testing.T) {
	a, path := newStudy(t)
	first, header := a.track(201, "PUT", path+"/captions/EN-x-Edited.vtt", oneVTT, newTrack("text/vtt"))
	if header.Get("Location") != path+"/captions/en-x-edited.vtt" || first.Name != "en-x-edited" || first.Language != "en" || first.Kind != "human" || first.Version != 1 || first.Cues != 1 || first.SavedAt == "" {
		t.Errorf("%+v, %v", first, header)
	}
	second, _ := a.track(200, "PUT", path+"/captions/en-x-edited.srt", twoSRT, over(first.ETag, "application/x-subrip; charset=utf-8"))
	if second.Version != 2 || second.ETag == first.ETag {
		t.Errorf("%+v", second)
	}
	for query, want := range map[string][2]string{"": {"Two.\n", second.ETag}, "?version=2": {"Two.\n", second.ETag}, "?version=1": {"One.\n", first.ETag}} {
		status, header, body := a.do("alice", "GET", path+"/captions/en-x-edited.txt"+query, "")
		if status != 200 || string(body) != want[0] || header.Get("ETag") != want[1] || header.Get("Content-Language") != "en" || header.Get("Content-Type") != "text/plain; charset=utf-8" {
			t.Errorf("%s: %d %q %v", query, status, body, header)
		}
	}
	var listed struct{ Tracks []trackBody }
	a.want(200, "alice", "GET", path+"/captions", "", &listed)
	var v created
	a.want(200, "alice", "GET", path, "", &v)
	for _, list := range [][]trackBody{listed.Tracks, v.Tracks} {
		if len(list) != 2 || list[0].ETag != second.ETag || list[0].Formats["report"] != path+"/captions/en-x-edited.report" || len(list[0].Formats) != 7 || list[1].Name != "en" || list[1].ETag == "" {
			t.Errorf("%+v", list)
		}
	}
	var versions struct {
		Versions []struct{ Number, Cues int }
	}
	a.want(200, "alice", "GET", path+"/captions/en-x-edited/versions", "", &versions)
	if len(versions.Versions) != 2 || versions.Versions[0].Number != 2 || versions.Versions[1].Number != 1 {
		t.Errorf("%+v", versions)
	}
	third, _ := a.track(200, "POST", path+"/captions/en-x-edited/restore", `{"version": 1}`, over(second.ETag, "application/json"))
	if _, _, body := a.do("alice", "GET", path+"/captions/en-x-edited.vtt", ""); third.Version != 3 || string(body) != oneVTT {
		t.Errorf("restored as %+v, %q", third, body)
	}
	// A new generation of the machine's leaves it as it is.
	a.change(path[len("/v1/videos/"):], video.Replace(1))
	if _, _, body := a.do("alice", "GET", path+"/captions/en-x-edited.vtt?partial=true", ""); string(body) != oneVTT {
		t.Errorf("after a retry: %q", body)
	}
	later := epoch.Add(time.Hour)
	a.store.Now = func() time.Time { return later }
	if status, _, _ := a.send("alice", "DELETE", path+"/captions/en-x-edited", "", over(third.ETag, "text/vtt")); status != 204 {
		t.Errorf("delete: %d", status)
	}
	if a.want(200, "alice", "GET", path, "", &v); !v.UpdatedAt.Equal(later) {
		t.Errorf("the video changed at %v, want %v", v.UpdatedAt, later)
	}
	for _, gone := range []string{".vtt", "/versions", ".vtt?version=1"} {
		var p Problem
		a.want(404, "alice", "GET", path+"/captions/en-x-edited"+gone, "", &p)
		if p.Code != "no_such_track" {
			t.Errorf("%s: %+v", gone, p)
		}
	}
	for key := range a.objects {
		if strings.Contains(key, "/own/") {
			t.Errorf("%s is left", key)
		}
	}
}

func TestAClientThatIsLateHearsOfIt(t *testing.T) {
	a, path := newStudy(t)
	at := path + "/captions/en-x-a"
	first, _ := a.track(201, "PUT", at+".vtt", oneVTT, newTrack("text/vtt"))
	second, _ := a.track(200, "PUT", at+".vtt", strings.Replace(oneVTT, "One", "Two", 1), over(first.ETag, "text/vtt"))
	other := strings.Replace(oneVTT, "One", "Other", 1)
	for name, c := range map[string]struct {
		method, path, body, etag string
		headers                  map[string]string
	}{
		"over an older version":        {"PUT", at + ".vtt", other, second.ETag, over(first.ETag, "text/vtt")},
		"as a new one that is there":   {"PUT", at + ".vtt", other, second.ETag, newTrack("text/vtt")},
		"over one that is not there":   {"PUT", path + "/captions/en-x-b.vtt", other, "", over(first.ETag, "text/vtt")},
		"an older version is deleted":  {"DELETE", at, "", second.ETag, over(first.ETag, "text/vtt")},
		"restored over an older one":   {"POST", at + "/restore", `{"version": 1}`, second.ETag, over(`"x"`, "application/json")},
		"restored, of a version never": {"POST", at + "/restore", `{"version": 7}`, second.ETag, over(first.ETag, "application/json")},
	} {
		status, header, body := a.send("alice", c.method, c.path, c.body, c.headers)
		var p Problem
		if err := json.Unmarshal(body, &p); err != nil || status != 412 || p.Code != "changed_meanwhile" || header.Get("ETag") != c.etag {
			t.Errorf("%s: %d %s, ETag %q", name, status, body, header.Get("ETag"))
		}
	}
	// What was saved is saved again where its answer was lost.
	if again, _ := a.track(200, "PUT", at+".vtt", strings.Replace(oneVTT, "One", "Two", 1), over(first.ETag, "text/vtt")); again.ETag != second.ETag || again.Version != 2 {
		t.Errorf("again: %+v", again)
	}
}

func TestWhatAClientHasIsNotSentAgain(t *testing.T) {
	a, path := newStudy(t)
	own, _ := a.track(201, "PUT", path+"/captions/en-x-a.vtt", oneVTT, newTrack("text/vtt"))
	status, header, _ := a.do("alice", "GET", path+"/captions/en.vtt", "")
	machine := header.Get("ETag")
	if status != 200 || len(machine) < 3 {
		t.Fatalf("%d, ETag %s", status, machine)
	}
	for _, c := range []struct {
		file, etag string
		status     int
	}{
		{"en-x-a.vtt", own.ETag, 304}, {"en-x-a.srt", own.ETag, 304}, {"en-x-a.vtt", "W/" + own.ETag, 304}, {"en-x-a.vtt", `"other", ` + own.ETag, 304},
		{"en-x-a.vtt", "*", 304}, {"en-x-a.vtt", machine, 200}, {"en.srt", machine, 304}, {"en.srt", own.ETag, 200},
	} {
		status, header, body := a.send("alice", "GET", path+"/captions/"+c.file, "", map[string]string{"If-None-Match": c.etag})
		if status != c.status || (status == 304) != (len(body) == 0) || header.Get("ETag") == "" {
			t.Errorf("%s with %s: %d %q %v", c.file, c.etag, status, body, header)
		}
	}
	// The machine's next captions are others.
	id := path[len("/v1/videos/"):]
	for _, c := range []video.Change{video.Replace(1), video.Record(2, fourParts),
		video.Finish(2, []video.Track{{Name: "en", Language: "en", Kind: video.Machine, Formats: map[string]string{"vtt": "videos/x/en.vtt"}}})} {
		a.change(id, c)
	}
	if status, _, _ := a.send("alice", "GET", path+"/captions/en.vtt", "", map[string]string{"If-None-Match": machine}); status != 200 {
		t.Errorf("after a retry: %d", status)
	}
}

func TestBadRequestsForTracksSayWhatToDo(t *testing.T) {
	a, path := newStudy(t)
	own, _ := a.track(201, "PUT", path+"/captions/en-x-a.vtt", oneVTT, newTrack("text/vtt"))
	v := video.New(video.OwnerID("issuer", "alice"), "film.mp4", "video/mp4", 5, epoch, epoch)
	if err := a.store.Create(t.Context(), v); err != nil {
		t.Fatal(err)
	}
	pending := "/v1/videos/" + v.ID
	at := path + "/captions/"
	for name, c := range map[string]struct {
		method, path, body string
		headers            map[string]string
		status             int
		code               string
	}{
		"the machine's track":            {"PUT", at + "en.vtt", oneVTT, newTrack("text/vtt"), 400, "not_your_track"},
		"the machine's, with a region":   {"PUT", at + "pt-BR.srt", twoSRT, newTrack("text/vtt"), 400, "not_your_track"},
		"the machine's is deleted":       {"DELETE", at + "en", "", over(own.ETag, "text/vtt"), 400, "not_your_track"},
		"the machine's is restored":      {"POST", at + "en/restore", `{"version": 1}`, over(own.ETag, "application/json"), 400, "not_your_track"},
		"no name":                        {"PUT", at + "my%20film.vtt", oneVTT, newTrack("text/vtt"), 400, "invalid_track_name"},
		"nothing after the x":            {"PUT", at + "en-x.vtt", oneVTT, newTrack("text/vtt"), 400, "invalid_track_name"},
		"a name that climbs":             {"PUT", at + "en-x-..%2F..%2Fa.vtt", oneVTT, newTrack("text/vtt"), 400, "invalid_track_name"},
		"deleted with a format":          {"DELETE", at + "en-x-a.vtt", "", over(own.ETag, "text/vtt"), 400, "invalid_track_name"},
		"no format":                      {"PUT", at + "en-x-a", oneVTT, newTrack("text/vtt"), 400, "invalid_track_name"},
		"another format":                 {"PUT", at + "en-x-a.ttml", oneVTT, newTrack("text/vtt"), 400, "invalid_track_name"},
		"another type":                   {"PUT", at + "en-x-b.vtt", oneVTT, newTrack("application/json"), 415, "unsupported_type"},
		"nothing about the version":      {"PUT", at + "en-x-a.vtt", oneVTT, map[string]string{"Content-Type": "text/vtt"}, 428, "precondition_required"},
		"any version":                    {"PUT", at + "en-x-a.vtt", oneVTT, over("*", "text/vtt"), 428, "precondition_required"},
		"deleted in any version":         {"DELETE", at + "en-x-a", "", nil, 428, "precondition_required"},
		"restored over any version":      {"POST", at + "en-x-a/restore", `{"version": 1}`, nil, 428, "precondition_required"},
		"deleted as a new one":           {"DELETE", at + "en-x-a", "", newTrack("text/vtt"), 400, "bad_request"},
		"both headers":                   {"PUT", at + "en-x-a.vtt", oneVTT, map[string]string{"Content-Type": "text/vtt", "If-Match": own.ETag, "If-None-Match": "*"}, 400, "bad_request"},
		"two ETags":                      {"PUT", at + "en-x-a.vtt", oneVTT, over(own.ETag+", "+own.ETag, "text/vtt"), 400, "bad_request"},
		"a weak ETag":                    {"PUT", at + "en-x-a.vtt", oneVTT, over("W/"+own.ETag, "text/vtt"), 400, "bad_request"},
		"another If-None-Match":          {"PUT", at + "en-x-b.vtt", oneVTT, map[string]string{"Content-Type": "text/vtt", "If-None-Match": own.ETag}, 400, "bad_request"},
		"no captions":                    {"PUT", at + "en-x-b.vtt", "hello", newTrack("text/vtt"), 400, "invalid_captions"},
		"nothing at all":                 {"PUT", at + "en-x-b.vtt", "", newTrack("text/vtt"), 400, "invalid_captions"},
		"too large":                      {"PUT", at + "en-x-b.vtt", oneVTT + strings.Repeat("\n", 4<<20), newTrack("text/vtt"), 413, "too_large"},
		"not uploaded yet":               {"PUT", pending + "/captions/en-x-b.vtt", oneVTT, newTrack("text/vtt"), 409, "not_uploaded"},
		"restored to nothing":            {"POST", at + "en-x-a/restore", `{}`, over(own.ETag, "application/json"), 400, "bad_request"},
		"restored to what is not there":  {"POST", at + "en-x-a/restore", `{"version": 2}`, over(own.ETag, "application/json"), 404, "no_such_version"},
		"restored, but there is none":    {"POST", at + "en-x-b/restore", `{"version": 1}`, over(own.ETag, "application/json"), 404, "no_such_track"},
		"deleted, but there is none":     {"DELETE", at + "en-x-b", "", over(own.ETag, "text/vtt"), 404, "no_such_track"},
		"a version that is not there":    {"GET", at + "en-x-a.vtt?version=2", "", nil, 404, "no_such_version"},
		"a version of the machine's":     {"GET", at + "en.vtt?version=1", "", nil, 404, "no_such_version"},
		"a version that is no number":    {"GET", at + "en-x-a.vtt?version=one", "", nil, 400, "bad_request"},
		"versions of the machine's":      {"GET", at + "en/versions", "", nil, 400, "not_your_track"},
		"a format that nobody writes":    {"GET", at + "en-x-a.exe", "", nil, 404, "no_such_track"},
		"checked as nothing":             {"POST", path + "/check", oneVTT, map[string]string{"Content-Type": "text/plain"}, 415, "unsupported_type"},
		"checked, but they are no such":  {"POST", path + "/check", "WEBVTT\n\nlost\n", map[string]string{"Content-Type": "text/vtt"}, 400, "invalid_captions"},
		"checked, of nobody's video":     {"POST", "/v1/videos/" + video.NewID() + "/check", oneVTT, map[string]string{"Content-Type": "text/vtt"}, 404, "not_found"},
		"saved, of nobody's video":       {"PUT", "/v1/videos/" + video.NewID() + "/captions/en-x-a.vtt", oneVTT, newTrack("text/vtt"), 404, "not_found"},
		"the name is longer than can be": {"PUT", at + "en-x-" + strings.Repeat("abcdefg-", 7) + "a.vtt", oneVTT, newTrack("text/vtt"), 400, "invalid_track_name"},
	} {
		status, _, body := a.send("alice", c.method, c.path, c.body, c.headers)
		var p Problem
		if err := json.Unmarshal(body, &p); err != nil || status != c.status || p.Code != c.code || len(p.Detail) < 20 {
			t.Errorf("%s: %d %s, want %d %s", name, status, body, c.status, c.code)
		}
	}
	for n := 1; n < video.MostOwnTracks; n++ {
		a.track(201, "PUT", fmt.Sprintf("%sen-x-%d.vtt", at, n), oneVTT, newTrack("text/vtt"))
	}
	status, _, body := a.send("alice", "PUT", at+"en-x-more.vtt", oneVTT, newTrack("text/vtt"))
	if status != 409 || !strings.Contains(string(body), "too_many_tracks") {
		t.Errorf("one more: %d %s", status, body)
	}
	if log := a.log.String(); strings.Contains(log, "One.") || strings.Contains(log, own.ETag[1:len(own.ETag)-1]) {
		t.Error("the log has what was saved")
	}
}

func TestSomebodyElsesTracksAreNotThere(t *testing.T) {
	a, path := newStudy(t)
	own, _ := a.track(201, "PUT", path+"/captions/en-x-a.vtt", oneVTT, newTrack("text/vtt"))
	for _, c := range []struct {
		method, path, body string
		headers            map[string]string
	}{
		{"PUT", "/captions/en-x-a.vtt", oneVTT, over(own.ETag, "text/vtt")}, {"PUT", "/captions/en-x-b.vtt", oneVTT, newTrack("text/vtt")},
		{"DELETE", "/captions/en-x-a", "", over(own.ETag, "text/vtt")}, {"GET", "/captions/en-x-a.vtt", "", nil}, {"GET", "/captions", "", nil},
		{"GET", "/captions/en-x-a/versions", "", nil}, {"POST", "/captions/en-x-a/restore", `{"version": 1}`, over(own.ETag, "application/json")},
		{"POST", "/check", oneVTT, map[string]string{"Content-Type": "text/vtt"}},
	} {
		if status, _, body := a.send("bob", c.method, path+c.path, c.body, c.headers); status != 404 || !strings.Contains(string(body), `"not_found"`) {
			t.Errorf("%s %s as bob: %d %s", c.method, c.path, status, body)
		}
	}
	if _, _, body := a.do("alice", "GET", path+"/captions/en-x-a.vtt", ""); string(body) != oneVTT {
		t.Errorf("it is %q now", body)
	}
}

func TestCheck(t *testing.T) {
	a, path := newStudy(t)
	keys := len(a.objects)
	var r struct {
		Profile  string
		Cues     int
		Findings []struct{ Rule string }
	}
	long := strings.Replace(oneVTT, "One.", strings.Repeat("word ", 20), 1)
	for kind, body := range map[string]string{"text/vtt": long, "application/x-subrip": strings.Replace(twoSRT, "Two.", strings.Repeat("word ", 20), 1)} {
		status, _, text := a.send("alice", "POST", path+"/check", body, map[string]string{"Content-Type": kind})
		if err := json.Unmarshal(text, &r); err != nil || status != 200 || r.Profile != "default" || r.Cues != 1 || len(r.Findings) == 0 || r.Findings[0].Rule != "line_length" {
			t.Errorf("%s: %d %s", kind, status, text)
		}
	}
	if len(a.objects) != keys {
		t.Error("a check stores something")
	}
	// It is by the guide that was asked for.
	a.change(path[len("/v1/videos/"):], video.Replace(1).Asking(video.Options{Profile: "dcmp"}))
	_, _, text := a.send("alice", "POST", path+"/check", oneVTT, map[string]string{"Content-Type": "text/vtt"})
	if err := json.Unmarshal(text, &r); err != nil || r.Profile != "dcmp" {
		t.Errorf("%s", text)
	}
}

func TestPeoplesTracksAreBeforeTheMachines(t *testing.T) {
	a, path := newStudy(t)
	id := path[len("/v1/videos/"):]
	v, err := a.store.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	for n, name := range []string{"en-x-b", "en-x-a"} {
		c, _, err := video.SaveOwn(v, name, video.Version{ID: video.NewID(), SavedAt: epoch.Add(video.MaxDuration * 1 << n)})
		if err != nil {
			t.Fatal(err)
		}
		a.change(id, c)
		if v, err = a.store.Get(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	var listed struct{ Tracks []trackBody }
	a.want(200, "alice", "GET", path+"/captions", "", &listed)
	var names []string
	for _, b := range listed.Tracks {
		names = append(names, b.Name+" "+b.Kind)
	}
	if !slices.Equal(names, []string{"en-x-a human", "en-x-b human", "en machine"}) {
		t.Errorf("%v", names)
	}
}
