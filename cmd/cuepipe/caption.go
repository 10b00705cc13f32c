package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/cuepipe/cuepipe/internal/caption"
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
	output, format, contentType, assets               string
	local, json, force, early, recursive, withoutPast bool
	jobs                                              int
	timeout                                           time.Duration
	optionFlags
}

func (a *app) captionCommand() *cobra.Command {
	var f captionFlags
	cmd := &cobra.Command{
		Use:   "caption FILE|FOLDER...",
		Short: "Caption video and audio files",
		Long: `Caption video and audio files and write the captions beside them: those of
lecture.mp4 become lecture.vtt. The files are uploaded to the service; with
--local they stay on this machine, and so does all the work.

Of a folder all videos and sounds in it are captioned, with --recursive also those
in the folders below it. Of several files one that fails does not stop the
others; the exit code is then the worst of theirs: 130, 1, 4, 3 or 0.

With --profile they follow a broadcaster's style guide. With --names the names
in a file, one a line, are written as they stand there where the recogniser
nearly heard them. A language other than English, and who speaks, need a service
that has Amazon Transcribe switched on.

Captions that are there already are kept, unless --force is given or --output
names them. Nothing is left half written, whatever happens.

A file above 64 MiB is uploaded in parts. Where that was interrupted, the same
command goes on where it stopped; with --no-resume it starts anew.

With --early the captions are written while the video is still in work: what is
there from its start, again and again, until they are complete. Till then a
NOTE at their head says how far they go.

With --json standard output has one JSON object a line: progress of the "type"
"progress", at last one of the "type" "result". Of several files each object has
its "file", those that are left out have the "type" "skipped", and the last one is
of the "type" "summary".

` + exitHelp,
		Example: `  cuepipe caption lecture.mp4
  cuepipe caption lecture.mp4 --format srt --output - | less
  cuepipe caption lecture.mp4 --profile bbc --names speakers.txt
  cuepipe caption lecture.mp4 --early
  cuepipe caption lecture.mp4 --local
  cuepipe caption lectures --recursive --jobs 4
  cuepipe caption lecture.mp4 --json | jq 'select(.type == "result")'`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("Name a video or audio file, or a folder of them.")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return a.caption(cmd.Context(), args, f) },
	}
	flags := cmd.Flags()
	flags.StringVarP(&f.output, "output", "o", "", "where to write the captions of one file; - is standard output (default: beside FILE)")
	flags.StringVarP(&f.format, "format", "f", "vtt", "one of "+formatNames())
	flags.BoolVar(&f.local, "local", false, "caption on this machine, without a service")
	flags.StringVar(&f.assets, "assets", "", "with --local: the folder that has recogniser/ and ffmpeg/ (default $CUEPIPE_CACHE, beside the program, or .cache)")
	flags.StringVar(&f.contentType, "type", "", "the file's type, such as video/mp4 (default: by its name or its first bytes)")
	f.register(flags)
	flags.BoolVar(&f.json, "json", false, "tell progress and result as JSON lines on standard output")
	flags.BoolVar(&f.force, "force", false, "replace captions that are there already")
	flags.BoolVar(&f.early, "early", false, "keep the output up to date while the video is in work")
	flags.BoolVarP(&f.recursive, "recursive", "r", false, "of a folder, take the folders below it, too")
	flags.IntVarP(&f.jobs, "jobs", "j", 2, "how many files to upload at once")
	flags.BoolVar(&f.withoutPast, "no-resume", false, "do not go on with an upload that was interrupted")
	flags.DurationVar(&f.timeout, "timeout", 0, "give up after this time, such as 10m; 0 never does")
	completeWith(cmd, "format", strings.Split(formatNames(), ", "))
	completeWith(cmd, "profile", caption.ProfileNames())
	return cmd
}

func (a *app) caption(ctx context.Context, paths []string, f captionFlags) error {
	if f.json && f.output == "-" {
		return usage("Standard output cannot have both JSON and captions. Name a file with --output, or leave --json out.")
	}
	if f.early && (f.output == "-" || f.format != "vtt") {
		return usage("Early captions are written to a file as vtt, where a note says how far they go. Leave --early out, or the other format or output.")
	}
	if f.jobs < 1 || f.jobs > mostJobs {
		return usage("The number of jobs must be from 1 to %d.", mostJobs)
	}
	asked, err := f.asked()
	if err != nil {
		return err
	}
	ctx, cancel := limit(ctx, f.timeout)
	defer cancel()
	if stat, err := os.Stat(paths[0]); len(paths) > 1 || err == nil && stat.IsDir() {
		return a.captionMany(ctx, paths, f, asked)
	}
	return a.captionOne(ctx, paths[0], f, asked)
}

func (a *app) captionOne(ctx context.Context, path string, f captionFlags, asked client.Options) error {
	j, err := a.prepare(path, f)
	if err != nil {
		return err
	}
	defer j.file.Close()
	w, release, err := a.way(f, asked)
	if err != nil {
		return err
	}
	defer release()
	r, err := j.do(ctx, w, a.display(f.json))
	if f.json {
		writeJSON(a.out, r)
	}
	if err == nil && !f.json && j.out.path != "" {
		fmt.Fprintln(a.err, r.inWords())
	}
	return err
}

// A job is one file that is to be captioned.
type job struct {
	file  *os.File
	out   output
	flags captionFlags
}

// prepare opens a file, and makes sure that its captions can be written.
func (a *app) prepare(path string, f captionFlags) (job, error) {
	file, err := openInput(path)
	if err != nil {
		return job{}, err
	}
	out, err := a.outputFor(path, f.output, f.format, f.force)
	if err != nil {
		_ = file.Close()
		return job{}, err
	}
	return job{file, out, f}, nil
}

func (j job) do(ctx context.Context, w way, d display) (result, error) {
	t := tracker{display: d, began: time.Now()}
	e := early{way: w, out: j.out}
	if j.flags.early {
		t.also = func(s state) { e.update(ctx, s) }
	}
	r := result{Type: "result", Format: j.flags.format}
	err := t.caption(ctx, w, j.file, j.out, &r)
	t.display.clear()
	if err != nil {
		t.last.kept, r.Until = e.end(err)
		r.Output = t.last.kept
		err = explain(ctx, err, t.last, j.flags.local)
	}
	r.Seconds = t.timings()
	r.conclude(t.last, err)
	return r, err
}

// inWords is of a result with captions in a file.
func (r result) inWords() string {
	return fmt.Sprintf("Wrote %s: %s, in %s.", r.Output, cues(r.Cues), time.Duration(r.Seconds.Total*float64(time.Second)).Round(100*time.Millisecond))
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
		return &remote{Client: c, contentType: f.contentType, options: asked, anew: f.withoutPast, uploads: make(chan struct{}, f.jobs)}, func() {}, err
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
	if !s.sending() && s.Status != client.Pending && t.uploaded.IsZero() {
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
	File     string          `json:"file,omitempty"` // where there are several
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
