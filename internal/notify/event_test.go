package notify

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/cuepipe/cuepipe/internal/video"
)

var now = time.Date(2026, 3, 20, 9, 48, 43, 250_000_000, time.UTC)

// standing is a video in work, planned for one segment.
func standing(status video.Status) video.Video {
	v := video.New("0123456789abcdef0123456789abcdef", "holiday.mp4", "video/mp4", 1, now.Add(-time.Minute), time.Time{})
	v.Status, v.Segments, v.Duration, v.UpdatedAt = status, 1, 61500*time.Millisecond, now.Add(-time.Second)
	return v
}

func english() []video.Track {
	return []video.Track{{Name: "en", Language: "en", Kind: video.Machine, Cues: 17, Formats: map[string]string{"vtt": "videos/x"}}}
}

// Every change that there is: those that bring a video to its end are told, and
// no others.
func TestEndsAndNothingElseAreTold(t *testing.T) {
	seen := func(s video.Status) video.Video { return standing(s) }
	for _, c := range []struct {
		what   string
		from   video.Status
		change func(v video.Video) video.Change
		told   bool
	}{
		{"captioned", video.Captioning, func(video.Video) video.Change { return video.Finish(1, english()) }, true},
		{"captioned while it is dispatched", video.Queued, func(video.Video) video.Change { return video.Finish(1, english()) }, true},
		{"nothing to caption", video.Queued, func(video.Video) video.Change { return video.LeaveUncaptioned(1, video.NoAudio) }, true},
		{"no media", video.Pending, func(video.Video) video.Change { return video.Fail(1, video.NotMedia) }, true},
		{"a dead letter", video.Captioning, func(video.Video) video.Change { return video.Fail(1, video.GaveUp) }, true},
		{"given up by the sweeper", video.Captioning, func(v video.Video) video.Change { return video.GiveUp(v) }, true},
		{"uploaded", video.Pending, func(video.Video) video.Change { return video.Arrive() }, false},
		{"dispatched", video.Queued, func(video.Video) video.Change { return video.Dispatch(1, 1) }, false},
		{"heard", video.Captioning, func(video.Video) video.Change { return video.Hear(1, 0, time.Second) }, false},
		{"a segment is done", video.Captioning, func(video.Video) video.Change { return video.FinishSegment(1, 0) }, false},
		{"at a service", video.Captioning, func(video.Video) video.Change { return video.Await(1) }, false},
		{"longer than planned", video.Captioning, func(video.Video) video.Change { return video.Extend(1, video.Longer{Duration: time.Hour, Segments: 2}) }, false},
		{"swept", video.Captioning, func(v video.Video) video.Change { return video.Sweep(v) }, false},
		{"retried", video.Ready, func(video.Video) video.Change { return video.Replace(1) }, false},
		{"retried after a failure", video.Failed, func(video.Video) video.Change { return video.Replace(1) }, false},
		{"replaced in work", video.Captioning, func(video.Video) video.Change { return video.Replace(1) }, false},
		{"deleted", video.Ready, func(video.Video) video.Change { return video.Delete() }, false},
		{"deleted in work", video.Captioning, func(video.Video) video.Change { return video.Delete() }, false},
		{"forgotten", video.Deleting, func(video.Video) video.Change { return video.Forget() }, false},
		{"buried", video.Deleting, func(video.Video) video.Change { return video.Bury(now) }, false},
	} {
		before := seen(c.from)
		after, err := c.change(before).Apply(before, now)
		if err != nil {
			t.Fatalf("%s: %v", c.what, err)
		}
		if got := ended(before, after); got != c.told {
			t.Errorf("%s: told: %v, want %v", c.what, got, c.told)
		}
	}
	for _, status := range Ends() {
		v := standing(status)
		saved := v
		saved.UpdatedAt = now
		if ended(v, saved) {
			t.Errorf("a person's track is saved: a video that is %s is told again", status)
		}
		next := v
		next.Generation++
		if !ended(v, next) {
			t.Errorf("the next generation is %s, too, and is not told", status)
		}
		if !ended(video.Video{}, v) {
			t.Errorf("an item that begins as %s is not told", status)
		}
	}
}

// schema is docs/event.schema.json.
func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	s, err := c.Compile("../../docs/event.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// valid reads an event's JSON and holds it against the schema.
func valid(t *testing.T, s *jsonschema.Schema, text []byte) error {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate(value)
}

func TestEventsKeepToTheirSchema(t *testing.T) {
	s := schema(t)
	signer, err := NewSigner(strings.Repeat("k", leastSecret), "cuepipe-test")
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range []video.Change{video.Finish(1, english()), video.LeaveUncaptioned(1, video.NoSpeech), video.Fail(1, video.GaveUp)} {
		for _, duration := range []time.Duration{0, 61500 * time.Millisecond} {
			v := standing(video.Captioning)
			v.Duration = duration
			v, err := change.Apply(v, now)
			if err != nil {
				t.Fatal(err)
			}
			e := eventOf(v)
			for range 2 { // without a signature, then with one
				text, err := json.Marshal(e)
				if err != nil {
					t.Fatal(err)
				}
				if err := valid(t, s, text); err != nil {
					t.Errorf("%s: %v", text, err)
				}
				for _, secret := range []string{"holiday", "video/mp4", "videos/x"} {
					if strings.Contains(string(text), secret) {
						t.Errorf("the event has %q: %s", secret, text)
					}
				}
				if e.Signature, err = signer.Sign(e); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	for _, wrong := range []string{
		`{}`,
		`{"id":"mfrggzdfmztwq2lknnwg23tpoa/1","video":"mfrggzdfmztwq2lknnwg23tpoa","owner":"0123456789abcdef0123456789abcdef","generation":1,"status":"failed","tracks":[],"endedAt":"2026-03-20T09:48:43.25Z"}`,
		`{"id":"mfrggzdfmztwq2lknnwg23tpoa/1","video":"mfrggzdfmztwq2lknnwg23tpoa","owner":"0123456789abcdef0123456789abcdef","generation":1,"status":"ready","tracks":[],"endedAt":"today"}`,
		`{"id":"mfrggzdfmztwq2lknnwg23tpoa/1","video":"mfrggzdfmztwq2lknnwg23tpoa","owner":"0123456789abcdef0123456789abcdef","generation":1,"status":"ready","tracks":[],"endedAt":"2026-03-20T09:48:43.25Z","title":"holiday.mp4"}`,
	} {
		if valid(t, s, []byte(wrong)) == nil {
			t.Errorf("the schema takes %s", wrong)
		}
	}
}

func TestOnlyTheMachinesTracksAreTold(t *testing.T) {
	v := standing(video.Ready)
	v.Tracks = append([]video.Track{{Name: "en-x-edited", Language: "en", Kind: "human"}}, english()...)
	if e := eventOf(v); len(e.Tracks) != 1 || e.Tracks[0] != (Track{"en", "en", 17}) || e.Duration != 61.5 || e.EndedAt != "2026-03-20T09:48:42.25Z" {
		t.Errorf("%+v", e)
	}
}
