package httpapi

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/caption"
	"github.com/cuepipe/cuepipe/internal/video"
)

// video makes one of alice's that has gone through changes.
func (a *api) video(changes ...video.Change) (path string, v video.Video) {
	a.t.Helper()
	var c created
	a.want(201, "alice", "POST", "/v1/videos", lecture, &c)
	for _, change := range changes {
		a.change(c.ID, change)
	}
	v, err := a.store.Get(a.t.Context(), c.ID)
	if err != nil {
		a.t.Fatal(err)
	}
	return "/v1/videos/" + c.ID, v
}

func (a *api) change(id string, c video.Change) {
	a.t.Helper()
	if _, err := a.store.Change(a.t.Context(), id, c); err != nil {
		a.t.Fatal(err)
	}
}

var fourParts = video.Plan{Source: video.Source{Key: "k", VersionID: "v1"}, Duration: 410 * time.Second, SegmentLength: 2 * time.Minute, Segments: 4}

// inWork are the changes of a film of which the first two minutes are done.
func inWork() []video.Change {
	return []video.Change{video.Record(1, fourParts), video.Dispatch(1, 4), video.FinishSegment(1, 0)}
}

func readyAs(name string) []video.Change {
	formats := map[string]string{"vtt": "videos/x/en.vtt", "srt": "videos/x/en.srt"}
	return append(inWork(), video.Finish(1, []video.Track{{Name: name, Language: name, Kind: video.Machine, Formats: formats}}))
}

var firstCues = caption.Track{Language: "en", Cues: []caption.Cue{{Start: time.Second, End: 2 * time.Second, Lines: []string{"So far."}}}}

func TestCaptionsOfWhatIsInWorkSayHowFarTheyGo(t *testing.T) {
	a := newAPI(t)
	path, _ := a.video(inWork()...)
	for _, step := range []struct {
		soFar
		file, vtt, header, language string
	}{
		{soFar{}, "fr.vtt", "WEBVTT\n\nNOTE Partial: captions so far, to 00:00:00.000. The rest is still in work.\n", "until=0.000", ""},
		{soFar{}, "und.srt", "", "until=0.000", ""},
		{soFar{track: firstCues, until: 119620 * time.Millisecond}, "en.vtt",
			"WEBVTT\n\nNOTE Partial: captions so far, to 00:01:59.620. The rest is still in work.\n\n00:00:01.000 --> 00:00:02.000\nSo far.\n", "until=119.620", "en"},
		{soFar{track: firstCues, until: 119620 * time.Millisecond}, "und.srt", "1\n00:00:01,000 --> 00:00:02,000\nSo far.\n", "until=119.620", "en"},
	} {
		*a.early = step.soFar
		status, header, body := a.do("alice", "GET", path+"/captions/"+step.file+"?partial=true", "")
		if status != 200 || string(body) != step.vtt || header.Get("Cuepipe-Partial") != step.header || header.Get("Content-Language") != step.language ||
			header.Get("Cache-Control") != "no-store" || !strings.Contains(header.Get("Content-Type"), map[bool]string{true: "text/vtt", false: "subrip"}[strings.HasSuffix(step.file, "vtt")]) {
			t.Errorf("%s: %d %q %v", step.file, status, body, header)
		}
		if !strings.Contains(header.Get("Access-Control-Expose-Headers"), "Cuepipe-Partial") {
			t.Error("a page cannot read that they are partial")
		}
	}
	// Without being asked for, half a track is none.
	var p Problem
	a.want(404, "alice", "GET", path+"/captions/en.vtt", "", &p)
	if p.Code != "no_such_track" || !strings.Contains(p.Detail, "?partial=true") {
		t.Errorf("%+v", p)
	}
}

