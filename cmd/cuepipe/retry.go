package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/cuepipe/cuepipe/internal/client"
)

func (a *app) retryCommand() *cobra.Command {
	var wait bool
	var timeout time.Duration
	var options optionFlags
	cmd := &cobra.Command{
		Use:   "retry ID",
		Short: "Caption a video that was uploaded once more",
		Long: `Caption a video that was uploaded once more, from the start: one that failed for
a cause that is over, one that seems to be stuck, or one that is ready, whose
captions are then replaced.

With --language, --speakers, --profile or --names these are asked of the captions
from now on, instead of all that was asked before.

With --wait the command ends when the video does, and its exit code says how.

` + exitHelp,
		Args:              exactly("the id of one video"),
		ValidArgsFunction: a.completeIDs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			asked, err := options.asked()
			if err != nil {
				return err
			}
			if !options.given() {
				return a.retry(cmd.Context(), args[0], nil, wait, timeout)
			}
			return a.retry(cmd.Context(), args[0], &asked, wait, timeout)
		},
	}
	cmd.Flags().BoolVar(&wait, "wait", false, "wait until the video is captioned")
	cmd.Flags().DurationVar(&timeout, "timeout", 0, "with --wait: give up after this time, such as 10m; 0 never does")
	options.register(cmd.Flags())
	return cmd
}

func (a *app) retry(ctx context.Context, id string, options *client.Options, wait bool, timeout time.Duration) error {
	c, err := a.client()
	if err != nil {
		return err
	}
	ctx, cancel := limit(ctx, timeout)
	defer cancel()
	v, err := c.Retry(ctx, id, options)
	if err != nil {
		return explain(ctx, err, state{}, false)
	}
	if !wait {
		fmt.Fprintf(a.err, "The video is captioned once more. Get its captions with: cuepipe captions --wait %s\n", v.ID)
		return nil
	}
	if v, err = a.wait(ctx, c, v); err != nil {
		return err
	}
	if err := outcome(v); err != nil {
		return err
	}
	fmt.Fprintf(a.err, "The captions are ready. Get them with: cuepipe captions %s\n", v.ID)
	return nil
}
