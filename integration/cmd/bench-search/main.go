// Command bench-search measures searches of an owner with many videos: in this
// process over memory; with the adapters over the running stage's S3 and
// DynamoDB; and by the function that is deployed there. It prints a JSON line for
// each kind of search: times, calls of AWS, allocations and memory, beside how
// fast the machine was at that moment.
//
// It ends with code 1 where a search does not find what is there.
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

	"github.com/cuepipe/cuepipe/integration/machine"
	"github.com/cuepipe/cuepipe/integration/stack"
)

func main() {
	var f films
	flag.IntVar(&f.videos, "videos", 1000, "how many there are")
	flag.IntVar(&f.words, "words", 1500, "of each; 1,500 are ten minutes")
	flag.StringVar(&f.text, "text", "", "a folder of documents (*.md) whose words are said in them")
	deployed := flag.Bool("deployed", false, "measure on the running stage, too")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, &f, *deployed); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, f *films, deployed bool) error {
	if err := f.read(); err != nil {
		return err
	}
	print := json.NewEncoder(os.Stdout).Encode
	if err := print(map[string]any{"machine": machine.Description(), "videos": f.videos, "words": f.words,
		"captions_mb": float64(f.size()) / (1 << 20), "distinct_words": f.distinct}); err != nil {
		return err
	}
	p, err := inMemory(ctx, f)
	if err != nil {
		return err
	}
	if err := p.measure(ctx, f, print); err != nil || !deployed {
		return err
	}
	s, err := stack.Load()
	if err != nil {
		return err
	}
	p, err = onStage(ctx, s, f)
	if err != nil {
		return err
	}
	err = p.measure(ctx, f, print)
	if err == nil {
		err = p.measureFunction(ctx, s, f, print)
	}
	return errors.Join(err, p.clear(context.WithoutCancel(ctx)))
}
