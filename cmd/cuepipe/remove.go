package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
)

func (a *app) removeCommand() *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use:   "rm ID...",
		Short: "Delete videos with their captions, for good",
		Long: `Delete videos with their captions, for good. On a terminal it asks first, unless
--yes is given.

` + exitHelp,
		ValidArgsFunction: a.completeIDs(0),
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("Name the ids of the videos that are to be deleted.")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return a.remove(cmd.Context(), args, yes) },
	}
	cmd.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")
	return cmd
}

// remove goes on where one cannot be deleted.
func (a *app) remove(ctx context.Context, ids []string, yes bool) error {
	c, err := a.client()
	if err != nil {
		return err
	}
	if a.typist && !yes {
		what := ids[0]
		if len(ids) > 1 {
			what = fmt.Sprintf("%d videos", len(ids))
		} else if v, err := c.Get(ctx, ids[0]); err == nil {
			what = fmt.Sprintf("%s (%s)", ids[0], plain(v.Title))
		}
		sure, err := a.ask(ctx, "Delete "+what+" with the captions, for good? [y/N] ")
		if err != nil {
			return explain(ctx, err, state{}, false)
		}
		if !sure {
			return say("Nothing was deleted.")
		}
	}
	var failed error
	for _, id := range ids {
		if err := c.Delete(ctx, id); err != nil {
			err = explain(ctx, say("%s was not deleted. %w", id, err), state{}, false)
			if codeOf(err) == exitInterrupted || len(ids) == 1 {
				return err
			}
			fmt.Fprintf(a.err, "cuepipe: %v\n", err)
			failed = say("Not all of the videos were deleted.")
			continue
		}
		fmt.Fprintf(a.err, "Deleted %s.\n", id)
	}
	return failed
}

// ask puts a question whose answer is no, unless it begins with a y.
func (a *app) ask(ctx context.Context, question string) (bool, error) {
	fmt.Fprint(a.err, question)
	var in io.Reader = os.Stdin
	if a.in != nil {
		in = a.in
	}
	type line struct {
		text string
		err  error
	}
	typed := make(chan line, 1)
	go func() { // a terminal's reading cannot be ended, but the process can
		text, err := bufio.NewReader(in).ReadString('\n')
		typed <- line{text, err}
	}()
	select {
	case <-ctx.Done():
		fmt.Fprintln(a.err)
		return false, context.Cause(ctx)
	case l := <-typed:
		if l.err != nil && !errors.Is(l.err, io.EOF) {
			return false, l.err
		}
		return strings.HasPrefix(strings.ToLower(strings.TrimSpace(l.text)), "y"), nil
	}
}
