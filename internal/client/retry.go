package client

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

// retry calls f until it succeeds, until again says that another attempt is of
// no use, or until so many attempts are used up.
func retry(ctx context.Context, attempts int, f func(attempt int) error, again func(error) bool) error {
	pause := firstPause
	for attempt := 1; ; attempt++ {
		err := f(attempt)
		if err == nil || attempt == attempts || !again(err) {
			return err
		}
		// Half of the pause is random, so that clients which failed together
		// do not come back together.
		wait := pause/2 + rand.N(pause)
		var p *Problem
		if errors.As(err, &p) {
			wait = max(wait, p.after)
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(wait):
		}
		pause = min(2*pause, longestPause)
	}
}

// mayHelp reports whether the same call may succeed if it is made again. What
// must be done only once is repeated where it certainly was not done at all.
func mayHelp(err error, once bool) bool {
	var p *Problem
	if errors.As(err, &p) {
		return p.Status == http.StatusTooManyRequests || p.Status >= 500 && !once
	}
	var u *Unreachable
	return errors.As(err, &u) && !once
}

// longestPause is for what is tried more than some times.
const longestPause = 15 * time.Second

// longestAfter bounds what a service may ask for.
const longestAfter = 10 * time.Second

func retryAfter(res *http.Response) time.Duration {
	n, err := strconv.Atoi(res.Header.Get("Retry-After"))
	if err != nil || n < 0 {
		return 0
	}
	return min(time.Duration(n)*time.Second, longestAfter)
}
