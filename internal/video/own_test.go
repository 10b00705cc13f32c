package video

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestNamesOfPeoplesTracks(t *testing.T) {
	for given, want := range map[string][2]string{
		"en-x-edited":          {"en-x-edited", "en"},
		"EN-X-Edited":          {"en-x-edited", "en"},
		"pt-br-x-mine":         {"pt-BR-x-mine", "pt-BR"},
		"zh-hANT-tw-x-ab-CDEF": {"zh-Hant-TW-x-ab-cdef", "zh-Hant-TW"},
		"en-u-ca-x-a":          {"en-u-ca-x-a", "en-u-ca"},
		"gsw-x-1-2-3":          {"gsw-x-1-2-3", "gsw"},
		"en-x-a-x-b":           {"en-x-a-x-b", "en"},
		"en-x-" + strings.Repeat("abcdefg-", 6) + "abcdefg": {"en-x-" + strings.Repeat("abcdefg-", 6) + "abcdefg", "en"},
	} {
		name, ok := OwnTrackName(given)
		if language := (OwnTrack{Name: name}).Language(); !ok || name != want[0] || language != want[1] {
			t.Errorf("%s: %q, %q, %v; want %q", given, name, language, ok, want)
		}
		if again, ok := OwnTrackName(name); !ok || again != name {
			t.Errorf("%s is written otherwise the second time: %s", name, again)
		}
	}
	for _, bad := range []string{"", "en", "en-GB", "x-edited", "en-x", "en-x-", "-x-a", "en-x-a b", "en-x-a.vtt", "en-x-../..", "en-x-ä", "e-x-a", "en--x-a",
		"en-x-toolonger1", "en_x_a", "en-x-a/b", "en-x-a\n", "en-x-" + strings.Repeat("abcdefg-", 6) + "abcdefgh"} {
		if name, ok := OwnTrackName(bad); ok {
			t.Errorf("%q can be a name: %q", bad, name)
		}
	}
}

func TestATrackKeepsItsNewestVersions(t *testing.T) {
	v := Video{Status: Ready}
	for n := 1; n <= MostOwnVersions+2; n++ {
		c, dropped, err := SaveOwn(v, "en-x-a", Version{ID: fmt.Sprint("v", n)})
		if err != nil {
			t.Fatal(err)
		}
		before := slices.Clone(v.Own)
		if v, err = c.Apply(v, now); err != nil {
			t.Fatal(err)
		}
		var want []Version
		if n > MostOwnVersions {
			want = []Version{{Number: n - MostOwnVersions, ID: fmt.Sprint("v", n-MostOwnVersions)}}
		}
		own, found := v.OwnTrack("EN-x-A")
		if !slices.Equal(dropped, want) || !found || own.Newest().Number != n || len(own.Versions) != min(n, MostOwnVersions) {
			t.Fatalf("version %d: %+v, dropped %v", n, own, dropped)
		}
		if len(before) > 0 && before[0].Newest().Number != n-1 {
			t.Fatal("saving wrote into what was seen")
		}
	}
	own, _ := v.OwnTrack("en-x-a")
	for number, kept := range map[int]bool{0: false, 1: false, 2: false, 3: true, MostOwnVersions + 2: true, MostOwnVersions + 3: false} {
		if got, found := own.Version(number); found != kept || kept && got.ID != fmt.Sprint("v", number) {
			t.Errorf("version %d: %+v, %v", number, got, found)
		}
	}
}

func TestAVideoHasSoManyTracksOfPeoples(t *testing.T) {
	v := Video{Status: Failed}
	save := func(name string) (err error) {
		c, _, err := SaveOwn(v, name, Version{ID: "v"})
		if err == nil {
			v, err = c.Apply(v, now)
		}
		return err
	}
	for n := range MostOwnTracks {
		if err := save(fmt.Sprint("en-x-", n)); err != nil {
			t.Fatal(err)
		}
	}
	if err := save("en-x-more"); !errors.Is(err, ErrTooManyTracks) || len(v.Own) != MostOwnTracks {
		t.Errorf("one more: %v, %d tracks", err, len(v.Own))
	}
	if err := save("en-x-3"); err != nil {
		t.Errorf("a version of one that is there: %v", err)
	}
	var err error
	if v, err = RemoveOwn(v, "en-x-0").Apply(v, now); err != nil || len(v.Own) != MostOwnTracks-1 {
		t.Fatalf("%d tracks, %v", len(v.Own), err)
	}
	if err := save("en-x-more"); err != nil {
		t.Error(err)
	}
}

