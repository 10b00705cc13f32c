package tracks

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/caption"
	"github.com/cuepipe/cuepipe/internal/memobjects"
	"github.com/cuepipe/cuepipe/internal/memvideos"
	"github.com/cuepipe/cuepipe/internal/video"
)

const name = "en-x-edited"

// world is a video and a keeper of its tracks.
type world struct {
	Keeper
	t       *testing.T
	videos  *memvideos.Store
	objects *memobjects.Captions
	id      string
}

func newWorld(t *testing.T) *world {
	w := &world{t: t, videos: &memvideos.Store{}, objects: &memobjects.Captions{}}
	w.Keeper = Keeper{Videos: w.videos, Captions: w.objects, Log: slog.New(slog.DiscardHandler)}
	v := video.New("owner", "film.mp4", "video/mp4", 1, time.Now(), time.Time{})
	v.Status = video.Failed // people caption also what the machine could not
	w.must(w.videos.Create(t.Context(), v))
	w.id = v.ID
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) video() video.Video {
	w.t.Helper()
	v, err := w.videos.Get(w.t.Context(), w.id)
	w.must(err)
	return v
}

func saying(text string) caption.Track {
	return caption.Track{Cues: []caption.Cue{{Start: time.Second, End: 2 * time.Second, Lines: []string{text}}}}
}

// save does so as somebody who sees the video as it is.
func (w *world) save(name, text string) video.OwnTrack {
	w.t.Helper()
	v := w.video()
	own, _ := v.OwnTrack(name)
	own, err := w.Save(w.t.Context(), v, name, newest(own), saying(text))
	w.must(err)
	return own
}

func (w *world) read(name string, number int, format string) string {
	w.t.Helper()
	own, _ := w.video().OwnTrack(name)
	version, found := own.Version(number)
	if !found {
		w.t.Fatalf("there is no version %d of %s", number, name)
	}
	b, err := w.objects.Get(w.t.Context(), own.Key(w.id, version, format))
	w.must(err)
	return string(b)
}

// wantObjects holds that what is stored is what the item says, and nothing else.
func (w *world) wantObjects() {
	w.t.Helper()
	var want []string
	for _, own := range w.video().Own {
		for _, version := range own.Versions {
			for _, f := range append(caption.Formats(), caption.Format{Name: caption.ReportName}) {
				want = append(want, own.Key(w.id, version, f.Name))
			}
		}
	}
	slices.Sort(want)
	if got := w.objects.Keys(); !slices.Equal(got, want) {
		w.t.Errorf("stored are %v, want %v", got, want)
	}
}

func TestASaveIsAVersionInEveryFormat(t *testing.T) {
	w := newWorld(t)
	w.save(name, "One.")
	own := w.save(name, "Two.")
	if own.Newest().Number != 2 || own.Newest().Cues != 1 || own.Newest().SavedAt.IsZero() {
		t.Errorf("%+v", own)
	}
	for format, want := range map[string]string{
		"vtt": "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nTwo.\n", "srt": "1\n00:00:01,000 --> 00:00:02,000\nTwo.\n", "txt": "Two.\n",
		"json": `"language":"en"`, "ttml": `xml:lang="en"`, "sbv": "0:00:01.000,0:00:02.000\nTwo.\n", "report": `"profile":"default","cues":1,`,
	} {
		if got := w.read(name, 2, format); !strings.Contains(strings.ReplaceAll(got, ": ", ":"), strings.ReplaceAll(want, ": ", ":")) {
			t.Errorf("%s: %s", format, got)
		}
	}
	if got := w.read(name, 1, "txt"); got != "One.\n" {
		t.Errorf("the version before says %q", got)
	}
	w.wantObjects()
}

