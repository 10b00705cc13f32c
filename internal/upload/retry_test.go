package upload

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/memvideos"
	"github.com/cuepipe/cuepipe/internal/video"
)

const owner = "owner"

// somebody has a video in a store, its file, and a queue. Every call may fail:
// before its effect, or after it, so that its answer is lost.
type somebody struct {
	*memvideos.Store
	InParts // nil: its file is sent as a whole
	id      string
	noFile  bool
	queue   []message
	at      int // the call that fails, from 1
	after   bool
	calls   []string
	// meanwhile happens right before the video is changed.
	meanwhile func()
}

type message struct {
	generation int
	delay      time.Duration
}

var errCrash = errors.New("the function was killed")

func (s *somebody) call(name string, effect func() error) error {
	s.calls = append(s.calls, name)
	if len(s.calls) != s.at {
		return effect()
	}
	if s.after {
		_ = effect() // whatever it said is lost
	}
	return errCrash
}

func (s *somebody) Get(ctx context.Context, id string) (v video.Video, err error) {
	err = s.call("get", func() error { v, err = s.Store.Get(ctx, id); return err })
	return v, err
}

func (s *somebody) Change(ctx context.Context, id string, c video.Change) (v video.Video, err error) {
	if s.meanwhile != nil {
		s.meanwhile()
	}
	err = s.call(c.Name, func() error { v, err = s.Store.Change(ctx, id, c); return err })
	return v, err
}

func (s *somebody) PresignPut(context.Context, string, string, int64, time.Duration) (string, map[string]string, error) {
	return "", nil, errors.New("nothing is uploaded here")
}

func (s *somebody) PresignGet(context.Context, video.Source, string, string, time.Duration) (string, error) {
	return "", errors.New("nothing is played here")
}

func (s *somebody) Remove(context.Context, video.Source) error {
	return errors.New("nothing is removed here")
}

func (s *somebody) Stat(_ context.Context, key string) (source video.Source, size int64, err error) {
	err = s.call("stat", func() error {
		if s.noFile {
			return fmt.Errorf("stat: %w", video.ErrNoObject)
		}
		source, size = video.Source{Key: key, VersionID: "v1"}, 5
		return nil
	})
	return source, size, err
}

func (s *somebody) Announce(_ context.Context, _ string, generation int, delay time.Duration) error {
	return s.call("announce", func() error {
		s.queue = append(s.queue, message{generation, delay})
		return nil
	})
}

func (s *somebody) uploader() Uploader { return Uploader{Videos: s, Objects: s, Queue: s} }

