// Package memvideos keeps videos in memory, for tests and for captioning
// without a cloud.
package memvideos

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/cuepipe/cuepipe/internal/video"
)

// Store is empty and ready when zero but for Now.
type Store struct {
	Now func() time.Time // nil is time.Now

	mu     sync.Mutex
	videos map[string]video.Video
}

// Create stores a new video, or returns video.ErrExists.
func (s *Store) Create(_ context.Context, v video.Video) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.videos[v.ID]; ok {
		return fmt.Errorf("create: %w", video.ErrExists)
	}
	if s.videos == nil {
		s.videos = map[string]video.Video{}
	}
	s.videos[v.ID] = v
	return nil
}

// Get returns video.ErrNotFound where there is none.
func (s *Store) Get(_ context.Context, id string) (video.Video, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.videos[id]
	if !ok {
		return v, fmt.Errorf("get: %w", video.ErrNotFound)
	}
	return v, nil
}

// Change applies c, or returns video.ErrStale with the video as it is.
func (s *Store) Change(_ context.Context, id string, c video.Change) (video.Video, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.videos[id]
	if !ok {
		return v, fmt.Errorf("%s: %w", c.Name, video.ErrNotFound)
	}
	now := time.Now
	if s.Now != nil {
		now = s.Now
	}
	changed, err := c.Apply(v, now().UTC())
	if err != nil {
		return v, err
	}
	s.videos[id] = changed
	return changed, nil
}

// List returns a page of an owner's videos, newest first, and the place after
// it, which is zero at the end. It begins after the zero place.
func (s *Store) List(_ context.Context, owner string, after video.Place, limit int) ([]video.Video, video.Place, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var vs []video.Video
	for _, v := range s.videos {
		if v.Owner == owner && owner != "" && (after == video.Place{} || newer(after, place(v))) {
			vs = append(vs, v)
		}
	}
	slices.SortFunc(vs, func(a, b video.Video) int {
		return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), cmp.Compare(b.ID, a.ID))
	})
	if len(vs) <= limit {
		return vs, video.Place{}, nil
	}
	return vs[:limit], place(vs[limit-1]), nil
}

// Unmoved returns up to limit videos of a status that were last changed before
// a time, oldest first.
func (s *Store) Unmoved(_ context.Context, status video.Status, before time.Time, limit int) ([]video.Video, error) {
	return s.oldest(limit, func(v video.Video) bool { return v.Status == status && v.UpdatedAt.Before(before) }), nil
}

// FailedWith returns up to limit videos that failed with one of the codes
// before a time, oldest first.
func (s *Store) FailedWith(_ context.Context, codes []string, before time.Time, limit int) ([]video.Video, error) {
	return s.oldest(limit, func(v video.Video) bool {
		return v.Status == video.Failed && v.UpdatedAt.Before(before) && v.Failure != nil && slices.Contains(codes, v.Failure.Code)
	}), nil
}

func (s *Store) oldest(limit int, is func(video.Video) bool) []video.Video {
	s.mu.Lock()
	defer s.mu.Unlock()
	var vs []video.Video
	for _, v := range s.videos {
		if is(v) {
			vs = append(vs, v)
		}
	}
	slices.SortFunc(vs, func(a, b video.Video) int {
		return cmp.Or(a.UpdatedAt.Compare(b.UpdatedAt), cmp.Compare(a.ID, b.ID))
	})
	return vs[:min(limit, len(vs))]
}

func place(v video.Video) video.Place { return video.Place{CreatedAt: v.CreatedAt, ID: v.ID} }

func newer(a, b video.Place) bool {
	return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID)) > 0
}
