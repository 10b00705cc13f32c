package memobjects

import (
	"bytes"
	"context"
	"crypto/md5"
	"fmt"

	"github.com/cuepipe/cuepipe/internal/video"
)

// tagOf is an object's entity tag, which as in S3 says what is in it and not
// when it was written.
func tagOf(body []byte) string { return fmt.Sprintf(`"%x"`, md5.Sum(body)) }

// GetUnless returns an object and its entity tag; no body if the tag is the one
// that is given; video.ErrNoObject where nothing is stored.
func (c *Captions) GetUnless(ctx context.Context, key, tag string) (body []byte, now string, err error) {
	body, err = c.Get(ctx, key)
	if err != nil {
		return nil, "", err
	}
	if now = tagOf(body); now == tag {
		return nil, now, nil
	}
	return body, now, nil
}

// PutIf stores an object in the place of the one with that tag, or, where the
// tag is empty, where there is none, and returns its tag. If that does not hold
// any more it returns video.ErrObjectChanged, or video.ErrNoObject.
func (c *Captions) PutIf(_ context.Context, key, _, tag string, body []byte) (now string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	old, there := c.objects[key]
	switch {
	case tag != "" && !there:
		return "", fmt.Errorf("put %s: %w", key, video.ErrNoObject)
	case there && (tag == "" || tagOf(old) != tag):
		return "", fmt.Errorf("put %s: %w", key, video.ErrObjectChanged)
	}
	if c.objects == nil {
		c.objects = map[string][]byte{}
	}
	c.objects[key] = bytes.Clone(body)
	return tagOf(body), nil
}
