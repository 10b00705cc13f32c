// Command bench-api measures the API's handlers, warm: many requests at once for
// a while, first against the handlers in this process over memory, then against
// those that are deployed. It prints a JSON line for each, and one for each route
// of the deployed ones: how many calls of AWS a request made, and how much of
// its time was the handler's own.
//
// It ends with code 1 where any request was answered otherwise than it should.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/cuepipe/cuepipe/integration/machine"
	"github.com/cuepipe/cuepipe/integration/stack"
)

func main() {
	film := flag.String("film", "", "a short film to upload and ask for")
	atOnce := flag.Int("at-once", 50, "requests at once")
	lasts := flag.Duration("for", 30*time.Second, "how long, each of the two")
	flag.Parse()
	if err := run(*film, *atOnce, *lasts); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(film string, atOnce int, lasts time.Duration) error {
	s, err := stack.Load()
	if err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	memory, err := inProcess()
	if err != nil {
		return err
	}
	deployed, err := onStage(s, film)
	if err != nil {
		return err
	}
	failed := 0
	for _, t := range []target{memory, deployed} {
		if err := t.warm(atOnce); err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
		stolen, err := machine.Stolen()
		if err != nil {
			return err
		}
		began := time.Now()
		answers := t.load(atOnce, lasts)
		after, err := machine.Stolen()
		if err != nil {
			return err
		}
		line := summary(t.name, atOnce, time.Since(began), answers)
		line["stolen_s"] = (after - stolen).Seconds()
		if err := out.Encode(line); err != nil {
			return err
		}
		failed += line["errors"].(int)
		if t.routes == nil {
			continue
		}
		lines, err := t.routes(began)
		if err != nil {
			return err
		}
		for _, l := range lines {
			if err := out.Encode(l); err != nil {
				return err
			}
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d requests were answered otherwise than they should", failed)
	}
	return nil
}
