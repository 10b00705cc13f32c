package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/cuepipe/cuepipe/internal/client"
)

type captionsFlags struct {
	output, format, track string
	version               int // of a person's track; 0 is the newest
	wait, partial         bool
	timeout               time.Duration
}

// register is for the flags that say which captions, and where to.
func (f *captionsFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVarP(&f.output, "output", "o", "-", "where to write the captions; - is standard output")
	flags.StringVarP(&f.format, "format", "f", "vtt", "one of "+formatNames())
	flags.StringVar(&f.track, "track", "", "the track's name (default: the video's first)")
	completeWith(cmd, "format", strings.Split(formatNames(), ", "))
}

func (a *app) captionsCommand() *cobra.Command {
	var f captionsFlags
	cmd := &cobra.Command{
		Use:   "captions ID",
		Short: "Fetch the captions of a video that was uploaded",
		Long: `Fetch the captions of a video that was uploaded, and write them to standard
output or to a file.

With --partial a video may still be in work: what is there from its start is
fetched, and standard error says how far that goes. In WebVTT a NOTE at the head
says so too.

` + exitHelp,
		Args:              exactly("the id of one video"),
		ValidArgsFunction: a.completeIDs(1),
		RunE:              func(cmd *cobra.Command, args []string) error { return a.captions(cmd.Context(), args[0], f) },
	}
	f.register(cmd)
	flags := cmd.Flags()
	flags.IntVar(&f.version, "version", 0, "of a track of your own: an older version, by its number")
	flags.BoolVar(&f.wait, "wait", false, "wait until the video is captioned")
	flags.BoolVar(&f.partial, "partial", false, "do not wait: of a video in work, fetch what is there so far")
	flags.DurationVar(&f.timeout, "timeout", 0, "with --wait: give up after this time, such as 10m; 0 never does")
	return cmd
}

func (a *app) captions(ctx context.Context, id string, f captionsFlags) error {
	if f.wait && f.partial {
		return usage("Choose one: --wait waits for all captions, --partial does not.")
	}
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
	if err != nil {
		return explain(ctx, err, state{}, false)
	}
	if f.wait {
		if v, err = a.wait(ctx, c, v); err != nil {
			return err
		}
	}
	if f.partial && (v.Status == client.Queued || v.Status == client.Captioning) {
		return a.partialCaptions(ctx, c, v, f, out)
	}
	// What a person wrote is there whatever became of the machine's captions.
	if err := outcome(v); err != nil && (len(v.Tracks) == 0 || v.InWork() && f.track == "") {
		return err
	}
	name, err := pick(v.Tracks, f.track)
	if err != nil {
		return err
	}
	var b []byte
	if f.version > 0 {
		b, err = c.TrackVersion(ctx, id, name, f.format, f.version)
	} else {
		b, err = c.Track(ctx, id, name, f.format)
	}
	if err != nil {
		return explain(ctx, err, state{}, false)
	}
	return out.write(b)
}

// partialCaptions writes what there is of a video in work. It may have become
// ready in this moment.
func (a *app) partialCaptions(ctx context.Context, c *client.Client, v client.Video, f captionsFlags, out output) error {
	got, err := c.PartialTrack(ctx, v.ID, cmp.Or(f.track, client.AnyLanguage), f.format)
	if err != nil {
		return explain(ctx, err, state{}, false)
	}
	if err := out.write(got.Body); err != nil {
		return err
	}
	if got.Partial {
		fmt.Fprintf(a.err, "These are the captions so far, to %s%s. Wait for all of them with: cuepipe captions --wait %s\n", clock(got.Until), ofLength(v), v.ID)
	}
	return nil
}

func ofLength(v client.Video) string {
	if v.Duration == 0 {
		return ""
	}
	return " of " + clock(v.Duration)
}

// wait shows how a video comes on until it has ended.
func (a *app) wait(ctx context.Context, c *client.Client, v client.Video) (client.Video, error) {
	t := tracker{display: a.display(false)}
	t.show(stateOf(v))
	v, err := (&remote{Client: c}).wait(ctx, v, t.show)
	t.display.clear()
	if err != nil {
		return v, explain(ctx, err, t.last, false)
	}
	return v, nil
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
