package captioning

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/cuepipe/cuepipe/internal/caption"
	"github.com/cuepipe/cuepipe/internal/video"
)

type getObject = func(ctx context.Context, key string) ([]byte, error)

// readParts reads the first total parts of v, so many at once; in this
// goroutine alone where that is one.
func readParts(ctx context.Context, get getObject, v video.Video, total, atOnce int) ([]part, error) {
	parts := make([]part, total)
	err := each(total, atOnce, func(n int) error {
		b, err := get(ctx, partKey(v.ID, v.Generation, n))
		if err == nil {
			parts[n], err = decodePart(b, n)
		}
		if err != nil {
			return fmt.Errorf("part %d: %w", n, err)
		}
		return nil
	})
	return parts, err
}

// each does the work for 0 to n-1, so much of it at once, and returns the first
// number's error. Where that is one it works in this goroutine, and no further
// than to an error.
func each(n, atOnce int, work func(int) error) error {
	if atOnce <= 1 {
		for i := range n {
			if err := work(i); err != nil {
				return err
			}
		}
		return nil
	}
	errs := make([]error, n)
	places := make(chan struct{}, atOnce)
	var wg sync.WaitGroup
	for i := range n {
		places <- struct{}{}
		wg.Go(func() {
			defer func() { <-places }()
			errs[i] = work(i)
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// Early captions are those of a film that is still in work.
type Early struct {
	Captions interface {
		Get(ctx context.Context, key string) ([]byte, error)
	}
	// AtOnce bounds how many parts are read at a time; 0 is 1.
	AtOnce int
}

// Track lays out what is done of v from its start on without a gap, and says
// how far that reaches. The last cues may still change, when what follows them
// is known. Where nothing is there yet the track is empty and has no language.
func (e Early) Track(ctx context.Context, v video.Video) (track caption.Track, until time.Duration, err error) {
	there := 0
	for v.IsDone(there) {
		there++
	}
	if there == 0 {
		return caption.Track{}, 0, nil
	}
	parts, err := readParts(ctx, e.Captions.Get, v, there, e.AtOnce)
	if err != nil {
		return caption.Track{}, 0, fmt.Errorf("early captions: %w", err)
	}
	for n := 1; n < len(parts); n++ {
		// What does not agree will be heard again, and reads otherwise then.
		if !parts[n-1].End.agrees(parts[n].Start, overlapFor(reach(v.SegmentLength))/2) {
			parts = parts[:n]
		}
	}
	last := &parts[len(parts)-1]
	// Beyond its end it heard on, perhaps to the middle of a word.
	last.Words = slices.DeleteFunc(last.Words, func(w partWord) bool { return w.End > last.End.At })
	r, _ := join(parts, v.Options) // none where there is no speech so far
	r.track.Language = languageOf(parts)
	return r.track, time.Duration(last.End.At) * time.Millisecond, nil
}
