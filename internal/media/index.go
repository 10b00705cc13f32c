package media

import (
	"slices"
	"sync"
)

// An IndexCache keeps what every segment of a film reads before its own sound,
// which is the film's head and index, so that a process that transcribes one
// segment after the other fetches them once. It holds one film at a time. It
// is safe for concurrent use; nil keeps nothing.
//
// Which bytes are the index need not be known. What a run reads is kept while
// there is room, and a run reads the index first; what the next run does not
// read again makes room then, and that is the sound.
type IndexCache struct {
	limit int64 // bytes

	mu     sync.Mutex
	film   string
	runs   int // ever begun
	size   int64
	blocks map[int64]*indexBlock
}

type indexBlock struct {
	data []byte // never changed
	run  int    // the last one that read it
}

// NewIndexCache returns a cache of at most limit bytes.
func NewIndexCache(limit int64) *IndexCache { return &IndexCache{limit: limit} }

// An indexRun is one reader's view of the cache. A nil one is empty and stays
// so.
type indexRun struct {
	cache *IndexCache
	film  string
	n     int
}

// run begins a reader of src.
func (c *IndexCache) run(src Source) *indexRun {
	if c == nil || src.Name() == "" {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.film != src.Name() {
		c.film, c.size, c.blocks = src.Name(), 0, map[int64]*indexBlock{}
	}
	c.runs++
	return &indexRun{c, c.film, c.runs}
}

// get returns block i, which must not be changed, or nil.
func (r *indexRun) get(i int64) []byte {
	if r == nil {
		return nil
	}
	r.cache.mu.Lock()
	defer r.cache.mu.Unlock()
	b := r.cache.blocks[i]
	if b == nil || r.cache.film != r.film {
		return nil
	}
	b.run = max(b.run, r.n)
	return b.data
}

// put offers block i, of which it keeps a copy if there is room or an earlier
// run's block can go.
func (r *indexRun) put(i int64, data []byte) {
	if r == nil {
		return
	}
	c := r.cache
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.film != r.film || c.blocks[i] != nil || !c.makeRoom(int64(len(data)), r.n) {
		return
	}
	c.blocks[i] = &indexBlock{slices.Clone(data), r.n}
	c.size += int64(len(data))
}

// makeRoom forgets blocks that no run since before has read, those that were
// not read for longest first, until n bytes fit. It reports whether they do.
func (c *IndexCache) makeRoom(n int64, before int) bool {
	for c.size+n > c.limit {
		oldest, run := int64(-1), before
		for i, b := range c.blocks {
			if b.run < run {
				oldest, run = i, b.run
			}
		}
		if oldest < 0 {
			return false
		}
		c.size -= int64(len(c.blocks[oldest].data))
		delete(c.blocks, oldest)
	}
	return true
}
