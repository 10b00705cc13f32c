package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/cuepipe/cuepipe/internal/client"
)

func (a *app) putCommand() *cobra.Command {
	var track, format, etag string
	var force bool
	cmd := &cobra.Command{
		Use:   "put ID FILE",
		Short: "Save captions that you corrected",
		Long: `Save captions that you corrected, a .vtt or .srt file, as a track of your own. Its
name has a private part, such as en-x-edited; the machine never writes to it. A
track that is there already gets another version, and the ones before are kept.

With --etag they replace the version that you corrected and no other; "cuepipe get
--json" has it. Should somebody save a version in between, nothing is saved,
unless --force is given.

` + exitHelp,
		Example: `  cuepipe captions ID > lecture.vtt
  $EDITOR lecture.vtt
  cuepipe put ID lecture.vtt`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return usage("Name the id of one video and a file of captions.")
			}
			return nil
		},
		ValidArgsFunction: func(cmd *cobra.Command, args []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
			if len(args) == 1 {
				return []cobra.Completion{"vtt", "srt"}, cobra.ShellCompDirectiveFilterFileExt
			}
			return a.completeIDs(2)(cmd, args, begun)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.put(cmd.Context(), args[0], args[1], track, format, etag, force)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&track, "track", "", "the track's name (default: the language of the video's first track, and -x-edited)")
	flags.StringVarP(&format, "format", "f", "", "vtt or srt (default: by the file's name)")
	flags.StringVar(&etag, "etag", "", "the version that was corrected (default: the newest)")
	flags.BoolVar(&force, "force", false, "save also where somebody saved another version meanwhile")
	completeWith(cmd, "format", []string{"vtt", "srt"})
	return cmd
}

// maxCaptions is the API's limit, in bytes.
const maxCaptions = 4 << 20

func (a *app) put(ctx context.Context, id, path, track, format, etag string, force bool) error {
	if format == "" {
		format = strings.ToLower(strings.TrimPrefix(filepath.Ext(path), "."))
	}
	if format != "vtt" && format != "srt" {
		return usage("Captions are saved as vtt or srt. Name such a file, or say which it is with --format.")
	}
	captions, err := readCaptions(path)
	if err != nil {
		return err
	}
	c, err := a.client()
	if err != nil {
		return err
	}
	tracks, err := c.Tracks(ctx, id)
	if err != nil {
		return explain(ctx, err, state{}, false)
	}
	if track == "" {
		track = ownName(tracks)
	}
	saved, err := c.PutTrack(ctx, id, track, format, captions, orNewest(etag, tracks, track))
	for tries := 0; force && changedMeanwhile(err) && tries < 5; tries++ {
		if tracks, err = c.Tracks(ctx, id); err == nil {
			saved, err = c.PutTrack(ctx, id, track, format, captions, orNewest("", tracks, track))
		}
	}
	if changedMeanwhile(err) {
		err = say("%w Look at what is there with: cuepipe captions %s --track %s. Or save yours as the newest with --force; the other stays as a version.", err, id, track)
	}
	if err != nil {
		return explain(ctx, err, state{}, false)
	}
	fmt.Fprintf(a.err, "Saved %s of video %s: %s, version %d.\n", saved.Name, id, cues(saved.Cues), saved.Version)
	return nil
}

func readCaptions(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, say("%s cannot be read (%w). Check its name and its permissions.", path, withoutPath(err))
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxCaptions+1))
	switch {
	case err != nil:
		return nil, say("%s cannot be read (%w).", path, withoutPath(err))
	case len(b) > maxCaptions:
		return nil, say("%s is larger than %d MiB, which no captions are. Name a file of captions.", path, maxCaptions>>20)
	}
	return b, nil
}

// ownName is what a person's track is called by itself: the one that is there,
// or one after the language of the machine's.
func ownName(tracks []client.Track) string {
	if i := slices.IndexFunc(tracks, isOwn); i >= 0 {
		return tracks[i].Name
	}
	language := client.AnyLanguage
	if len(tracks) > 0 && tracks[0].Language != "" {
		language = tracks[0].Language
	}
	return language + "-x-edited"
}

func isOwn(t client.Track) bool { return t.Kind == "human" }

// orNewest is the ETag that is to be replaced; empty where there is no track.
func orNewest(etag string, tracks []client.Track, name string) string {
	if etag != "" {
		return etag
	}
	for _, t := range tracks {
		if isOwn(t) && strings.EqualFold(t.Name, name) {
			return t.ETag
		}
	}
	return ""
}

func changedMeanwhile(err error) bool {
	var p *client.Problem
	return errors.As(err, &p) && p.Code == "changed_meanwhile"
}

func (a *app) versionsCommand() *cobra.Command {
	var json bool
	cmd := &cobra.Command{
		Use:   "versions ID TRACK",
		Short: "List the versions of a track of your own, newest first",
		Long: `List the versions of a track of your own, newest first. "cuepipe captions --version"
gets one of them.

` + exitHelp,
		Args:              idAndTrack,
		ValidArgsFunction: a.completeIDs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.client()
			if err != nil {
				return err
			}
			versions, err := c.Versions(cmd.Context(), args[0], args[1])
			if err != nil {
				return explain(cmd.Context(), err, state{}, false)
			}
			table := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
			if !json {
				fmt.Fprintln(table, "VERSION\tSAVED\tCUES")
			}
			for _, v := range versions {
				if json {
					writeJSON(a.out, v)
					continue
				}
				fmt.Fprintf(table, "%d\t%s\t%d\n", v.Number, v.SavedAt.Local().Format(time.DateTime), v.Cues)
			}
			return table.Flush()
		},
	}
	cmd.Flags().BoolVar(&json, "json", false, "print one JSON object a line")
	return cmd
}

func idAndTrack(_ *cobra.Command, args []string) error {
	if len(args) != 2 {
		return usage("Name the id of one video and the track.")
	}
	return nil
}

func (a *app) restoreCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "restore ID TRACK VERSION",
		Short: "Make an older version of a track of your own the newest",
		Long: `Make an older version of a track of your own the newest. What was the newest
before stays as a version.

` + exitHelp,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 3 {
				return usage("Name the id of one video, the track and the version's number.")
			}
			return nil
		},
		ValidArgsFunction: a.completeIDs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			number, err := strconv.Atoi(args[2])
			if err != nil || number < 1 {
				return usage("A version is a number from 1, and %q is none.", args[2])
			}
			return a.restore(cmd.Context(), args[0], args[1], number)
		},
	}
}

func (a *app) restore(ctx context.Context, id, track string, number int) error {
	c, err := a.client()
	if err != nil {
		return err
	}
	tracks, err := c.Tracks(ctx, id)
	if err != nil {
		return explain(ctx, err, state{}, false)
	}
	etag := orNewest("", tracks, track)
	if etag == "" {
		return say("The video has no track %q of your own. See its tracks with: cuepipe get %s", track, id)
	}
	t, err := c.Restore(ctx, id, track, number, etag)
	if err != nil {
		return explain(ctx, err, state{}, false)
	}
	fmt.Fprintf(a.err, "Version %d of %s is now version %d, the newest.\n", number, t.Name, t.Version)
	return nil
}
