package memobjects

import (
	"context"
	"testing"
)

func TestWhatIsLeft(t *testing.T) {
	var u Uploads
	var c Captions
	left := func(who interface {
		Left(context.Context, string) (bool, error)
	}, name string) bool {
		t.Helper()
		is, err := who.Left(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		return is
	}
	if left(&u, "k") || left(&c, "a/") {
		t.Error("something is left of nothing")
	}
	first, second := u.Put("k", Bytes("1")), u.Put("k", Bytes("2"))
	if err := u.Remove(t.Context(), second); err != nil || !left(&u, "k") || left(&u, "other") {
		t.Errorf("one of two versions is left: %v", err)
	}
	if err := u.Remove(t.Context(), first); err != nil || left(&u, "k") {
		t.Errorf("no version is left: %v", err)
	}
	if err := c.PutOnce(t.Context(), "a/1", "", nil); err != nil || !left(&c, "a/") || left(&c, "b/") {
		t.Errorf("an object of one prefix is there: %v", err)
	}
}
