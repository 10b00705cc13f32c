package upload

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/memobjects"
	"github.com/cuepipe/cuepipe/internal/memvideos"
	"github.com/cuepipe/cuepipe/internal/video"
)

func TestPartsAreWholeMiBAndNotTooMany(t *testing.T) {
	const mib, tib = 1 << 20, 1 << 40
	for size, want := range map[int64]int64{
		MaxPut + 1: 16 * mib, video.MaxSize: 16 * mib,
		10_000 * 16 * mib: 16 * mib, 10_000*16*mib + 1: 17 * mib, 10_000 * 17 * mib: 17 * mib, 5 * tib: 525 * mib,
	} {
		got := partSize(size)
		if parts := (video.Upload{PartSize: got}).Parts(size); got != want || parts > 10_000 {
			t.Errorf("%d bytes: %d parts of %d bytes, want %d", size, parts, got, want)
		}
	}
}

// A sending is a video whose file is sent in parts, all of which are there. Every
// call may fail: before its effect, or after it, so that its answer is lost.
type sending struct {
	*memvideos.Store
	*memobjects.Signed
	id    string
	queue []int // generations
	at    int   // the call that fails, from 1
	after bool
	calls []string
	// meanwhile happens right before a call of that name.
	meanwhile map[string]func()
}

// fileSize is that of three parts, the last of one byte.
const fileSize = 10<<20 + 1

func newSending(t *testing.T) *sending {
	t.Helper()
	s := &sending{Store: &memvideos.Store{}, Signed: &memobjects.Signed{Uploads: &memobjects.Uploads{}}, meanwhile: map[string]func(){}}
	// Smaller than any that is really sent so, since all of it is in memory.
	v := video.New(owner, "film.mp4", "video/mp4", fileSize, time.Now(), time.Now().Add(time.Hour))
	id, err := s.Signed.Begin(t.Context(), v.Source.Key, v.ContentType)
	if err != nil {
		t.Fatal(err)
	}
	v.Upload = video.Upload{ID: id, PartSize: 5 << 20}
	if err := s.Store.Create(t.Context(), v); err != nil {
		t.Fatal(err)
	}
	s.id = v.ID
	for n := 1; n <= v.Upload.Parts(v.Size); n++ {
		s.send(t, n, v.Upload.SizeOf(n, v.Size))
	}
	s.calls = nil
	return s
}

func (s *sending) send(t *testing.T, number int, size int64) {
	t.Helper()
	v := s.now(t)
	if _, err := s.PutPart(v.Source.Key, v.Upload.ID, number, make([]byte, size)); err != nil {
		t.Fatal(err)
	}
}

