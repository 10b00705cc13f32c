// Package searchtest is what every store of search indexes has to do.
package searchtest

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/cuepipe/cuepipe/internal/video"
)

// Store is what is proven of a search.Objects.
type Store interface {
	GetUnless(ctx context.Context, key, tag string) (body []byte, now string, err error)
	PutIf(ctx context.Context, key, contentType, tag string, body []byte) (now string, err error)
}

// Objects proves that an index is replaced only as it was seen, by one of
// those who try at once, and not at all once it is removed. Remove deletes the
// object.
func Objects(t *testing.T, objects Store, remove func(key string) error) {
	ctx, key := t.Context(), video.SearchKey(video.NewID())
	put := func(tag, body string) (string, error) {
		return objects.PutIf(ctx, key, "application/octet-stream", tag, []byte(body))
	}
	refused := func(what string, err error) {
		t.Helper()
		if !errors.Is(err, video.ErrObjectChanged) && !errors.Is(err, video.ErrNoObject) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, _, err := objects.GetUnless(ctx, key, ""); !errors.Is(err, video.ErrNoObject) {
		t.Fatalf("nothing was read: %v", err)
	}
	if _, _, err := objects.GetUnless(ctx, key, `"0123456789abcdef0123456789abcdef"`); !errors.Is(err, video.ErrNoObject) {
		t.Fatalf("nothing was read, and a tag known: %v", err)
	}
	first, err := put("", "first")
	if err != nil || first == "" {
		t.Fatalf("%q, %v", first, err)
	}
	_, err = put("", "another first")
	refused("a second first", err)
	second, err := put(first, "second")
	if err != nil || second == first {
		t.Fatalf("%q after %q, %v", second, first, err)
	}
	_, err = put(first, "another second")
	refused("an older tag", err)
	for tag, want := range map[string]string{"": "second", first: "second", second: ""} {
		body, now, err := objects.GetUnless(ctx, key, tag)
		if err != nil || now != second || !bytes.Equal(body, []byte(want)) {
			t.Errorf("unless %q: %q, %q, %v", tag, body, now, err)
		}
	}

	var wg sync.WaitGroup
	var mu sync.Mutex
	var won []string
	for range 8 {
		wg.Go(func() {
			text := video.NewID()
			_, err := put(second, text)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				won = append(won, text)
				return
			}
			refused("one of many", err)
		})
	}
	wg.Wait()
	body, third, err := objects.GetUnless(ctx, key, second)
	if err != nil || len(won) != 1 || string(body) != won[0] {
		t.Errorf("of eight at once %d wrote; there is %q, %v", len(won), body, err)
	}

	if err := remove(key); err != nil {
		t.Fatal(err)
	}
	_, err = put(third, "after the end")
	refused("once it is removed", err)
	if _, _, err := objects.GetUnless(ctx, key, third); !errors.Is(err, video.ErrNoObject) {
		t.Errorf("after removal: %v", err)
	}
}
