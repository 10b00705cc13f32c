package memobjects_test

import (
	"net/http/httptest"
	"testing"

	"github.com/cuepipe/cuepipe/internal/memobjects"
	"github.com/cuepipe/cuepipe/internal/upload/uploadtest"
	"github.com/cuepipe/cuepipe/internal/video"
)

func TestUploadsAreWhatS3sAre(t *testing.T) {
	s := &memobjects.Signed{Uploads: &memobjects.Uploads{}}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.URL = server.URL
	uploadtest.Run(t, s, func() string { return "adapters/" + video.NewID() })
}

// A page of a listing has 1,000 parts.
func TestManyPartsAreListedInPages(t *testing.T) {
	var u memobjects.Uploads
	id, err := u.Begin(t.Context(), "k", "video/mp4")
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= 2001; n++ {
		if _, err := u.PutPart("k", id, n, nil); err != nil {
			t.Fatal(err)
		}
	}
	var sizes, nexts []int
	for after, more := 0, true; more; more = after > 0 {
		parts, next, err := u.Parts(t.Context(), "k", id, after)
		if err != nil || len(parts) == 0 || parts[0].Number != after+1 {
			t.Fatalf("after %d: %d parts, %v", after, len(parts), err)
		}
		sizes, nexts, after = append(sizes, len(parts)), append(nexts, next), next
	}
	if len(sizes) != 3 || sizes[0] != 1000 || sizes[2] != 1 || nexts[0] != 1000 || nexts[1] != 2000 || nexts[2] != 0 {
		t.Errorf("pages of %v, next %v", sizes, nexts)
	}
}

func TestOnlyTheLastPartMayBeSmall(t *testing.T) {
	for _, c := range []struct {
		smallest, first int
		joined          bool
	}{
		{0, 5<<20 - 1, false},
		{0, 5 << 20, true},
		{2, 1, false},
		{2, 2, true},
	} {
		u := memobjects.Uploads{SmallestPart: c.smallest}
		id, err := u.Begin(t.Context(), "k", "video/mp4")
		if err != nil {
			t.Fatal(err)
		}
		for n, size := range []int{c.first, 1} {
			if _, err := u.PutPart("k", id, n+1, make([]byte, size)); err != nil {
				t.Fatal(err)
			}
		}
		parts, _, err := u.Parts(t.Context(), "k", id, 0)
		if err != nil {
			t.Fatal(err)
		}
		if err := u.Join(t.Context(), "k", id, parts); (err == nil) != c.joined {
			t.Errorf("%d bytes and 1, where %d is the smallest: %v", c.first, c.smallest, err)
		}
	}
}