func (s *sending) now(t *testing.T) video.Video {
	t.Helper()
	v, err := s.Store.Get(t.Context(), s.id)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func (s *sending) uploader() Uploader { return Uploader{Videos: s, Objects: s, Queue: s} }

func (s *sending) call(name string, effect func() error) error {
	s.calls = append(s.calls, name)
	if f := s.meanwhile[name]; f != nil {
		f()
	}
	if len(s.calls) != s.at {
		return effect()
	}
	if s.after {
		_ = effect() // whatever it said is lost
	}
	return errCrash
}

func (s *sending) Get(ctx context.Context, id string) (v video.Video, err error) {
	err = s.call("get", func() error { v, err = s.Store.Get(ctx, id); return err })
	return v, err
}

func (s *sending) Change(ctx context.Context, id string, c video.Change) (v video.Video, err error) {
	err = s.call(c.Name, func() error { v, err = s.Store.Change(ctx, id, c); return err })
	return v, err
}

func (s *sending) Create(ctx context.Context, v video.Video) error {
	return s.call("create", func() error { return s.Store.Create(ctx, v) })
}

func (s *sending) Begin(ctx context.Context, key, contentType string) (id string, err error) {
	err = s.call("begin", func() error { id, err = s.Signed.Begin(ctx, key, contentType); return err })
	return id, err
}

func (s *sending) Parts(ctx context.Context, key, id string, after int) (parts []video.Part, next int, err error) {
	err = s.call("parts", func() error { parts, next, err = s.Signed.Parts(ctx, key, id, after); return err })
	return parts, next, err
}

func (s *sending) Join(ctx context.Context, key, id string, parts []video.Part) error {
	return s.call("join", func() error { return s.Signed.Join(ctx, key, id, parts) })
}

func (s *sending) Stat(ctx context.Context, key string) (source video.Source, size int64, err error) {
	err = s.call("stat", func() error { source, size, err = s.Signed.Stat(ctx, key); return err })
	return source, size, err
}

func (s *sending) Announce(_ context.Context, _ string, generation int, _ time.Duration) error {
	return s.call("announce", func() error { s.queue = append(s.queue, generation); return nil })
}

// Wherever it is cut short, saying once more that the upload is complete leads
// to the same: one file, and a message that starts it.
func TestACompletionThatIsCutShortLeavesNothingStuck(t *testing.T) {
	whole := newSending(t)
	if v, err := whole.uploader().Complete(t.Context(), owner, whole.id); err != nil || v.Status != video.Queued {
		t.Fatalf("%+v, %v", v, err)
	}
	if want := []string{"get", "parts", "join", "stat", "announce", "arrive"}; !slices.Equal(whole.calls, want) {
		t.Fatalf("it calls %v, want %v", whole.calls, want)
	}
	for at := 1; at <= len(whole.calls); at++ {
		for _, after := range []bool{false, true} {
			s := newSending(t)
			s.at, s.after = at, after
			name := fmt.Sprintf("%s (after it: %v)", whole.calls[at-1], after)
			if _, err := s.uploader().Complete(t.Context(), owner, s.id); !errors.Is(err, errCrash) {
				t.Errorf("%s: %v", name, err)
			}
			if v := s.now(t); v.Status == video.Queued && len(s.queue) == 0 {
				t.Errorf("%s: it is stuck", name)
			}
			s.at = 0
			v, err := s.uploader().Complete(t.Context(), owner, s.id)
			if err != nil || v.Status != video.Queued || len(s.queue) == 0 {
				t.Errorf("%s, then again: %s, %v, announced %v", name, v.Status, err, s.queue)
			}
			if _, size, err := s.Signed.Stat(t.Context(), v.Source.Key); err != nil || size != fileSize {
				t.Errorf("%s, then again: %d bytes, %v", name, size, err)
			}
		}
	}
}

func TestACreationThatFailsLeavesNoUpload(t *testing.T) {
	s := &sending{Store: &memvideos.Store{}, Signed: &memobjects.Signed{Uploads: &memobjects.Uploads{}}}
	s.at = 2 // the item; the upload was begun
	key := ""
	begun := beginning{s, &key}
	u := Uploader{Videos: s, Objects: begun, Queue: s}
	if _, _, err := u.Create(t.Context(), owner, Request{Filename: "film.mp4", Size: MaxPut + 1, ContentType: "video/mp4"}); !errors.Is(err, errCrash) {
		t.Fatal(err)
	}
	if left, err := s.Left(t.Context(), key); key == "" || left || err != nil {
		t.Errorf("%s: left %v, %v", key, left, err)
	}
}

// beginning remembers the key.
type beginning struct {
	*sending
	key *string
}

func (b beginning) Begin(ctx context.Context, key, contentType string) (string, error) {
	*b.key = key
	return b.sending.Begin(ctx, key, contentType)
}

func TestWhatBefallsACompletion(t *testing.T) {
	for name, c := range map[string]struct {
		before    func(t *testing.T, s *sending, v video.Video)
		at        string // what happens right before this call
		meanwhile func(t *testing.T, s *sending, v video.Video)
		code      string // of the refusal; empty: it is queued, or gone
		says      string
		gone      bool
	}{
		"a part has a byte too few":  {before: func(t *testing.T, s *sending, _ video.Video) { s.send(t, 1, 5<<20-1) }, code: "parts_missing", says: ": 1. "},
		"the last has one too many":  {before: func(t *testing.T, s *sending, _ video.Video) { s.send(t, 3, 2) }, code: "parts_missing", says: ": 3. "},
		"a part is sent again":       {at: "join", meanwhile: func(t *testing.T, s *sending, _ video.Video) { s.send(t, 3, 2) }, code: "parts_missing", says: "again"},
		"another completes it first": {at: "join", meanwhile: completeFirst, code: ""},
		"even before the listing":    {at: "parts", meanwhile: completeFirst, code: ""},
		"the event is faster":        {at: "announce", meanwhile: change(video.Record(1, onePart)), code: ""},
		"it is deleted":              {at: "parts", meanwhile: remove, gone: true},
		"it is deleted at the join":  {at: "join", meanwhile: remove, gone: true},
		"it is deleted after it":     {at: "announce", meanwhile: remove, gone: true},
		"it is given up":             {at: "join", meanwhile: abort, code: "upload_gone", says: "new video"},
		"the file is removed":        {at: "stat", meanwhile: removeFile, code: "upload_gone", says: "new video"},
		"another file, larger":       {before: another(fileSize + 1), code: "too_large", says: "10485761 bytes"},
		"another file, smaller":      {before: another(fileSize - 1), code: "upload_gone", says: "10485761 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSending(t)
			v := s.now(t)
			if c.before != nil {
				c.before(t, s, v)
			}
			if c.meanwhile != nil {
				s.meanwhile[c.at] = func() { delete(s.meanwhile, c.at); c.meanwhile(t, s, v) }
			}
			got, err := s.uploader().Complete(t.Context(), owner, s.id)
			var refusal *Refusal
			switch {
			case c.gone && !errors.Is(err, video.ErrNotFound),
				c.code != "" && (!errors.As(err, &refusal) || refusal.Code != c.code || !strings.Contains(refusal.Message, c.says)),
				!c.gone && c.code == "" && (err != nil || got.Status != video.Queued):
				t.Errorf("%s, %v", got.Status, err)
			}
			if c.code != "" && s.now(t).Status != video.Pending {
				t.Error("it was refused, and is not pending any more")
			}
			if _, size, err := s.Signed.Stat(t.Context(), v.Source.Key); err == nil && size != v.Size {
				t.Errorf("a file of %d bytes is left", size)
			}
		})
	}
}

