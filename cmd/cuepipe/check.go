package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/cuepipe/cuepipe/internal/caption"
)

type checkFlags struct {
	profile, format, html string
	json                  bool
}

func (a *app) checkCommand() *cobra.Command {
	var f checkFlags
	cmd := &cobra.Command{
		Use:   "check FILE...",
		Short: "Check captions by a style guide",
		Long: `Check caption files by a style guide, whoever made them: how long lines and
cues are, how fast they must be read, and the gaps between them. What is found
is told by cue and rule, one finding a line, and then how many cues break each
rule. The files are not changed, and nothing is uploaded.

The profile is ` + nameProfiles() + `.
Where their numbers come from, and what cannot be seen in captions alone, is in
docs/profiles.md.

The format is ` + readable() + `, by the file's name or
--format. FILE may be - for standard input, whose format is said.

With --json standard output has one JSON object a line, for each file: "file",
"profile", "cues" (how many), "findings" (each with "cue" from 1, "start" in
seconds, "rule" and "message") and "broken", the share of the cues that break
each rule. A file that could not be read has "file" and "error".

` + checkExitHelp,
		Example: `  cuepipe check lecture.vtt
  cuepipe check --profile bbc --html report.html *.srt
  cuepipe check --json lecture.vtt | jq '.broken'
  cuepipe captions 01JQ… | cuepipe check --format vtt -`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("Name the caption files to check.")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return a.check(cmd.Context(), cmd.InOrStdin(), args, f) },
	}
	flags := cmd.Flags()
	flags.StringVarP(&f.profile, "profile", "p", caption.Default().Name, "the style guide: "+nameProfiles())
	flags.StringVarP(&f.format, "format", "f", "", "the files' format: "+readable()+" (default: by each file's name)")
	flags.BoolVar(&f.json, "json", false, "tell findings as JSON lines")
	flags.StringVar(&f.html, "html", "", "also write a page with every cue and its findings to this file")
	completeWith(cmd, "profile", caption.ProfileNames())
	return cmd
}

// A checked file is one that was read.
type checked struct {
	File string `json:"file"`
	caption.Report
	track caption.Track
}

// check goes on after a file that cannot be read: who checks a folder wants to
// know of the others.
func (a *app) check(ctx context.Context, stdin io.Reader, files []string, f checkFlags) error {
	p, err := caption.ProfileByName(f.profile)
	if err != nil {
		return usage("%s", sentence(err.Error()))
	}
	formats, err := formatsOf(files, f)
	if err != nil {
		return err
	}
	var done []checked
	var failed []error
	for i, file := range files {
		track, err := readUntil(ctx, stdin, file, formats[i])
		if ctx.Err() != nil {
			return &exit{exitInterrupted, say("Interrupted. %d of %s were checked.", i, count(len(files), "file"))}
		}
		if err != nil {
			failed = append(failed, err)
			a.tellUnread(file, err, f.json)
			continue
		}
		c := checked{File: file, Report: caption.Inspect(track, p), track: track}
		a.tellChecked(c, f.json)
		done = append(done, c)
	}
	if f.html != "" {
		if err := writeReport(f.html, p, done); err != nil {
			failed = append(failed, err)
		}
	}
	return errors.Join(append(failed, verdict(done, len(failed)))...)
}

// verdict is an error with the exit code for findings, unless a failure, which
// is worse, has one of its own.
func verdict(done []checked, failed int) error {
	findings, profile := 0, ""
	for _, c := range done {
		findings += len(c.Findings)
		profile = c.Profile
	}
	if findings == 0 || failed > 0 {
		return nil
	}
	return &exit{exitFindings, say("The profile %s is not kept: %s.", profile, count(findings, "finding"))}
}

