package main

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/cuepipe/cuepipe/internal/client"
)

func (a *app) searchCommand() *cobra.Command {
	var video string
	var limit int
	var json bool
	cmd := &cobra.Command{
		Use:   "search WORDS...",
		Short: "Find what was said in your videos",
		Long: `Find what was said in your videos: all of the words, or the beginnings of words,
in one caption or in two that follow each other. Case and accents make no
difference. Nothing found is no failure.

` + exitHelp,
		Example: `  cuepipe search summer day
  cuepipe search --video abcdefghijklmnopqrstuvwxyz temperate
  cuepipe search --json lovely | jq -r .video`,
		ValidArgsFunction: cobra.NoFileCompletions,
		Args: func(_ *cobra.Command, args []string) error {
			if strings.TrimSpace(strings.Join(args, " ")) == "" {
				return usage("Name the words that are to be found.")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if limit < 1 || limit > mostHits {
				return usage("The limit must be a number from 1 to %d.", mostHits)
			}
			c, err := a.client()
			if err != nil {
				return err
			}
			found, err := c.Search(cmd.Context(), strings.Join(args, " "), video, limit)
			if err != nil {
				return explain(cmd.Context(), err, state{}, false)
			}
			return a.showHits(cmd.Context(), found, json)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&video, "video", "", "search in the video with this id only")
	flags.IntVarP(&limit, "limit", "n", 50, fmt.Sprintf("how many to find, at most %d", mostHits))
	flags.BoolVar(&json, "json", false, "print one JSON object a line")
	if err := cmd.RegisterFlagCompletionFunc("video", a.completeIDs(0)); err != nil {
		panic(err) // the command does not have the flag
	}
	return cmd
}

// mostHits is the API's limit.
const mostHits = 200

// showHits prints each video's below its title.
func (a *app) showHits(_ context.Context, found client.Hits, json bool) error {
	last := ""
	for _, h := range found.Hits {
		if json {
			writeJSON(a.out, h)
			continue
		}
		title := plain(h.Title)
		if h.Cue == 0 { // the title alone has the words
			title = a.mark(h.Title, h.Marks)
		}
		if h.Video != last {
			last = h.Video
			if _, err := fmt.Fprintf(a.out, "%s  %s\n", h.Video, title); err != nil {
				return say("The hits could not be written to standard output: %w.", err)
			}
		}
		if h.Cue > 0 {
			fmt.Fprintf(a.out, "%9s  %s\n", clock(h.Start), a.mark(h.Text, h.Marks))
		}
	}
	switch {
	case len(found.Hits) == 0:
		fmt.Fprintf(a.err, "Nothing was found in %s.\n", videos(found.Videos))
	case found.More:
		fmt.Fprintln(a.err, "There is more. Name more words, or a higher --limit.")
	}
	if found.NotSearched > 0 {
		fmt.Fprintf(a.err, "%s older than these were not searched. Name one of them with --video.\n", videos(found.NotSearched))
	}
	return nil
}

func videos(n int) string {
	if n == 1 {
		return "1 video"
	}
	return fmt.Sprintf("%d videos", n)
}

// mark shows what was found where somebody reads, and no control characters of
// others. Marks are first and last, which is not part of it, in code points.
func (a *app) mark(text string, marks [][2]int) string {
	const bold, normal = "\x1b[1m", "\x1b[0m"
	text = plain(text) // rune by rune, so that marks hold
	if !a.reader || a.getenv("NO_COLOR") != "" {
		return text
	}
	runes, at := []rune(text), 0
	var b strings.Builder
	for _, m := range marks {
		if m[0] < at || m[1] <= m[0] || m[1] > utf8.RuneCountInString(text) {
			continue // not in order, or beyond the text: shown without
		}
		b.WriteString(string(runes[at:m[0]]) + bold + string(runes[m[0]:m[1]]) + normal)
		at = m[1]
	}
	return b.String() + string(runes[at:])
}
