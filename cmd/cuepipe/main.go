// Command cuepipe captions videos: by a Cuepipe service, or with --local by the
// same code in this process. Its exit codes are in exit.go.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/term"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A second Ctrl-C ends the process at once; but not one that comes with the
	// first, because a parent passed on what the terminal sent to both.
	context.AfterFunc(ctx, func() { time.AfterFunc(time.Second, stop) })
	os.Exit(run(ctx, os.Args[1:], console{
		out: os.Stdout, err: os.Stderr, getenv: os.Getenv,
		terminal: term.IsTerminal(int(os.Stderr.Fd())) && os.Getenv("TERM") != "dumb",
		reader:   term.IsTerminal(int(os.Stdout.Fd())) && os.Getenv("TERM") != "dumb",
		typist:   term.IsTerminal(int(os.Stdin.Fd())),
	}))
}