func TestPartialCaptionsThatCannotBe(t *testing.T) {
	a := newAPI(t)
	a.early.track = firstCues
	queued, _ := a.video(video.Arrive())
	captioning, _ := a.video(inWork()...)
	pending, _ := a.video()
	failed, _ := a.video(video.Fail(1, video.TooLong))
	silent, _ := a.video(video.LeaveUncaptioned(1, video.NoAudio))
	for _, c := range []struct {
		path, query, code, says string
		status                  int
	}{
		{captioning + "/captions/de.vtt", "partial=true", "no_such_track", `the language "en"`, 404},
		{queued + "/captions/en.exe", "partial=true", "no_such_track", "und.vtt", 404},
		{queued + "/captions/.vtt", "partial=true", "no_such_track", "und.vtt", 404},
		{queued + "/captions/no_tag.vtt", "partial=true", "no_such_track", "und.vtt", 404},
		{captioning + "/captions/en.vtt", "partial=false", "bad_request", `must be "true"`, 400},
		{captioning + "/captions/en.vtt", "partial", "bad_request", `must be "true"`, 400},
		{captioning + "/captions/en.vtt", "partial=1", "bad_request", `must be "true"`, 400},
		{pending + "/captions/en.vtt", "partial=true", "no_such_track", "pending", 404},
		{failed + "/captions/en.vtt", "partial=true", "no_such_track", video.TooLong.Message, 404},
		{silent + "/captions/und.vtt", "partial=true", "no_such_track", video.NoAudio.Message, 404},
	} {
		var p Problem
		a.want(c.status, "alice", "GET", c.path+"?"+c.query, "", &p)
		if p.Code != c.code || !strings.Contains(p.Detail, c.says) {
			t.Errorf("%s?%s: %+v", c.path, c.query, p)
		}
	}
}

func TestPartialOfWhatIsReadyIsTheWhole(t *testing.T) {
	a := newAPI(t)
	a.early.read = func() error { return errors.New("nobody asks for early captions") }
	a.objects["videos/x/en.vtt"], a.objects["videos/x/en.srt"] = "WEBVTT\n", "1\n"
	path, _ := a.video(readyAs("en")...)
	for file, want := range map[string]string{"en.vtt": "WEBVTT\n", "und.vtt": "WEBVTT\n", "en.srt": "1\n"} {
		status, header, body := a.do("alice", "GET", path+"/captions/"+file+"?partial=true", "")
		if status != 200 || string(body) != want || header.Get("Cuepipe-Partial") != "" || header.Get("Cache-Control") == "no-store" {
			t.Errorf("%s: %d %q %v", file, status, body, header)
		}
	}
	a.want(404, "alice", "GET", path+"/captions/de.vtt?partial=true", "", nil)
	a.want(404, "alice", "GET", path+"/captions/und.vtt", "", nil)
}

func TestCaptionsThatGoWhileTheyAreRead(t *testing.T) {
	for name, c := range map[string]struct {
		from    []video.Change
		move    video.Change
		partial string
		says    string
	}{
		"in work, and retried": {inWork(), video.Replace(1), "?partial=true", "queued"},
		"in work, and deleted": {inWork(), video.Delete(), "?partial=true", "deleting"},
		"ready, and retried":   {readyAs("en"), video.Replace(1), "", "queued"},
		"ready, and deleted":   {readyAs("en"), video.Delete(), "", "deleting"},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAPI(t)
			path, v := a.video(c.from...)
			a.reading = func() { a.change(v.ID, c.move) }
			a.early.read = func() error { _, err := a.Get(t.Context(), "videos/x/segments/0.json"); return err }
			var p Problem
			a.want(404, "alice", "GET", path+"/captions/en.vtt"+c.partial, "", &p)
			if !strings.Contains(p.Detail, c.says) {
				t.Errorf("%+v", p)
			}
		})
	}
	// What is missing though nothing has happened is a fault of ours.
	a := newAPI(t)
	path, _ := a.video(readyAs("en")...)
	a.want(500, "alice", "GET", path+"/captions/en.vtt", "", nil)
}

