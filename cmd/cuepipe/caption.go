package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/cuepipe/cuepipe/internal/client"
)

// A way captions files: by a service, or in this process.
type way interface {
	// caption returns the video as it ended. Where it returns an error, the
	// states that it showed say how far it came.
	caption(ctx context.Context, file *os.File, show func(state)) (client.Video, error)
	// Track returns a track of a video that is ready.
	Track(ctx context.Context, id, track, format string) ([]byte, error)
	// Early returns what there is of the captions of a video in work, as WebVTT.
	Early(ctx context.Context, id string) (client.Captions, error)
}

type captionFlags struct {
	output, format, contentType, assets string
	local, json, force, early           bool
	timeout                             time.Duration
	optionFlags
}

func (a *app) captionCommand() *cobra.Command {
	var f captionFlags
	cmd := &cobra.Command{
		Use:   "caption FILE",
		Short: "Caption a video or audio file",
		Long: `Caption a video or audio file and write the captions beside it: those of
lecture.mp4 become lecture.vtt. The file is uploaded to the service of --api;
with --local it stays on this machine, and so does all the work.

With --profile they follow a broadcaster's style guide. With --names the names
in a file, one a line, are written as they stand there where the recogniser
nearly heard them. A language other than English, and who speaks, need a service
that has Amazon Transcribe switched on.

Captions that are there already are kept, unless --force is given or --output
names them. Nothing is left half written, whatever happens.

With --early the captions are written while the video is still in work: what is
there from its start, again and again, until they are complete. Till then a
NOTE at their head says how far they go.

With --json standard output has one JSON object a line: progress of the "type"
"progress", at last one of the "type" "result".

` + exitHelp,
		Example: `  cuepipe caption lecture.mp4
  cuepipe caption lecture.mp4 --format srt --output - | less
  cuepipe caption lecture.mp4 --profile bbc --names speakers.txt
  cuepipe caption lecture.mp4 --early
  cuepipe caption lecture.mp4 --local
  cuepipe caption lecture.mp4 --json | jq 'select(.type == "result")'`,
		Args: exactly("one video or audio file"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.caption(cmd.Context(), args[0], f) },
	}
	flags := cmd.Flags()
	flags.StringVarP(&f.output, "output", "o", "", "where to write the captions; - is standard output (default: beside FILE)")
	flags.StringVarP(&f.format, "format", "f", "vtt", "one of "+formatNames())
	flags.BoolVar(&f.local, "local", false, "caption on this machine, without a service")
	flags.StringVar(&f.assets, "assets", "", "with --local: the folder that has recogniser/ and ffmpeg/ (default $CUEPIPE_CACHE, beside the program, or .cache)")
	flags.StringVar(&f.contentType, "type", "", "the file's type, such as video/mp4 (default: by its name or its first bytes)")
	f.register(flags)
	flags.BoolVar(&f.json, "json", false, "tell progress and result as JSON lines on standard output")
	flags.BoolVar(&f.force, "force", false, "replace captions that are there already")
	flags.BoolVar(&f.early, "early", false, "keep the output up to date while the video is in work")
	flags.DurationVar(&f.timeout, "timeout", 0, "give up after this time, such as 10m; 0 never does")
	return cmd
}

func (a *app) caption(ctx context.Context, path string, f captionFlags) error {
	if f.json && f.output == "-" {
		return usage("Standard output cannot have both JSON and captions. Name a file with --output, or leave --json out.")
	}
	if f.early && (f.output == "-" || f.format != "vtt") {
		return usage("Early captions are written to a file as vtt, where a note says how far they go. Leave --early out, or the other format or output.")
	}
	asked, err := f.asked()
	if err != nil {
		return err
	}
	file, err := openInput(path)
	if err != nil {
		return err
	}
	defer file.Close()
	out, err := a.outputFor(path, f.output, f.format, f.force)
	if err != nil {
		return err
	}
	w, release, err := a.way(f, asked)
	if err != nil {
		return err
	}
	defer release()

	ctx, cancel := limit(ctx, f.timeout)
	defer cancel()
	t := tracker{display: a.display(f.json), began: time.Now()}
	e := early{way: w, out: out}
	if f.early {
		t.also = func(s state) { e.update(ctx, s) }
	}
	r := result{Type: "result", Format: f.format}
	err = t.caption(ctx, w, file, out, &r)
	t.display.clear()
	if err != nil {
		t.last.kept, r.Until = e.end(err)
		r.Output = t.last.kept
		err = explain(ctx, err, t.last, f.local)
	}
	if f.json {
		r.Seconds = t.timings()
		r.conclude(t.last, err)
		writeJSON(a.out, r)
	}
	if err == nil && !f.json && out.path != "" {
		fmt.Fprintf(a.err, "Wrote %s: %s, in %s.\n", out.path, cues(r.Cues), time.Since(t.began).Round(100*time.Millisecond))
	}
	return err
}