// What was seen must be what is there: somebody else's save, of this track or
// another, comes first.
func TestPeoplesTracksAreChangedAsTheyWereSeen(t *testing.T) {
	seen := Video{Status: Captioning, Generation: 1}
	first, _, _ := SaveOwn(seen, "en-x-a", Version{ID: "1"})
	now1, err := first.Apply(seen, now)
	if err != nil {
		t.Fatal(err)
	}
	other, _, _ := SaveOwn(seen, "de-x-b", Version{ID: "2"})
	for _, c := range []Change{first, other, RemoveOwn(seen, "en-x-a")} {
		if _, err := c.Apply(now1, now); !errors.Is(err, ErrStale) {
			t.Errorf("%s of what was seen before: %v", c.Name, err)
		}
	}
	// The machine's changes are not in the way, in either direction.
	moved, err := Replace(1).Apply(now1, now)
	if err != nil || len(moved.Own) != 1 || moved.OwnEdition != 1 {
		t.Fatalf("a retry left %+v, %v", moved.Own, err)
	}
	if _, err := RemoveOwn(now1, "en-x-a").Apply(moved, now); err != nil {
		t.Errorf("a retry is in the way of a person: %v", err)
	}
	if deleted, err := Delete().Apply(moved, now); err != nil || deleted.Own != nil {
		t.Errorf("a delete left %+v, %v", deleted.Own, err)
	}
}

// A video that stands still stands still, whatever people save of it meanwhile.
func TestPeoplesTracksDoNotMoveAVideo(t *testing.T) {
	stands := Video{Status: Captioning, Generation: 1, UpdatedAt: now}
	save, _, _ := SaveOwn(stands, "en-x-a", Version{ID: "1"})
	saved, err := save.Apply(stands, now.Add(time.Minute))
	if err != nil || !saved.UpdatedAt.Equal(now) || !saved.OwnAt.Equal(now.Add(time.Minute)) || !saved.ChangedAt().Equal(saved.OwnAt) {
		t.Errorf("saved: moved at %v, people's tracks at %v, changed at %v; %v", saved.UpdatedAt, saved.OwnAt, saved.ChangedAt(), err)
	}
	swept, err := Sweep(stands).Apply(saved, now.Add(time.Hour))
	if err != nil || !swept.ChangedAt().Equal(now.Add(time.Hour)) {
		t.Errorf("a person who saves is in the sweeper's way: %v; changed at %v", err, swept.ChangedAt())
	}
}

func TestPeopleCaptionWhatIsUploadedAndThere(t *testing.T) {
	for _, s := range []Status{Pending, Queued, Captioning, Ready, Uncaptioned, Failed, Deleting, Deleted} {
		v := Video{Status: s}
		want := s != Pending && s != Deleting && s != Deleted
		c, _, _ := SaveOwn(v, "en-x-a", Version{ID: "1"})
		for _, c := range []Change{c, RemoveOwn(v, "en-x-a")} {
			if _, err := c.Apply(v, now); (err == nil) != want || v.TakesOwnTracks() != want {
				t.Errorf("%s of a video that is %s: %v", c.Name, s, err)
			}
		}
	}
}

func TestTheTrackThatWasSavedLastIsFirst(t *testing.T) {
	at := func(name string, minutes ...int) OwnTrack {
		o := OwnTrack{Name: name}
		for i, m := range minutes {
			o.Versions = append(o.Versions, Version{Number: i + 1, SavedAt: now.Add(time.Duration(m) * time.Minute)})
		}
		return o
	}
	v := Video{Own: []OwnTrack{at("en-x-b", 0, 5), at("en-x-a", 5), at("en-x-c", 9), at("en-x-d", 1)}}
	var got []string
	for _, o := range v.OwnByTime() {
		got = append(got, o.Name)
	}
	if !slices.Equal(got, []string{"en-x-c", "en-x-a", "en-x-b", "en-x-d"}) || v.Own[0].Name != "en-x-b" {
		t.Errorf("%v", got)
	}
}
