package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/caption"
)

// The first cue is too long and too fast for everybody, the second flashes by
// and looks like markup, the third is fine.
const (
	foundVTT = "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nOne line that is far too long for anybody to read it\n\n" +
		"00:00:03.040 --> 00:00:03.440\n&lt;b onclick=alert(1)&gt;\n\n00:00:05.000 --> 00:00:07.000\nFine by all.\n"
	fineVTT = "WEBVTT\n\n00:00:01.000 --> 00:00:03.000\nFine by all.\n"
	fineSRT = "1\n00:00:01,000 --> 00:00:03,000\nFine by all.\n"
)

func TestCheckTellsFindingsByCueAndRule(t *testing.T) {
	b := newBench(t)
	path := b.file("found.vtt", []byte(foundVTT))
	out, said := b.run(exitFindings, "check", path)
	want := path + `:cue 1 (00:00:01.000): Line 1 has 52 characters; at most 42 are allowed. [line_length]
` + path + `:cue 1 (00:00:01.000): The cue runs at 52.0 characters a second; at most 20 can be read. [cps]
` + path + `:cue 2 (00:00:03.040): The cue is shown for 0.400 s; at least 0.833 s is needed to notice it. [min_duration]
` + path + `:cue 2 (00:00:03.040): The cue runs at 50.0 characters a second; at most 20 can be read. [cps]
` + path + `: 3 cues, 4 findings. It does not keep the profile default:
  line_length    33.3 %  1 cue
  min_duration   33.3 %  1 cue
  cps            66.7 %  2 cues
`
	if out != want {
		t.Errorf("out:\n%swant:\n%s", out, want)
	}
	if said != "cuepipe: The profile default is not kept: 4 findings.\n" {
		t.Errorf("said %q", said)
	}
}

func TestCheckTakesEveryProfile(t *testing.T) {
	b := newBench(t)
	found, fine := b.file("found.vtt", []byte(foundVTT)), b.file("fine.srt", []byte(fineSRT))
	for profile, rule := range map[string]string{"default": "[cps]", "netflix": "[cps]", "ted": "[cps]", "bbc": "[wpm]", "dcmp": "[wpm]"} {
		if out, _ := b.run(exitFindings, "check", "--profile", profile, found); !strings.Contains(out, rule) {
			t.Errorf("%s: no %s in\n%s", profile, rule, out)
		}
		out, said := b.run(0, "check", "--profile", profile, fine)
		if want := fine + ": 1 cue, nothing found. It keeps the profile " + profile + ".\n"; out != want || said != "" {
			t.Errorf("%s: out %q, said %q", profile, out, said)
		}
	}
}

func TestCheckReadsEveryFormat(t *testing.T) {
	b := newBench(t)
	track := caption.Track{Language: "en", Cues: []caption.Cue{{Start: time.Second, End: 3 * time.Second, Lines: []string{strings.Repeat("x", 43)}}}}
	for _, f := range caption.Formats() {
		var file bytes.Buffer
		if err := f.Write(&file, track); err != nil {
			t.Fatal(err)
		}
		path := b.file("track"+f.Extension, file.Bytes())
		if f.Read == nil {
			if _, said := b.run(exitUsage, "check", path); !strings.Contains(said, "can be written, not read") {
				t.Errorf("%s: said %q", f.Name, said)
			}
			continue
		}
		if out, _ := b.run(exitFindings, "check", path); !strings.Contains(out, "cue 1 (00:00:01.000): Line 1 has 43 characters") {
			t.Errorf("%s: out %q", f.Name, out)
		}
	}
}

func TestCheckReadsStandardInput(t *testing.T) {
	var out, said bytes.Buffer
	c := console{in: strings.NewReader(fineSRT), out: &out, err: &said, getenv: func(string) string { return "" }}
	if code := run(t.Context(), []string{"check", "-", "--format", "srt"}, c); code != 0 || !strings.HasPrefix(out.String(), "-: 1 cue, nothing found.") {
		t.Errorf("code %d, out %q, said %q", code, out.String(), said.String())
	}
}

