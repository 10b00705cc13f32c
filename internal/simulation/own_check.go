package simulation

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"

	"github.com/cuepipe/cuepipe/internal/tracks"
	"github.com/cuepipe/cuepipe/internal/video"
)

// wrongEdit says what is wrong with a change of people's tracks: nobody but
// people makes one, and each of theirs is of the version that they had seen, and
// touches nothing else.
func (r *run) wrongEdit(w *worker, before, after video.Video) string {
	if slices.EqualFunc(before.Own, after.Own, sameTrack) || after.Gone() && len(after.Own) == 0 {
		return ""
	}
	e := w.edit
	if e == nil {
		return fmt.Sprintf("it changed people's tracks from %v to %v", before.Own, after.Own)
	}
	r.edited[e.name+after.ID]++
	r.counts.Edits++
	was, _ := before.OwnTrack(e.name)
	now, there := after.OwnTrack(e.name)
	switch {
	case newestOf(before, e.name) != e.seen:
		return fmt.Sprintf("it is for version %q of %s, of which the newest is %q", e.seen, e.name, newestOf(before, e.name))
	case !slices.EqualFunc(others(before, e.name), others(after, e.name), sameTrack):
		return "it changed another track than " + e.name
	case there == (e.what == "remove"):
		return fmt.Sprintf("after it there is a track %s: %v", e.name, there)
	case !there:
		return ""
	}
	last := now.Newest()
	want := append(slices.Clone(was.Versions), last)
	want = want[max(0, len(want)-video.MostOwnVersions):]
	if !slices.Equal(now.Versions, want) || len(was.Versions) > 0 && (was.ID != now.ID || was.Newest().Number+1 != last.Number) {
		return fmt.Sprintf("the versions %v of %s became %v", was.Versions, e.name, now.Versions)
	}
	text := e.text
	if e.what == "restore" {
		from, found := was.Version(e.from)
		if !found {
			return fmt.Sprintf("it restored version %d, of %v", e.from, was.Versions)
		}
		text = r.texts[from.ID]
	}
	if other, known := r.texts[last.ID]; known || !slices.Contains(w.made, last.ID) {
		return fmt.Sprintf("version %s is of text %d and was of text %d", last.ID, text, other)
	}
	r.texts[last.ID] = text
	return r.wrongVersion(now, last, r.objects(now.VersionPrefix(after.ID, last)))
}

func sameTrack(a, b video.OwnTrack) bool {
	return a.Name == b.Name && a.ID == b.ID && slices.Equal(a.Versions, b.Versions)
}

func others(v video.Video, name string) []video.OwnTrack {
	return slices.DeleteFunc(slices.Clone(v.Own), func(t video.OwnTrack) bool { return t.Name == name })
}

// wrongVersion says what is wrong with what is stored of a version: it is to the
// byte what its text gives undisturbed, in every format.
func (r *run) wrongVersion(own video.OwnTrack, version video.Version, stored map[string]string) string {
	want, sum, err := r.sim.saved(own.Name, r.texts[version.ID])
	if err != nil {
		return err.Error()
	}
	if !maps.Equal(stored, want) || version.Sum != sum {
		return fmt.Sprintf("version %d of %s, of text %d, has the objects %v, and undisturbed %v", version.Number, own.Name, r.texts[version.ID],
			slices.Sorted(maps.Keys(stored)), slices.Sorted(maps.Keys(want)))
	}
	return ""
}

// checkOwn holds that people's tracks are to the byte what they saved, and that
// nothing else is stored of any: but for what somebody could not remove whose
// call was disturbed.
func (r *run) checkOwn(v video.Video) error {
	stored := map[string]map[string]string{} // of each version
	for name, body := range r.objects(video.ResultsPrefix + v.ID + "/" + video.OwnFolder) {
		folder, file := path.Split(name)
		if stored[folder] == nil {
			stored[folder] = map[string]string{}
		}
		stored[folder][file] = body
	}
	for _, own := range v.Own {
		for _, version := range own.Versions {
			if slices.Contains(r.lost[v.ID], version.ID) {
				return fmt.Errorf("version %s of %s is kept, and who saved it was told that it is not", version.ID, own.Name)
			}
			folder := own.ID + "/" + version.ID + "/"
			if why := r.wrongVersion(own, version, stored[folder]); why != "" {
				return errors.New(why)
			}
			delete(stored, folder)
		}
	}
	if len(stored) > 0 && !r.clip(v.ID).untidy {
		return fmt.Errorf("left of no track: %v", slices.Sorted(maps.Keys(stored)))
	}
	return nil
}

// A savedText is what a save stores, by the name below the version.
type savedText struct {
	files map[string]string
	sum   string
}

// saved returns what a text of that name gives when nothing disturbs its save.
func (s *Simulation) saved(name string, text int) (files map[string]string, sum string, err error) {
	t, err := once(&s.known, question{name: "save", film: name, length: text}, func() (savedText, error) { return undisturbedSave(name, text) })
	return t.files, t.sum, err
}

func undisturbedSave(name string, text int) (savedText, error) {
	ctx, r := context.Background(), of(product).newRun(product, 0, NewCounts(), nil)
	c := r.newClip(english, whole)
	v, err := r.videos.Change(ctx, c.id, video.Arrive())
	if err != nil {
		return savedText{}, err
	}
	own, err := tracks.Keeper{Videos: &r.videos, Captions: &r.captions, Log: r.log, Now: r.now}.Save(ctx, v, name, "", ownText(text))
	if err != nil {
		return savedText{}, err
	}
	files := r.objects(own.VersionPrefix(v.ID, own.Newest()))
	read, err := tracks.Read("vtt", []byte(files[name+".vtt"]))
	if err != nil {
		return savedText{}, err
	}
	if got, want := wordsOf(read), wordsOf(ownText(text)); !slices.Equal(got, want) {
		return savedText{}, fmt.Errorf("text %d is saved as %v", text, got)
	}
	return savedText{files, own.Newest().Sum}, nil
}
