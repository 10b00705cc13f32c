package main

import (
	"context"
	"errors"
	"os"
)

// early keeps a file up to date with what there is of a video's captions.
type early struct {
	way  way
	out  output
	done int // segments, when it looked last
	// until is how far what it wrote goes, in seconds of the film; 0: nothing
	// is written.
	until float64
}

// update looks for more once another segment is done, unless it was the last:
// then the whole comes in a moment. It may fail: what matters fails again when
// the whole is fetched and written, and is told then.
func (e *early) update(ctx context.Context, s state) {
	if s.Done == e.done || s.Done >= s.Total {
		return
	}
	e.done = s.Done
	c, err := e.way.Early(ctx, s.ID)
	if err != nil || c.Until == e.until || c.Until == 0 { // 0: nothing, or by now the whole
		return
	}
	if e.out.write(c.Body) == nil {
		e.until = c.Until
	}
}

// end is called when whole captions will not come, because of err. It returns
// the file that has what was there so far, and how far that goes. Where the
// service found that the video has nothing to caption, or cannot be captioned,
// the file is removed: what is in it was wrong, or a guess.
func (e *early) end(err error) (kept string, until float64) {
	if e.until == 0 {
		return "", 0
	}
	var ended *exit
	if errors.As(err, &ended) && (ended.code == exitUncaptioned || ended.code == exitVideoFailed) && os.Remove(e.out.path) == nil {
		return "", 0
	}
	return e.out.path, e.until
}
