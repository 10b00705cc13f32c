package main

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/cuepipe/cuepipe/internal/client"
)

// statuses of a video, as it comes on.
var statuses = []string{client.Pending, client.Queued, client.Captioning, client.Ready, client.Uncaptioned, client.Failed, client.Deleting}

func (a *app) listCommand() *cobra.Command {
	var most int
	var json bool
	var status string
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List your videos, newest first",
		Long: `List your videos, newest first, with their ids, which the other commands take.

` + exitHelp,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if status != "" && !slices.Contains(statuses, status) {
				return usage("The status must be one of %s, and %q is none of them.", strings.Join(statuses, ", "), status)
			}
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
				if most > 0 && status == "" { // otherwise nobody knows how many are passed over
					limit = min(page, left)
				}
				vs, next, err := c.List(cmd.Context(), cursor, limit)
				if err != nil {
					return explain(cmd.Context(), err, state{}, false)
				}
				for _, v := range vs {
					if status != "" && v.Status != status || most > 0 && left <= 0 {
						continue
					}
					left--
					if json {
						writeJSON(a.out, v)
						continue
					}
					fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", v.ID, v.Status, length(v), v.CreatedAt.Local().Format(time.DateTime), plain(v.Title))
				}
				cursor = next
				if cursor == "" || most > 0 && left <= 0 {
					return table.Flush()
				}
			}
		},
	}
	cmd.Flags().IntVarP(&most, "limit", "n", 20, "how many to list; 0 is all")
	cmd.Flags().BoolVar(&json, "json", false, "print one JSON object a line")
	cmd.Flags().StringVar(&status, "status", "", "only those that are "+strings.Join(statuses, ", "))
	completeWith(cmd, "status", statuses)
	return cmd
}

func (a *app) getCommand() *cobra.Command {
	var json bool
	var f captionsFlags
	cmd := &cobra.Command{
		Use:   "get ID",
		Short: "Show a video and how far it has come, or get its captions",
		Long: `Show a video and how far it has come. With --format, --output or --track get its
captions instead, as "cuepipe captions" does.

` + exitHelp,
		Example: `  cuepipe get abcdefghijklmnopqrstuvwxyz
  cuepipe get abcdefghijklmnopqrstuvwxyz --format srt > lecture.srt`,
		Args:              exactly("the id of one video"),
		ValidArgsFunction: a.completeIDs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if flags := cmd.Flags(); flags.Changed("format") || flags.Changed("output") || flags.Changed("track") {
				if json {
					return usage("Choose one: --json shows the video, and the other flags get its captions. Captions as JSON are --format json.")
				}
				return a.captions(cmd.Context(), args[0], f)
			}
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
	f.register(cmd)
	return cmd
}

func (a *app) describe(v client.Video) error {
	table := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "id\t%s\ntitle\t%s\nstatus\t%s\n", v.ID, plain(v.Title), v.Status)
	if v.InWork() {
		fmt.Fprintf(table, "progress\t%s\n", stateOf(v).inWords())
	}
	fmt.Fprintf(table, "length\t%s\nsize\t%d bytes\ncreated\t%s\n", length(v), v.Size, v.CreatedAt.Local().Format(time.DateTime))
	for _, t := range v.Tracks {
		fmt.Fprintf(table, "track\t%s, %s, %s\n", t.Name, cues(t.Cues), madeBy(t))
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

// madeBy says who made a track.
func madeBy(t client.Track) string {
	if t.Version == 0 {
		return strings.TrimSpace(t.Kind + " " + t.Engine)
	}
	by := fmt.Sprintf("%s, version %d", t.Kind, t.Version)
	if t.SavedAt != nil {
		by += ", saved " + t.SavedAt.Local().Format(time.DateTime)
	}
	return by
}
