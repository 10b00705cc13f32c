package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// completionTime is how long somebody who pressed the tab key waits for the
// service.
const completionTime = 3 * time.Second

// completeIDs offers the ids of the newest videos, with their titles, for so
// many arguments; 0 is any number.
func (a *app) completeIDs(most int) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if most > 0 && len(args) >= most {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		c, err := a.client()
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		ctx, cancel := context.WithTimeout(cmd.Context(), completionTime)
		defer cancel()
		videos, _, err := c.List(ctx, "", 100)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var ids []cobra.Completion
		for _, v := range videos {
			if strings.HasPrefix(v.ID, begun) && !slices.Contains(args, v.ID) {
				ids = append(ids, cobra.CompletionWithDesc(v.ID, plain(v.Title)+", "+v.Status))
			}
		}
		return ids, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
	}
}

// completeWith offers fixed words for a flag.
func completeWith(cmd *cobra.Command, flag string, words []string) {
	if err := cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)); err != nil {
		panic(err) // the command does not have the flag
	}
}
