// Command spike uploads many tiny videos at once through the API of the
// deployed stage, and prints JSON lines: what there is to see every ten
// seconds, and at last what became of every video. It fails when one is lost,
// doubled or wrong. The plot goes to a file, and to the terminal.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/cuepipe/cuepipe/integration/spike"
	"github.com/cuepipe/cuepipe/integration/stack"
)

func main() {
	n := flag.Int("n", 10000, "how many videos")
	clients := flag.Int("clients", 8, "how many upload at once")
	limit := flag.Duration("limit", 2*time.Hour, "when to end, whatever still waits")
	plot := flag.String("plot", "", "where the SVG goes")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *n, *clients, *limit, *plot); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, n, clients int, limit time.Duration, plot string) error {
	s, err := stack.Load()
	if err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	r, err := spike.Spike{Stack: s, N: n, Clients: clients, Limit: limit, Tell: func(m spike.Moment) error { return out.Encode(m) }}.Run(ctx)
	if err != nil {
		return err
	}
	if err := spike.Draw(os.Stderr, 100, r.Series); err != nil {
		return err
	}
	if plot != "" {
		f, err := os.Create(plot)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := spike.Plot(f, fmt.Sprintf("%d uploads at once", n), r.Series); err != nil {
			return err
		}
	}
	if err := out.Encode(r); err != nil {
		return err
	}
	if r.NotUploaded+r.Lost+r.Doubled+r.Wrong+r.DeadLetters > 0 || !r.Flat {
		return errors.New("not every video came to its right end in time, or a function's memory grew; the last line says which")
	}
	return nil
}
