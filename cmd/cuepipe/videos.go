package main

import (
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/cuepipe/cuepipe/internal/client"
)

func (a *app) listCommand() *cobra.Command {
	var most int
	var json bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List your videos, newest first",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := a.client()
			if err != nil {
				return err
			}
			table := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
			if !json {
				fmt.Fprintln(table, "ID\tSTATUS\tLENGTH\tCREATED\tTITLE")
			}
			const page = 100 // the most that the service gives at once
			for cursor, left := "", most; ; {
				limit := page
				if most > 0 {
					limit = min(page, left)
				}
				vs, next, err := c.List(cmd.Context(), cursor, limit)
				if err != nil {
					return explain(cmd.Context(), err, state{}, false)
				}
				for _, v := range vs {
					if json {
						writeJSON(a.out, v)
						continue
					}
					fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", v.ID, v.Status, length(v), v.CreatedAt.Local().Format(time.DateTime), v.Title)
				}
				cursor, left = next, left-len(vs)
				if cursor == "" || most > 0 && left <= 0 {
					return table.Flush()
				}
			}
		},
	}
	cmd.Flags().IntVarP(&most, "limit", "n", 20, "how many to list; 0 is all")
	cmd.Flags().BoolVar(&json, "json", false, "print one JSON object a line")
	return cmd
}

func (a *app) getCommand() *cobra.Command {
	var json bool
	cmd := &cobra.Command{
		Use:   "get ID",
		Short: "Show a video and how far it has come",
		Args:  exactly("the id of one video"),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.client()
			if err != nil {
				return err
			}
			v, err := c.Get(cmd.Context(), args[0])
			if err != nil {
				return explain(cmd.Context(), err, state{}, false)
			}
			if json {
				writeJSON(a.out, v)
				return nil
			}
			return a.describe(v)
		},
	}
	cmd.Flags().BoolVar(&json, "json", false, "print JSON")
	return cmd
}

func (a *app) describe(v client.Video) error {
	table := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "id\t%s\ntitle\t%s\nstatus\t%s\n", v.ID, v.Title, v.Status)
	if v.InWork() {
		fmt.Fprintf(table, "progress\t%s\n", stateOf(v).inWords())
	}
	fmt.Fprintf(table, "length\t%s\nsize\t%d bytes\ncreated\t%s\n", length(v), v.Size, v.CreatedAt.Local().Format(time.DateTime))
	for _, t := range v.Tracks {
		fmt.Fprintf(table, "track\t%s, %s, %s %s\n", t.Name, cues(t.Cues), t.Kind, t.Engine)
	}
	if v.Failure != nil {
		fmt.Fprintf(table, "reason\t%s (%s)\n", v.Failure.Message, v.Failure.Code)
	}
	return table.Flush()
}

func length(v client.Video) string {
	if v.Duration == 0 {
		return "-"
	}
	return clock(v.Duration)
}

func (a *app) removeCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "rm ID...",
		Short: "Delete videos with their captions, for good",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("Name the ids of the videos that are to be deleted.")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.client()
			if err != nil {
				return err
			}
			for _, id := range args {
				if err := c.Delete(cmd.Context(), id); err != nil {
					return explain(cmd.Context(), say("%s was not deleted. %w", id, err), state{}, false)
				}
				fmt.Fprintf(a.err, "Deleted %s.\n", id)
			}
			return nil
		},
	}
}