func TestCheckCanBeInterrupted(t *testing.T) {
	b := newBench(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, said bytes.Buffer
	code := run(ctx, []string{"check", b.file("fine.vtt", []byte(fineVTT))}, console{out: &out, err: &said, getenv: b.getenv})
	if code != exitInterrupted || !strings.Contains(said.String(), "0 of 1 file") {
		t.Errorf("code %d, out %q, said %q", code, out.String(), said.String())
	}
}

// A terminal at which nobody types.
func TestCheckOfATerminalCanBeInterrupted(t *testing.T) {
	in, typing := io.Pipe()
	defer typing.Close()
	ctx, cancel := context.WithCancel(t.Context())
	var out, said bytes.Buffer
	go func() {
		_, _ = typing.Write([]byte("WEBVTT\n")) // it returns when that was read
		cancel()
	}()
	code := run(ctx, []string{"check", "-", "--format", "vtt"}, console{in: in, out: &out, err: &said, getenv: func(string) string { return "" }})
	if code != exitInterrupted || !strings.Contains(said.String(), "0 of 1 file") {
		t.Errorf("code %d, out %q, said %q", code, out.String(), said.String())
	}
}

// One object a line, also for a file that cannot be read; the code is that of
// the worst.
func TestCheckJSONIsForScripts(t *testing.T) {
	b := newBench(t)
	found, broken := b.file("found.vtt", []byte(foundVTT)), b.file("broken.vtt", []byte("1\n00:01 --> 00:02\nno header\n"))
	out, said := b.run(exitFailure, "check", "--json", found, broken)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != 2 {
		t.Fatalf("%d lines: %s", len(lines), out)
	}
	var got struct {
		File, Profile string
		Cues          int
		Findings      []struct {
			Cue           int
			Start         float64
			Rule, Message string
		}
		Broken map[string]float64
	}
	if err := json.Unmarshal([]byte(lines[0]), &got); err != nil {
		t.Fatal(err)
	}
	if got.File != found || got.Profile != "default" || got.Cues != 3 || len(got.Findings) != 4 || got.Broken["cps"] != 0.6667 {
		t.Errorf("%+v", got)
	}
	if f := got.Findings[2]; f.Cue != 2 || f.Start != 3.04 || f.Rule != "min_duration" || f.Message == "" {
		t.Errorf("%+v", f)
	}
	var unread struct{ File, Error string }
	if err := json.Unmarshal([]byte(lines[1]), &unread); err != nil || unread.File != broken || !strings.Contains(unread.Error, "line 1") {
		t.Errorf("%s: %v", lines[1], err)
	}
	if !strings.Contains(said, "broken.vtt cannot be checked: read WebVTT: line 1") || strings.Contains(said, "not kept") {
		t.Errorf("said %q", said)
	}
	// Nothing found is an empty list, not null.
	if out, _ := b.run(0, "check", "--json", b.file("fine.vtt", []byte(fineVTT))); !strings.Contains(out, `"cues":1,"findings":[],"broken":{}}`) {
		t.Errorf("out %s", out)
	}
}

func TestCheckReportIsAPage(t *testing.T) {
	b := newBench(t)
	found, fine := b.file("found.vtt", []byte(foundVTT)), b.file("<i>fine.vtt", []byte(fineVTT))
	b.run(exitFindings, "check", "--html", b.path("report.html"), found, fine)
	got := b.read("report.html")
	for _, want := range []string{
		`<html lang="en">`, "<title>2 caption files by the profile default</title>", `<th scope="col">`, `<th scope="row"`,
		"One line that is far too long for anybody to read it", "at most 42 characters a line", "66.7 %", "4 findings in 2 of 3 cues.",
		"&lt;b onclick=alert(1)&gt;", "&lt;i&gt;fine.vtt", "1 cue, nothing found.", "00:00:03.040", "0.400 s",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, never := range []string{"<b ", "<i>", "<script", "http:", "https:", "url("} {
		if strings.Contains(got, never) {
			t.Errorf("the page has %q", never)
		}
	}
	if n := len(b.files()); n != 4 { // the film too
		t.Errorf("left %v", b.files())
	}
}

func TestCheckRefusesWhatCannotBeMeant(t *testing.T) {
	b := newBench(t)
	fine := b.file("fine.vtt", []byte(fineVTT))
	for _, c := range []struct {
		code int
		args []string
		says string
	}{
		{exitUsage, nil, "Name the caption files"},
		{exitUsage, []string{"--profile", "bcc", fine}, `There is no profile "bcc"; the profiles are default, netflix, bbc, ted and dcmp.`},
		{exitUsage, []string{"--format", "doc", fine}, `There is no format "doc"`},
		{exitUsage, []string{b.path("lecture.mp4")}, "does not tell its format"},
		{exitUsage, []string{"-"}, "Say which format standard input has"},
		{exitUsage, []string{"-f", "vtt", "-", "-"}, "name - once"},
		{exitUsage, []string{"--html", fine, fine}, "ends in .html"},
		{exitFailure, []string{b.path("none.vtt")}, "none.vtt cannot be checked: no such file or directory."},
		{exitFailure, []string{"--format", "vtt", b.path("lecture.mp4")}, "lecture.mp4 cannot be checked: read WebVTT: line 1"},
		{exitFailure, []string{"--html", b.path("no/report.html"), fine}, "The report cannot be written to"},
	} {
		if _, said := b.run(c.code, append([]string{"check"}, c.args...)...); !strings.Contains(said, c.says) {
			t.Errorf("%v: said %q, want %q", c.args, said, c.says)
		}
	}
	if b.read("fine.vtt") != fineVTT {
		t.Error("the captions were changed")
	}
}