func TestPartsOfAFileThatIsThereAlready(t *testing.T) {
	s := newSending(t)
	completeFirst(t, s, s.now(t)) // and nobody has told the video
	_, _, err := s.uploader().ListParts(t.Context(), owner, s.id, 0)
	var refusal *Refusal
	if !errors.As(err, &refusal) || refusal.Code != "already_uploaded" {
		t.Errorf("%v", err)
	}
}

func TestTheFirstOfTheMissingAreNamed(t *testing.T) {
	missing := make([]int, 12)
	for i := range missing {
		missing[i] = i + 3
	}
	if got := refuseMissing(missing, 20).Message; !strings.Contains(got, "20 parts") || !strings.Contains(got, "3, 4, 5, 6, 7, 8, 9, 10, 11, 12 and 2 more.") {
		t.Error(got)
	}
}

// completeFirst is another's call, or an answer that was lost.
func completeFirst(t *testing.T, s *sending, v video.Video) {
	parts, _, err := s.Signed.Parts(t.Context(), v.Source.Key, v.Upload.ID, 0)
	if err == nil {
		err = s.Signed.Join(t.Context(), v.Source.Key, v.Upload.ID, parts)
	}
	if err != nil {
		t.Error(err)
	}
}

func change(c video.Change) func(*testing.T, *sending, video.Video) {
	return func(t *testing.T, s *sending, v video.Video) {
		if _, err := s.Store.Change(t.Context(), v.ID, c); err != nil {
			t.Error(err)
		}
	}
}

func remove(t *testing.T, s *sending, v video.Video) {
	change(video.Delete())(t, s, v)
	removeFile(t, s, v)
}

func removeFile(t *testing.T, s *sending, v video.Video) {
	if err := s.RemoveAll(t.Context(), v.Source.Key); err != nil {
		t.Error(err)
	}
}

func abort(t *testing.T, s *sending, v video.Video) {
	if err := s.Abort(t.Context(), v.Source.Key, v.Upload.ID); err != nil {
		t.Error(err)
	}
}

// another puts a file under the video's key that nobody announced.
func another(size int) func(*testing.T, *sending, video.Video) {
	return func(_ *testing.T, s *sending, v video.Video) {
		s.Put(v.Source.Key, memobjects.Bytes(make([]byte, size)))
	}
}