func (s *somebody) now(t *testing.T) video.Video {
	t.Helper()
	v, err := s.Store.Get(t.Context(), s.id)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// waysTo lead a pending video of one segment to a status.
var waysTo = map[video.Status][]video.Change{
	video.Pending:     nil,
	video.Queued:      {video.Arrive()},
	video.Captioning:  {video.Record(1, onePart), video.Dispatch(1, 1)},
	video.Ready:       {video.Record(1, onePart), video.Dispatch(1, 1), video.FinishSegment(1, 0), video.Finish(1, []video.Track{{Name: "en"}})},
	video.Uncaptioned: {video.LeaveUncaptioned(1, video.NoSpeech)},
	video.Failed:      {video.Fail(1, video.GaveUp)},
	video.Deleting:    {video.Delete()},
	video.Deleted:     {video.Delete(), video.Bury(time.Now())},
}

var onePart = video.Plan{Segments: 1, Source: video.Source{Key: "k", VersionID: "v1"}}

func withVideo(t *testing.T, status video.Status) *somebody {
	t.Helper()
	s := &somebody{Store: &memvideos.Store{}}
	v := video.New(owner, "film.mp4", "video/mp4", 5, time.Now(), time.Time{})
	s.id = v.ID
	if err := s.Create(t.Context(), v); err != nil {
		t.Fatal(err)
	}
	for _, c := range waysTo[status] {
		s.change(t, c)
	}
	if got := s.now(t).Status; got != status {
		t.Fatalf("it is %s, want %s", got, status)
	}
	return s
}

func (s *somebody) change(t *testing.T, c video.Change) {
	t.Helper()
	if _, err := s.Store.Change(t.Context(), s.id, c); err != nil {
		t.Fatal(err)
	}
}

func TestRetryBeginsTheNextGeneration(t *testing.T) {
	for _, status := range []video.Status{video.Queued, video.Captioning, video.Ready, video.Uncaptioned, video.Failed} {
		s := withVideo(t, status)
		v, err := s.uploader().Retry(t.Context(), owner, s.id, nil)
		if err != nil || v.Status != video.Queued || v.Generation != 2 || v.Segments != 0 || v.Tracks != nil || v.Failure != nil {
			t.Errorf("%s: %+v, %v", status, v, err)
		}
		if !slices.Equal(s.queue, []message{{2, EventGrace}, {2, 0}}) {
			t.Errorf("%s: announced %v", status, s.queue)
		}
	}
}

func TestRetryOfWhatIsNotCaptionedYet(t *testing.T) {
	s := withVideo(t, video.Pending)
	v, err := s.uploader().Retry(t.Context(), owner, s.id, nil)
	if err != nil || v.Status != video.Queued || v.Generation != 1 || !slices.Equal(s.queue, []message{{1, EventGrace}}) {
		t.Errorf("uploaded: %+v, %v, announced %v", v, err, s.queue)
	}
}

func TestWhatCannotBeRetriedStaysAsItIs(t *testing.T) {
	for name, c := range map[string]struct {
		status  video.Status
		who     string
		refusal string // empty: not found
	}{
		"nothing was uploaded":      {video.Pending, owner, "not_uploaded"},
		"the source is gone":        {video.Ready, owner, "source_missing"},
		"the source is gone early":  {video.Captioning, owner, "source_missing"},
		"it is being deleted":       {video.Deleting, owner, ""},
		"it is deleted":             {video.Deleted, owner, ""},
		"it is deleted, for nobody": {video.Deleted, "", ""},
		"it is somebody else's":     {video.Ready, "other", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := withVideo(t, c.status)
			s.noFile = true
			before := s.now(t)
			_, err := s.uploader().Retry(t.Context(), c.who, s.id, nil)
			var refusal *Refusal
			if c.refusal == "" && !errors.Is(err, video.ErrNotFound) || c.refusal != "" && (!errors.As(err, &refusal) || refusal.Code != c.refusal) {
				t.Errorf("%v", err)
			}
			if got := s.now(t); !got.UpdatedAt.Equal(before.UpdatedAt) || len(s.queue) != 0 {
				t.Errorf("it became %+v, announced %v", got, s.queue)
			}
		})
	}
}

func TestSomebodyElseIsFasterThanARetry(t *testing.T) {
	for name, c := range map[string]struct {
		from      video.Status
		meanwhile []video.Change
		err       error
	}{
		"another retry":            {video.Ready, []video.Change{video.Replace(1)}, nil},
		"two of them":              {video.Failed, []video.Change{video.Replace(1), video.Replace(2)}, nil},
		"a retry that has an end":  {video.Ready, []video.Change{video.Replace(1), video.Fail(2, video.NotMedia)}, nil},
		"the end of the old one":   {video.Captioning, []video.Change{video.Fail(1, video.NotMedia)}, nil},
		"a delete":                 {video.Ready, []video.Change{video.Delete()}, video.ErrNotFound},
		"a delete and its end":     {video.Ready, []video.Change{video.Delete(), video.Bury(time.Now())}, video.ErrNotFound},
		"the upload's event":       {video.Pending, []video.Change{video.Arrive()}, nil},
		"a delete of a new upload": {video.Pending, []video.Change{video.Delete()}, video.ErrNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			s := withVideo(t, c.from)
			s.meanwhile = func() {
				for _, change := range c.meanwhile {
					s.change(t, change)
				}
			}
			v, err := s.uploader().Retry(t.Context(), owner, s.id, nil)
			if !errors.Is(err, c.err) || err != nil && c.err == nil {
				t.Fatalf("%v", err)
			}
			if now := s.now(t); err == nil && (v.Status != now.Status || v.Generation != now.Generation) {
				t.Errorf("told of %s %d, and it is %s %d", v.Status, v.Generation, now.Status, now.Generation)
			}
		})
	}
}

