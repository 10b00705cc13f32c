package main

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"html/template"
	"strconv"

	"github.com/cuepipe/cuepipe/internal/caption"
)

// reportPage shows a page{}. The text of cues and the names of files are
// escaped by html/template: they are data, whatever is in them.
//
//go:embed report.html
var reportPage string

var reportTemplate = template.Must(template.New("report").Parse(reportPage))

// A page is what the report shows, ready to be shown.
type page struct {
	Title   string
	Profile string
	Files   []pageFile
}

type pageFile struct {
	Name, Verdict string
	Rules         []pageRule // that the profile has
	Cues          []pageCue
}

type pageRule struct {
	Name, Asks, Cues, Share string
	Broken                  bool // by any cue
}

type pageCue struct {
	Number            int
	Start, End, Shown string
	Lines             []string
	Findings          []caption.Remark
}

// writeReport puts a page of its own in place of the file at path.
func writeReport(path string, p caption.Profile, files []checked) error {
	title := fmt.Sprintf("%s by the profile %s", count(len(files), "caption file"), p.Name)
	if len(files) == 1 {
		title = fmt.Sprintf("%s by the profile %s", files[0].File, p.Name)
	}
	content := page{Title: title, Profile: p.Name}
	for _, f := range files {
		content.Files = append(content.Files, pageOf(f, p))
	}
	var b bytes.Buffer
	if err := reportTemplate.Execute(&b, content); err != nil {
		return err
	}
	if err := (output{path: path}).write(b.Bytes()); err != nil {
		return say("The report cannot be written to %s (%w). Name another place with --html.", path, errors.Unwrap(err))
	}
	return nil
}

func pageOf(c checked, p caption.Profile) pageFile {
	f := pageFile{Name: c.File, Verdict: fmt.Sprintf("%s, nothing found.", cues(c.Cues))}
	if n := len(c.Findings); n > 0 {
		f.Verdict = fmt.Sprintf("%s in %d of %s.", count(n, "finding"), c.BrokenCues(), cues(c.Cues))
	}
	counts := c.Counts()
	for _, r := range caption.Rules() {
		if !p.Has(r) {
			continue
		}
		f.Rules = append(f.Rules, pageRule{
			Name: string(r), Asks: p.Asks(r), Broken: counts[r] > 0,
			Cues: strconv.Itoa(counts[r]), Share: fmt.Sprintf("%.1f %%", 100*c.Broken[r]),
		})
	}
	next := c.Findings
	for i, cue := range c.track.Cues {
		shown := pageCue{
			Number: i + 1, Lines: cue.Lines,
			Start: caption.FormatTime(cue.Start), End: caption.FormatTime(cue.End), Shown: fmt.Sprintf("%.3f s", (cue.End - cue.Start).Seconds()),
		}
		for len(next) > 0 && next[0].Cue == i+1 {
			shown.Findings, next = append(shown.Findings, next[0]), next[1:]
		}
		f.Cues = append(f.Cues, shown)
	}
	return f
}