func cues(n int) string {
	if n == 1 {
		return "1 cue"
	}
	return fmt.Sprintf("%d cues", n)
}

// way returns how to caption, and what releases it.
func (a *app) way(f captionFlags, asked client.Options) (way, func(), error) {
	if !f.local {
		c, err := a.client()
		return &remote{Client: c, contentType: f.contentType, options: asked}, func() {}, err
	}
	options, err := localOptions(asked)
	if err != nil {
		return nil, nil, err
	}
	assets, err := findAssets(f.assets, a.getenv)
	if err != nil {
		return nil, nil, err
	}
	l, err := loadLocal(assets)
	if err != nil {
		return nil, nil, err
	}
	l.options = options
	return l, l.release, nil
}

// caption goes all the way, and fills in r, which says the format, as far as it
// comes.
func (t *tracker) caption(ctx context.Context, w way, file *os.File, out output, r *result) error {
	v, err := w.caption(ctx, file, t.show)
	if err != nil {
		return err
	}
	r.Duration, r.Failure = v.Duration, v.Failure
	if err := outcome(v); err != nil {
		return err
	}
	if len(v.Tracks) == 0 {
		return say("The video is ready and has no track. This is a fault of the service; tell who runs it.")
	}
	track := v.Tracks[0]
	b, err := w.Track(ctx, v.ID, track.Name, r.Format)
	if err != nil {
		return err
	}
	if err := out.write(b); err != nil {
		return err
	}
	r.Output, r.Language, r.Engine, r.Cues = out.path, track.Language, track.Engine, track.Cues
	return nil
}

// A tracker remembers how far a video has come and when, while it is shown.
type tracker struct {
	display  display
	last     state
	began    time.Time
	uploaded time.Time   // zero until then
	also     func(state) // is told too; may be nil
}

func (t *tracker) show(s state) {
	if s.Status != uploading && s.Status != client.Pending && t.uploaded.IsZero() {
		t.uploaded = time.Now()
	}
	t.last = s
	if s.ended() {
		return
	}
	t.display.show(s)
	if t.also != nil {
		t.also(s)
	}
}

// timings are seconds.
type timings struct {
	Upload     float64 `json:"upload"`
	Captioning float64 `json:"captioning"`
	Total      float64 `json:"total"`
}

func (t *tracker) timings() timings {
	now := time.Now()
	s := timings{Total: now.Sub(t.began).Seconds()}
	s.Upload = s.Total
	if !t.uploaded.IsZero() {
		s.Upload, s.Captioning = t.uploaded.Sub(t.began).Seconds(), now.Sub(t.uploaded).Seconds()
	}
	return s
}

// A result is the last line of --json.
type result struct {
	Type     string          `json:"type"`
	ID       string          `json:"id,omitempty"`
	Status   string          `json:"status,omitempty"`
	Output   string          `json:"output,omitempty"`
	Format   string          `json:"format"`
	Language string          `json:"language,omitempty"`
	Engine   string          `json:"engine,omitempty"`
	Cues     int             `json:"cues"`
	Duration float64         `json:"duration,omitempty"` // of the film
	Until    float64         `json:"until,omitempty"`    // of the film, where the output is partial
	Seconds  timings         `json:"seconds"`
	Failure  *client.Failure `json:"failure,omitempty"`
	Error    string          `json:"error,omitempty"`
	Exit     int             `json:"exit"`
}

func (r *result) conclude(last state, err error) {
	r.ID, r.Status, r.Exit = last.ID, last.Status, codeOf(err)
	if err != nil {
		r.Error = err.Error()
	}
}
