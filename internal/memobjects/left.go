package memobjects

import (
	"context"
	"strings"
)

// Left reports whether any version of key is stored, or an upload of it is not
// finished.
func (u *Uploads) Left(_ context.Context, key string) (bool, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	return len(u.versions[key]) > 0 || u.hasParts(key), nil
}

// Left reports whether anything below prefix is stored.
func (c *Captions) Left(_ context.Context, prefix string) (bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for key := range c.objects {
		if strings.HasPrefix(key, prefix) {
			return true, nil
		}
	}
	return false, nil
}