func TestRetry(t *testing.T) {
	a := newAPI(t)
	path, v := a.video(inWork()...)
	var p Problem
	a.want(409, "alice", "POST", path+"/retry", "", &p)
	if p.Code != "source_missing" || !strings.Contains(p.Detail, "Upload it again") {
		t.Errorf("%+v", p)
	}
	a.objects["k"] = "bytes"
	var body videoBody
	a.want(202, "alice", "POST", path+"/retry", "", &body)
	if body.Status != "queued" || body.Progress != nil || a.objects["queue/"+v.ID] != "2 after 0s" {
		t.Errorf("%+v, queue has %q", body, a.objects["queue/"+v.ID])
	}
	pending, _ := a.video()
	for _, options := range []string{"", `{"profile": "bbc"}`} {
		a.want(409, "alice", "POST", pending+"/retry", options, &p)
		if p.Code != "not_uploaded" {
			t.Errorf("%+v", p)
		}
	}
	deleting, _ := a.video(video.Delete())
	a.want(404, "alice", "POST", deleting+"/retry", "", nil)
}

func TestARetryMayAskForSomethingElse(t *testing.T) {
	a := newAPI(t)
	path, v := a.video(readyAs("en")...)
	a.objects["k"] = "bytes"
	for _, c := range []struct {
		body string
		want video.Options
	}{
		{`{"profile": "bbc", "names": ["Siobhán"]}`, video.Options{Profile: "bbc", Names: []string{"Siobhán"}}},
		{"", video.Options{Profile: "bbc", Names: []string{"Siobhán"}}},
		{`{"profile": "ted"}`, video.Options{Profile: "ted"}},
		{"{}", video.Options{}},
	} {
		a.want(202, "alice", "POST", path+"/retry", c.body, nil)
		got, err := a.store.Get(t.Context(), v.ID)
		if err != nil || got.Status != video.Queued || !reflect.DeepEqual(got.Options, c.want) {
			t.Errorf("%s: %s, %+v, %v", c.body, got.Status, got.Options, err)
		}
	}
	before, _ := a.store.Get(t.Context(), v.ID)
	for body, code := range map[string]string{`{"profile": "fcc"}`: "unknown_profile", `{"size": 5}`: "bad_request", `{}{}`: "bad_request", `null`: "",
		`"` + strings.Repeat("a", 70<<10) + `"`: "too_large"} {
		var p Problem
		status, _, answer := a.do("alice", "POST", path+"/retry", body)
		if code == "" { // as JSON has it: nothing is asked
			continue
		}
		if err := json.Unmarshal(answer, &p); err != nil || p.Code != code || status < 400 {
			t.Errorf("%.30s: %d %s", body, status, answer)
		}
	}
	if after, _ := a.store.Get(t.Context(), v.ID); after.Generation > before.Generation+1 {
		t.Errorf("what was refused began generation %d", after.Generation)
	}
}

func TestProgressCountsSoundAndSaysHowLongItTakes(t *testing.T) {
	a := newAPI(t)
	path, v := a.video(inWork()[:2]...)
	for _, step := range []struct {
		change video.Change
		want   string
	}{
		{video.Hear(1, 1, 15*time.Second), `{"done":0,"total":4,"heard":15,"secondsLeft":1860}`},
		{video.FinishSegment(1, 0), `{"done":1,"total":4,"heard":135,"secondsLeft":153}`},
		{video.FinishSegment(1, 3), `{"done":2,"total":4,"heard":185,"secondsLeft":53}`},
		{video.Finish(1, []video.Track{{Name: "en", Language: "en", Kind: video.Machine}}), `{"done":2,"total":4,"heard":185}`},
	} {
		a.change(v.ID, step.change)
		for _, at := range []string{path, "/v1/videos"} {
			if _, _, b := a.do("alice", "GET", at, ""); !strings.Contains(string(b), `"progress":`+step.want) {
				t.Errorf("%s after %s: %s, want %s", at, step.change.Name, b, step.want)
			}
		}
	}
}