// What one asks for is not silently what another had asked for.
func TestARetryThatAsksForSomethingElseHappensOrSaysThatItDidNot(t *testing.T) {
	asked := video.Options{Profile: "bbc", Names: []string{" Ann  Lee"}}
	s := withVideo(t, video.Ready)
	v, err := s.uploader().Retry(t.Context(), owner, s.id, &asked)
	if err != nil || v.Generation != 2 || v.Options.Profile != "bbc" || v.Options.Names[0] != "Ann Lee" || asked.Names[0] != " Ann  Lee" {
		t.Errorf("%+v, %v", v, err)
	}
	for name, c := range map[string]struct {
		from      video.Status
		meanwhile video.Change
		options   video.Options
		code      string
	}{
		"another retry":    {video.Ready, video.Replace(1), asked, "retried_meanwhile"},
		"what cannot be":   {video.Ready, video.Change{}, video.Options{Profile: "none"}, "unknown_profile"},
		"no service":       {video.Ready, video.Change{}, video.Options{Language: "de"}, "language_not_offered"},
		"nothing is there": {video.Pending, video.Change{}, asked, "not_uploaded"},
	} {
		s := withVideo(t, c.from)
		if c.meanwhile.Name != "" {
			s.meanwhile = func() { s.change(t, c.meanwhile) }
		}
		_, err := s.uploader().Retry(t.Context(), owner, s.id, &c.options)
		var refusal *Refusal
		if !errors.As(err, &refusal) || refusal.Code != c.code || s.now(t).Options.Profile != "" {
			t.Errorf("%s: %v, %+v", name, err, s.now(t).Options)
		}
	}
}

// Wherever a retry is cut short, either nothing has changed, or the video waits
// for a message that is on its way; and the next retry starts it.
func TestARetryThatIsCutShortLeavesNothingStuck(t *testing.T) {
	for _, status := range []video.Status{video.Pending, video.Queued, video.Captioning, video.Ready, video.Uncaptioned, video.Failed} {
		whole := withVideo(t, status)
		if _, err := whole.uploader().Retry(t.Context(), owner, whole.id, nil); err != nil {
			t.Fatal(err)
		}
		for at := 1; at <= len(whole.calls); at++ {
			for _, after := range []bool{false, true} {
				s := withVideo(t, status)
				before := s.now(t)
				s.at, s.after = at, after
				name := fmt.Sprintf("%s, %s (call %d, after it: %v)", status, whole.calls[at-1], at, after)
				if _, err := s.uploader().Retry(t.Context(), owner, s.id, nil); !errors.Is(err, errCrash) {
					t.Errorf("%s: %v", name, err)
				}
				v := s.now(t)
				onItsWay := slices.ContainsFunc(s.queue, func(m message) bool { return m.generation == v.Generation })
				if !v.UpdatedAt.Equal(before.UpdatedAt) && (v.Status != video.Queued || !onItsWay) {
					t.Errorf("%s: it is stuck: %s, generation %d, announced %v", name, v.Status, v.Generation, s.queue)
				}
				s.at = 0
				if v, err := s.uploader().Retry(t.Context(), owner, s.id, nil); err != nil || v.Status != video.Queued || s.queue[len(s.queue)-1].generation != v.Generation {
					t.Errorf("%s, then again: %+v, %v, announced %v", name, v, err, s.queue)
				}
			}
		}
	}
}
