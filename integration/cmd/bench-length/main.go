// Command bench-length measures films of several lengths on their way through
// the deployed pipeline, with two transcribers at once, and one length also
// with one. It prints a JSON line for each film and a last one that compares
// them. With -steps it also writes the times of the steps, for plan-scale.
//
// AWS bounds a queue's function to two at least, so that one transcriber cannot
// be deployed: there the local pollers are held back (pollers.json), and
// nothing else is different.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/cuepipe/cuepipe/integration/films"
	"github.com/cuepipe/cuepipe/integration/functionlog"
	"github.com/cuepipe/cuepipe/integration/machine"
	"github.com/cuepipe/cuepipe/integration/stack"
	"github.com/cuepipe/cuepipe/internal/client"
)

func main() {
	lengths := flag.String("lengths", "1 10 60 240", "of the films, in minutes")
	alone := flag.Int("alone", 60, "the length that is also measured with one transcriber; 0 is none")
	steps := flag.String("steps", "", "where the times of the steps go")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *lengths, *alone, *steps); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, lengths string, alone int, steps string) error {
	var minutes []int
	for _, l := range strings.Fields(lengths) {
		m, err := strconv.Atoi(l)
		if err != nil || m < 1 {
			return fmt.Errorf("%q is no length in minutes", l)
		}
		minutes = append(minutes, m)
	}
	b, err := prepare()
	if err != nil {
		return err
	}
	defer b.workers(ctx, most)
	// All films first: making one takes the processors that the next is measured on.
	paths := map[int]string{}
	for _, m := range append(minutes, 1, alone) {
		if m == 0 || paths[m] != "" {
			continue
		}
		if paths[m], err = films.Long(ctx, time.Duration(m)*time.Minute); err != nil {
			return err
		}
	}
	// Once before, so that both transcribers have started: a start belongs to no film.
	if err := b.warm(ctx, paths[1]); err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	var all []figures
	one := func(m, workers int) error {
		if err := b.workers(ctx, workers); err != nil {
			return err
		}
		f, err := b.film(ctx, m, paths[m], workers)
		if err != nil {
			return fmt.Errorf("film of %d minutes, %d at once: %w", m, workers, err)
		}
		all = append(all, f)
		return out.Encode(f)
	}
	for _, m := range order(minutes) {
		if err := one(m, most); err != nil {
			return err
		}
	}
	for i := range pairs {
		if alone == 0 {
			break
		}
		if i > 0 || !slices.Contains(minutes, alone) {
			if err := one(alone, most); err != nil {
				return err
			}
		}
		if err := one(alone, 1); err != nil {
			return err
		}
	}
	if steps != "" {
		starts, _, err := functionlog.Open(b.stack).Next()
		if err != nil {
			return err
		}
		if err := write(steps, all, starts); err != nil {
			return err
		}
	}
	return out.Encode(compare(all))
}

// short films, in minutes, are over before the machine has shown how fast it is.
const short = 10

// order repeats the short films after each long one, so that they see the same
// machine, faster and slower, as the long ones do.
func order(minutes []int) (films []int) {
	var shorts []int
	for _, m := range minutes {
		films = append(films, m)
		if m <= short {
			shorts = append(shorts, m)
		} else {
			films = append(films, shorts...)
		}
	}
	return films
}

// pairs is how often the length of -alone is measured with one transcriber and
// with two, in turns: the machine is not equally fast all the time.
const pairs = 3

// most is how many transcribers stage local has at once.
const most = 2

// pollers is the file by which pollers are held back.
func pollers(s *stack.Stack) string { return filepath.Join(s.RunDir, "tmp", "pollers.json") }

type bench struct {
	stack  *stack.Stack
	client *client.Client
	held   int // what pollers.json says
}

func prepare() (*bench, error) {
	s, err := stack.Load()
	if err != nil {
		return nil, err
	}
	token, err := s.Token("bench")
	if err != nil {
		return nil, err
	}
	if _, err := machine.Processes(s); err != nil {
		return nil, err
	}
	// What a run that was killed may have left.
	if err := os.Remove(pollers(s)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return &bench{stack: s, client: &client.Client{API: s.API, Token: token}, held: most}, nil
}
