package memobjects

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/cuepipe/cuepipe/internal/captioning"
	"github.com/cuepipe/cuepipe/internal/video"
)

var _ captioning.Captions = (*Captions)(nil)

// Captions has what the steps write. The zero value is empty and ready.
type Captions struct {
	mu      sync.Mutex
	objects map[string][]byte
}

// PutOnce implements captioning.Captions.
func (c *Captions) PutOnce(_ context.Context, key, _ string, body []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.objects == nil {
		c.objects = map[string][]byte{}
	}
	if _, ok := c.objects[key]; !ok {
		c.objects[key] = bytes.Clone(body)
	}
	return nil
}

// Get implements captioning.Captions.
func (c *Captions) Get(_ context.Context, key string) ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	b, ok := c.objects[key]
	if !ok {
		return nil, fmt.Errorf("get %s: %w", key, video.ErrNoObject)
	}
	return bytes.Clone(b), nil
}

// PutStream implements captioning.Captions.
func (c *Captions) PutStream(ctx context.Context, key, contentType string, write func(io.Writer) ([]byte, error)) error {
	c.mu.Lock()
	_, there := c.objects[key]
	c.mu.Unlock()
	if there {
		return nil
	}
	var body bytes.Buffer
	head, err := write(&body)
	if err != nil {
		return fmt.Errorf("put %s: %w", key, err)
	}
	return c.PutOnce(ctx, key, contentType, append(head, body.Bytes()...))
}

// Remove implements captioning.Captions.
func (c *Captions) Remove(_ context.Context, key string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.objects, key)
	return nil
}

// RemoveAll removes everything below prefix.
func (c *Captions) RemoveAll(_ context.Context, prefix string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	maps.DeleteFunc(c.objects, func(key string, _ []byte) bool { return strings.HasPrefix(key, prefix) })
	return nil
}

// Keys returns the names of all objects, in order.
func (c *Captions) Keys() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Sorted(maps.Keys(c.objects))
}
