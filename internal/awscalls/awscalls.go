// Package awscalls says how many calls of AWS a piece of work made, and how long
// it waited for them.
package awscalls

import (
	"context"
	"sync"
	"time"

	"github.com/aws/smithy-go/middleware"
)

// Calls counts what is called under a context. It is safe for concurrent use.
type Calls struct {
	mu     sync.Mutex
	count  int
	under  int       // way now
	since  time.Time // the first of them
	waited time.Duration
}

type key struct{}

// Counted returns a context under which calls are counted.
func Counted(ctx context.Context) (context.Context, *Calls) {
	c := &Calls{}
	return context.WithValue(ctx, key{}, c), c
}

// Made is how many requests were sent, those included that the SDK sent again.
func (c *Calls) Made() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.count
}

// Waited is how long at least one of them was under way, up to the header of its
// answer.
func (c *Calls) Waited() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.waited
}

func (c *Calls) begin() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.count++
	if c.under++; c.under == 1 {
		c.since = time.Now()
	}
}

func (c *Calls) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.under--; c.under == 0 {
		c.waited += time.Since(c.since)
	}
}

// Count is an option of every client of the SDK. What is only signed is not
// called, and does not come this far.
func Count(stack *middleware.Stack) error {
	return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("CountCalls",
		func(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
			if c, ok := ctx.Value(key{}).(*Calls); ok {
				c.begin()
				defer c.end()
			}
			return next.HandleDeserialize(ctx, in)
		}), middleware.After)
}