func TestOfThoseThatSaveAtOnceOneIsFirst(t *testing.T) {
	w := newWorld(t)
	w.save(name, "Before.")
	seen := w.video()
	own, _ := seen.OwnTrack(name)
	var mu sync.Mutex
	var won []string
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			text := fmt.Sprintf("From %d.", i)
			saved, err := w.Save(t.Context(), seen, name, own.Newest().ID, saying(text))
			mu.Lock()
			defer mu.Unlock()
			var changed *Changed
			switch {
			case err == nil:
				won = append(won, text)
				if saved.Newest().Number != 2 {
					t.Errorf("the second version is %+v", saved.Newest())
				}
			case !errors.As(err, &changed) || changed.Now == "" || changed.Now == own.Newest().ID:
				t.Errorf("%d: %v, %+v", i, err, changed)
			}
		})
		wg.Go(func() { // other tracks are saved beside it, and nobody is in their way
			if _, err := w.Save(t.Context(), seen, fmt.Sprintf("de-x-%d", i), "", saying("Neben.")); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if len(won) != 1 || w.read(name, 2, "txt") != won[0]+"\n" || len(w.video().Own) != 9 {
		t.Errorf("%v were first; stored is %q; %d tracks", won, w.read(name, 2, "txt"), len(w.video().Own))
	}
	w.wantObjects()
}

func TestASaveThatComesAgainChangesNothing(t *testing.T) {
	w := newWorld(t)
	before := w.video()
	first, err := w.Save(t.Context(), before, name, "", saying("One."))
	w.must(err)
	again, err := w.Save(t.Context(), w.video(), name, "", saying("One."))
	if err != nil || again.Newest() != first.Newest() {
		t.Errorf("a new track that is saved again: %+v, %v", again, err)
	}
	// It may still see the video as it was before the first.
	if again, err = w.Save(t.Context(), before, name, "", saying("One.")); err != nil || again.Newest() != first.Newest() {
		t.Errorf("seen as before: %+v, %v", again, err)
	}
	second := w.save(name, "Two.")
	if again, err = w.Save(t.Context(), w.video(), name, first.Newest().ID, saying("Two.")); err != nil || again.Newest() != second.Newest() {
		t.Errorf("a version that is saved again: %+v, %v", again, err)
	}
	for text, seen := range map[string]string{"Other.": first.Newest().ID, "Two.": ""} {
		var changed *Changed
		if _, err := w.Save(t.Context(), w.video(), name, seen, saying(text)); !errors.As(err, &changed) || changed.Now != second.Newest().ID {
			t.Errorf("%s over %q: %v", text, seen, err)
		}
	}
	if own, _ := w.video().OwnTrack(name); len(own.Versions) != 2 {
		t.Errorf("%d versions", len(own.Versions))
	}
	w.wantObjects()
}

func TestRestore(t *testing.T) {
	w := newWorld(t)
	for _, text := range []string{"One.", "Two <b>&</b> a half.", "Three."} {
		w.save(name, text)
	}
	own, _ := w.video().OwnTrack(name)
	seen := own.Newest().ID
	restored, err := w.Restore(t.Context(), w.video(), name, seen, 2)
	if err != nil || restored.Newest().Number != 4 || w.read(name, 4, "vtt") != w.read(name, 2, "vtt") || w.read(name, 3, "txt") != "Three.\n" {
		t.Fatalf("%+v, %v", restored, err)
	}
	if again, err := w.Restore(t.Context(), w.video(), name, seen, 2); err != nil || again.Newest() != restored.Newest() {
		t.Errorf("again: %+v, %v", again, err)
	}
	var changed *Changed
	if _, err := w.Restore(t.Context(), w.video(), name, seen, 1); !errors.As(err, &changed) || changed.Now != restored.Newest().ID {
		t.Errorf("of what was seen before: %v", err)
	}
	if _, err := w.Restore(t.Context(), w.video(), name, restored.Newest().ID, 9); !errors.Is(err, ErrNoVersion) {
		t.Errorf("a version that is not there: %v", err)
	}
	if _, err := w.Restore(t.Context(), w.video(), "de-x-a", seen, 1); !errors.Is(err, ErrNoTrack) {
		t.Errorf("a track that is not there: %v", err)
	}
	w.wantObjects()
}

func TestWhatIsNotKeptIsRemoved(t *testing.T) {
	w := newWorld(t)
	for n := range video.MostOwnVersions + 3 {
		w.save(name, fmt.Sprintf("Number %d.", n+1))
	}
	own, _ := w.video().OwnTrack(name)
	if len(own.Versions) != video.MostOwnVersions || w.read(name, 4, "txt") != "Number 4.\n" {
		t.Errorf("%d versions", len(own.Versions))
	}
	w.wantObjects()
	if err := w.Remove(t.Context(), w.video(), name, own.Versions[0].ID); !errors.As(err, new(*Changed)) {
		t.Errorf("of an older version: %v", err)
	}
	w.must(w.Remove(t.Context(), w.video(), name, own.Newest().ID))
	if err := w.Remove(t.Context(), w.video(), name, own.Newest().ID); !errors.Is(err, ErrNoTrack) {
		t.Errorf("again: %v", err)
	}
	if keys := w.objects.Keys(); len(keys) != 0 {
		t.Errorf("left: %v", keys)
	}
	if _, err := w.Save(t.Context(), w.video(), name, own.Newest().ID, saying("Late.")); !errors.As(err, new(*Changed)) {
		t.Errorf("a version of a track that was removed: %v", err)
	}
	// One that has the name later begins anew.
	if own := w.save(name, "Anew."); own.Newest().Number != 1 {
		t.Errorf("%+v", own)
	}
	w.wantObjects()
}

// What searches know goes with what is removed, and with nothing else.
func TestWordsGoFromTheIndexWithTheVersionThatHasThem(t *testing.T) {
	w := newWorld(t)
	index := func() {
		w.t.Helper()
		w.must(w.objects.PutOnce(t.Context(), video.SearchKey("owner"), "", []byte("words")))
	}
	indexed := func(want bool, when string) {
		w.t.Helper()
		if _, err := w.objects.Get(t.Context(), video.SearchKey("owner")); (err == nil) != want {
			t.Errorf("%s the index is there: %v", when, err == nil)
		}
	}
	index()
	w.must(w.objects.PutOnce(t.Context(), video.SearchKey("owner2"), "", []byte("somebody else's")))
	for n := range video.MostOwnVersions {
		w.save(name, fmt.Sprintf("Number %d.", n+1))
	}
	indexed(true, "while every version is kept")
	w.save(name, "One more.")
	indexed(false, "after a version was dropped")
	index()
	own, _ := w.video().OwnTrack(name)
	if err := w.Remove(t.Context(), w.video(), name, own.Versions[0].ID); err == nil {
		t.Error("an older version was removed")
	}
	indexed(true, "after a track was not removed")
	w.must(w.Remove(t.Context(), w.video(), name, own.Newest().ID))
	indexed(false, "after a track was removed")
	if _, err := w.objects.Get(t.Context(), video.SearchKey("owner2")); err != nil {
		t.Error("somebody else's index is gone")
	}
}

func TestVideosThatTakeNoTracks(t *testing.T) {
	for status, want := range map[video.Status]error{video.Pending: ErrNotUploaded, video.Deleting: video.ErrNotFound, video.Deleted: video.ErrNotFound} {
		w := newWorld(t)
		v := w.video()
		v.Status = status
		if _, err := w.Save(t.Context(), v, name, "", saying("One.")); !errors.Is(err, want) || len(w.objects.Keys()) > 0 {
			t.Errorf("%s: %v, stored %v", status, err, w.objects.Keys())
		}
	}
	w := newWorld(t)
	for n := range video.MostOwnTracks {
		w.save(fmt.Sprintf("en-x-%d", n), "One.")
	}
	if _, err := w.Save(t.Context(), w.video(), "en-x-more", "", saying("One.")); !errors.Is(err, video.ErrTooManyTracks) {
		t.Errorf("one more: %v", err)
	}
	w.wantObjects()
}

// A fault is what happens to a call of the store or of the objects.
type fault struct {
	*world
	at, calls int
	after     bool   // the call has its effect all the same
	does      func() // what others do meanwhile
	lost      error  // what the caller hears
	only      func(call string) (is bool)
}

var errLost = errors.New("connection reset")

func (f *fault) meet(call string, effect func() error) error {
	if f.only != nil && !f.only(call) {
		return effect()
	}
	f.calls++
	if f.calls != f.at {
		return effect()
	}
	if f.does != nil {
		f.does()
	}
	if f.lost == nil {
		return effect()
	}
	if f.after {
		if err := effect(); err != nil {
			return err
		}
	}
	return f.lost
}

func (f *fault) Get(ctx context.Context, id string) (v video.Video, err error) {
	err = f.meet("get", func() (err error) { v, err = f.videos.Get(ctx, id); return err })
	return v, err
}

func (f *fault) Change(ctx context.Context, id string, c video.Change) (v video.Video, err error) {
	err = f.meet("change", func() (err error) { v, err = f.videos.Change(ctx, id, c); return err })
	return v, err
}

type faultyObjects struct{ *fault }

func (f faultyObjects) PutOnce(ctx context.Context, key, kind string, body []byte) error {
	return f.meet("put", func() error { return f.objects.PutOnce(ctx, key, kind, body) })
}

func (f faultyObjects) Get(ctx context.Context, key string) (b []byte, err error) {
	err = f.meet("read", func() (err error) { b, err = f.objects.Get(ctx, key); return err })
	return b, err
}

func (f faultyObjects) RemoveAll(ctx context.Context, prefix string) error {
	return f.meet("remove", func() error { return f.objects.RemoveAll(ctx, prefix) })
}

// Whatever call fails, before or after its effect: the track is as it was or as
// it was saved, whole, and the same request again saves it once.
func TestAFaultAnywhereLosesAndDoublesNothing(t *testing.T) {
	for _, after := range []bool{false, true} {
		for at := 1; ; at++ {
			w := newWorld(t)
			for n := range video.MostOwnVersions { // so that a version drops out, too
				w.save(name, fmt.Sprintf("Number %d.", n+1))
			}
			seen, _ := w.video().OwnTrack(name)
			f := &fault{world: w, at: at, after: after, lost: errLost}
			k := Keeper{Videos: f, Captions: faultyObjects{f}, Log: w.Log}
			_, err := k.Save(t.Context(), w.video(), name, seen.Newest().ID, saying("New."))
			if err != nil && !errors.Is(err, errLost) {
				t.Fatalf("call %d: %v", at, err)
			}
			own, _ := w.video().OwnTrack(name)
			for _, version := range own.Versions {
				w.read(name, version.Number, "vtt")
				w.read(name, version.Number, "report")
			}
			own, err = w.Save(t.Context(), w.video(), name, seen.Newest().ID, saying("New."))
			if err != nil || own.Newest().Number != video.MostOwnVersions+1 || w.read(name, own.Newest().Number, "txt") != "New.\n" {
				t.Fatalf("call %d, then again: %+v, %v", at, own.Newest(), err)
			}
			if f.calls < at {
				if at < 10 {
					t.Errorf("a save has %d calls", at-1)
				}
				break
			}
		}
	}
}

// The client of the database repeats a call whose answer was lost, and hears that
// its own change is in its way.
func TestAStoreThatWasAskedTwice(t *testing.T) {
	w := newWorld(t)
	f := &fault{world: w, at: 1, only: func(call string) bool { return call == "change" }}
	k := Keeper{Videos: twice{f}, Captions: w.objects, Log: w.Log}
	own, err := k.Save(t.Context(), w.video(), name, "", saying("One."))
	if err != nil || own.Newest().Number != 1 {
		t.Errorf("%+v, %v", own, err)
	}
	w.wantObjects()
	if err := k.Remove(t.Context(), w.video(), name, own.Newest().ID); err != nil {
		t.Error(err)
	}
	w.wantObjects()
}

type twice struct{ *fault }

func (t twice) Change(ctx context.Context, id string, c video.Change) (video.Video, error) {
	if v, err := t.fault.Change(ctx, id, c); err != nil {
		return v, err
	}
	return t.fault.Change(ctx, id, c)
}

func TestAVideoThatIsDeletedWhileItsTrackIsSaved(t *testing.T) {
	for at := 1; at <= 8; at++ { // seven formats, and the change
		w := newWorld(t)
		f := &fault{world: w, at: at}
		f.does = func() {
			_, err := w.videos.Change(t.Context(), w.id, video.Delete())
			w.must(err)
			w.must(w.objects.RemoveAll(t.Context(), video.ResultsPrefix+w.id+"/"))
		}
		k := Keeper{Videos: f, Captions: faultyObjects{f}, Log: w.Log}
		if _, err := k.Save(t.Context(), w.video(), name, "", saying("Late.")); !errors.Is(err, video.ErrNotFound) {
			t.Errorf("deleted at call %d: %v", at, err)
		}
		if keys := w.objects.Keys(); len(keys) != 0 {
			t.Errorf("deleted at call %d: left are %v", at, keys)
		}
	}
}

func TestAVersionThatGoesWhileItIsRestored(t *testing.T) {
	w := newWorld(t)
	first := w.save(name, "One.")
	second := w.save(name, "Two.")
	f := &fault{world: w, at: 1, only: func(call string) bool { return call == "read" }}
	f.does = func() { w.must(w.Remove(t.Context(), w.video(), name, second.Newest().ID)) }
	k := Keeper{Videos: f, Captions: faultyObjects{f}, Log: w.Log}
	var changed *Changed
	if _, err := k.Restore(t.Context(), w.video(), name, second.Newest().ID, first.Newest().Number); !errors.As(err, &changed) || changed.Now != "" {
		t.Errorf("%v", err)
	}
}

func TestTheLogHasNoText(t *testing.T) {
	w := newWorld(t)
	var log bytes.Buffer
	f := &fault{world: w, at: 1, lost: errLost, only: func(call string) bool { return call == "remove" }}
	k := Keeper{Videos: f, Captions: faultyObjects{f}, Log: slog.New(slog.NewJSONHandler(&log, nil))}
	own, err := k.Save(t.Context(), w.video(), name, "", saying("A secret."))
	w.must(err)
	w.must(k.Remove(t.Context(), w.video(), name, own.Newest().ID))
	if !strings.Contains(log.String(), w.id) || strings.Contains(log.String(), "secret") {
		t.Errorf("%s", log.String())
	}
}
