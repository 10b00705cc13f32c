package search

import (
	"slices"
	"sync"
)

// held are the indexes that were used last, by owner, as long as the process
// lives. It is safe for concurrent use; the zero value is empty and ready.
type held struct {
	mu   sync.Mutex
	used []heldIndex // the one used last comes last
}

type heldIndex struct {
	owner, tag string
	index      index
}

// get returns an owner's index and its entity tag, which is empty where none
// is held.
func (h *held) get(owner string) (x index, tag string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, u := range h.used {
		if u.owner == owner {
			return u.index, u.tag
		}
	}
	return index{}, ""
}

// put holds an index in the place of the owner's before, and lets go of those
// that were not used for longest until all are of most bytes together. One that
// is larger by itself is not held.
func (h *held) put(u heldIndex, most int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.used = append(slices.DeleteFunc(h.used, func(old heldIndex) bool { return old.owner == u.owner }), u)
	bytes := 0
	for i := len(h.used) - 1; i >= 0; i-- {
		if bytes += h.used[i].index.bytes; bytes > most {
			h.used = slices.Delete(h.used, 0, i+1)
			return
		}
	}
}

// drop lets go of an owner's.
func (h *held) drop(owner string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.used = slices.DeleteFunc(h.used, func(u heldIndex) bool { return u.owner == owner })
}
