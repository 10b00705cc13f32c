package speech

import "context"

// A Turn is had by one caller at a time, such as that of an engine whose models
// hear one sound after the other.
type Turn chan struct{}

// NewTurn returns a turn that nobody has.
func NewTurn() Turn { return make(Turn, 1) }

// Take waits for the turn, or returns ctx's error. Who has it calls Release.
func (t Turn) Take(ctx context.Context) error {
	select {
	case t <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Release gives the turn to the next.
func (t Turn) Release() { <-t }
