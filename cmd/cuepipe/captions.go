package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/cuepipe/cuepipe/internal/client"
)

type captionsFlags struct {
	output, format, track string
	wait                  bool
	timeout               time.Duration
}

func (a *app) captionsCommand() *cobra.Command {
	var f captionsFlags
	cmd := &cobra.Command{
		Use:   "captions ID",
		Short: "Fetch the captions of a video that was uploaded",
		Long:  "Fetch the captions of a video that was uploaded, and write them to standard output or to a file.\n\n" + exitHelp,
		Args:  exactly("the id of one video"),
		RunE:  func(cmd *cobra.Command, args []string) error { return a.captions(cmd.Context(), args[0], f) },
	}
	flags := cmd.Flags()
	flags.StringVarP(&f.output, "output", "o", "-", "where to write the captions; - is standard output")
	flags.StringVarP(&f.format, "format", "f", "vtt", "vtt or srt")
	flags.StringVar(&f.track, "track", "", "the track's name (default: the video's first)")
	flags.BoolVar(&f.wait, "wait", false, "wait until the video is captioned")
	flags.DurationVar(&f.timeout, "timeout", 0, "with --wait: give up after this time, such as 10m; 0 never does")
	return cmd
}

func (a *app) captions(ctx context.Context, id string, f captionsFlags) error {
	c, err := a.client()
	if err != nil {
		return err
	}
	out, err := a.outputFor("", f.output, f.format, true)
	if err != nil {
		return err
	}
	ctx, cancel := limit(ctx, f.timeout)
	defer cancel()
	v, err := c.Get(ctx, id)
	if err == nil && f.wait {
		t := tracker{display: a.display(false)}
		t.show(stateOf(v))
		v, err = (&remote{Client: c}).wait(ctx, v, t.show)
		t.display.clear()
		if err != nil {
			return explain(ctx, err, t.last, false)
		}
	}
	if err != nil {
		return explain(ctx, err, state{}, false)
	}
	if err := outcome(v); err != nil {
		return err
	}
	name, err := pick(v.Tracks, f.track)
	if err != nil {
		return err
	}
	b, err := c.Track(ctx, id, name, f.format)
	if err != nil {
		return explain(ctx, err, state{}, false)
	}
	return out.write(b)
}

// pick finds a track by its name, or the first one.
func pick(tracks []client.Track, name string) (string, error) {
	var names []string
	for _, t := range tracks {
		names = append(names, t.Name)
	}
	switch {
	case len(names) == 0:
		return "", say("The video is ready and has no track. This is a fault of the service; tell who runs it.")
	case name == "":
		return names[0], nil
	case !slices.Contains(names, name):
		return "", say("The video has no track %q. Its tracks are: %s.", name, strings.Join(names, ", "))
	}
	return name, nil
}
