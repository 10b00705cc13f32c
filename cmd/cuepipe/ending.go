package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/cuepipe/cuepipe/internal/client"
)

var errTimeout = errors.New("the time that was given is over")

// limit ends ctx after d, unless d is 0.
func limit(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	if d <= 0 {
		return ctx, func() {}
	}
	return context.WithTimeoutCause(ctx, d, errTimeout)
}

// explain says what an error means for the video, and how to go on. What the
// video itself ended with needs no more words.
func explain(ctx context.Context, err error, last state, local bool) error {
	var e *exit
	if errors.As(err, &e) {
		return err
	}
	code, what := exitFailure, err.Error()
	var p *client.Problem
	switch {
	case errors.As(err, &p) && p.Status == http.StatusUnauthorized:
		what += " Log in with: cuepipe login"
	case errors.Is(context.Cause(ctx), errTimeout):
		what = "The captions were not ready in the time that was given."
	case ctx.Err() != nil:
		code, what = exitInterrupted, "Interrupted."
	}
	if last.kept != "" {
		what += fmt.Sprintf(" What was captioned so far is in %s.", last.kept)
	}
	switch {
	case local && code == exitInterrupted && last.kept == "":
		what += " Nothing was written."
	case local || last.ID == "":
	case (last.sending() || last.Status == client.Pending) && !last.keptUntil.IsZero():
		what += fmt.Sprintf(" The upload was not complete. Go on where it stopped with the same command; until %s the service keeps what has arrived.", last.keptUntil.Local().Format("2 January"))
	case last.sending() || last.Status == client.Pending:
		what += fmt.Sprintf(" The upload was not complete, so nothing is captioned; the service forgets video %s within a week. Start again with the same command.", last.ID)
	case last.Status == client.Ready:
		what += " The captions are ready. Get them with: cuepipe captions " + last.ID
	case last.ended(): // it is being deleted
	default:
		what += " The service goes on with the video. Get its captions with: cuepipe captions --wait " + last.ID
	}
	return &exit{code, &said{what, err}}
}

// said is an error in other words.
type said struct {
	words string
	cause error
}

func (s *said) Error() string { return s.words }
func (s *said) Unwrap() error { return s.cause }