// formatsOf finds the format of every file before any is read, and refuses
// what cannot be meant.
func formatsOf(files []string, f checkFlags) ([]caption.Format, error) {
	if ext := strings.ToLower(f.html); f.html != "" && !strings.HasSuffix(ext, ".html") && !strings.HasSuffix(ext, ".htm") {
		return nil, usage("The report is a page: give it a name that ends in .html, not %q.", f.html)
	}
	var formats []caption.Format
	stdin := 0
	for _, file := range files {
		if file == "-" {
			stdin++
		}
		format, ok := caption.FormatByName(f.format)
		if f.format == "" {
			format, ok = caption.FormatOf(file)
		}
		switch {
		case f.format != "" && !ok:
			return nil, usage("There is no format %q. Captions can be read as %s.", f.format, readable())
		case file == "-" && !ok:
			return nil, usage("Say which format standard input has, with --format: %s.", readable())
		case !ok:
			return nil, usage("The name of %s does not tell its format. Say it with --format: %s.", file, readable())
		case format.Read == nil:
			return nil, usage("Captions in the format %s can be written, not read. What can be read is %s.", format.Name, readable())
		case stdin > 1:
			return nil, usage("Standard input can be read once: name - once.")
		}
		formats = append(formats, format)
	}
	return formats, nil
}

// readUntil reads a track as long as ctx lasts: a terminal may never say more,
// and nothing else ends a read of it.
func readUntil(ctx context.Context, stdin io.Reader, file string, format caption.Format) (caption.Track, error) {
	type read struct {
		track caption.Track
		err   error
	}
	done := make(chan read, 1)
	go func() {
		track, err := readTrack(stdin, file, format)
		done <- read{track, err}
	}()
	select {
	case r := <-done:
		return r.track, r.err
	case <-ctx.Done():
		return caption.Track{}, ctx.Err()
	}
}

func readTrack(stdin io.Reader, file string, format caption.Format) (caption.Track, error) {
	r := stdin
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return caption.Track{}, unreadable(file, err)
		}
		defer f.Close()
		r = f
	}
	track, err := format.Read(r)
	if err != nil {
		return caption.Track{}, unreadable(file, err)
	}
	return track, nil
}

// unreadable names the file once, though the system's error has its path too.
func unreadable(file string, err error) error {
	return say("%s cannot be checked: %w.", file, withoutPath(err))
}

func (a *app) tellUnread(file string, err error, asJSON bool) {
	if asJSON {
		writeJSON(a.out, struct {
			File  string `json:"file"`
			Error string `json:"error"`
		}{file, err.Error()})
	}
}

func (a *app) tellChecked(c checked, asJSON bool) {
	if asJSON {
		writeJSON(a.out, c)
		return
	}
	for _, f := range c.Findings {
		fmt.Fprintf(a.out, "%s:cue %d (%s): %s [%s]\n", c.File, f.Cue, at(f.Start), f.Message, f.Rule)
	}
	if len(c.Findings) == 0 {
		fmt.Fprintf(a.out, "%s: %s, nothing found. It keeps the profile %s.\n", c.File, cues(c.Cues), c.Profile)
		return
	}
	fmt.Fprintf(a.out, "%s: %s, %s. It does not keep the profile %s:\n", c.File, cues(c.Cues), count(len(c.Findings), "finding"), c.Profile)
	counts := c.Counts()
	for _, r := range caption.Rules() {
		if n := counts[r]; n > 0 {
			fmt.Fprintf(a.out, "  %-12s  %5.1f %%  %s\n", r, 100*c.Broken[r], cues(n))
		}
	}
}

// at is a time in seconds as captions have it.
func at(seconds float64) string {
	return caption.FormatTime(time.Duration(math.Round(seconds*1000)) * time.Millisecond)
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func nameProfiles() string { return list(caption.ProfileNames()) }

// readable names the formats that can be read.
func readable() string {
	var names []string
	for _, f := range caption.Formats() {
		if f.Read != nil {
			names = append(names, f.Name)
		}
	}
	return list(names)
}

func list(names []string) string {
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}
