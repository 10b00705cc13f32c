package main

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func TestTheDocumentHasEveryCommandFlagAndExitCode(t *testing.T) {
	b, err := os.ReadFile("../../docs/cli.md")
	if err != nil {
		t.Fatal(err)
	}
	doc := string(b)
	rows := map[string]string{}
	for _, m := range regexp.MustCompile("(?m)^\\| `cuepipe ([^`]+)` \\| (.*)$").FindAllStringSubmatch(doc, -1) {
		rows[strings.ReplaceAll(m[1], `\|`, "|")] = m[2]
	}
	root := (&app{console: console{err: &bytes.Buffer{}}}).root()
	for _, cmd := range root.Commands() {
		row, found := rows[cmd.Use]
		if !found {
			t.Errorf("%q is not in docs/cli.md", cmd.Use)
		}
		delete(rows, cmd.Use)
		cmd.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
			if f.Name != "help" && !strings.Contains(row, "`--"+f.Name+"`") {
				t.Errorf("%s of %s is not in docs/cli.md", f.Name, cmd.Name())
			}
		})
		for _, m := range regexp.MustCompile("`--([a-z-]+)`").FindAllStringSubmatch(row, -1) {
			if cmd.Flags().Lookup(m[1]) == nil {
				t.Errorf("%s has no %s", cmd.Name(), m[1])
			}
		}
	}
	delete(rows, "completion SHELL") // cobra adds it when it runs
	for use := range rows {
		t.Errorf("there is no %s", use)
	}
	codes := regexp.MustCompile(`(?m)^  (\d+) +(.*)$`)
	for _, m := range codes.FindAllStringSubmatch(exitHelp, -1) {
		if !strings.Contains(doc, fmt.Sprintf("| %s | %s |\n", m[1], m[2])) {
			t.Errorf("the exit code %s, %q, is not in docs/cli.md", m[1], m[2])
		}
	}
	if n := len(codes.FindAllString(exitHelp, -1)); n != 6 || strings.Count(doc[strings.Index(doc, "## Exit codes"):], "\n| ") != n+2 { // and that of check, and the head
		t.Errorf("%d exit codes in the help, and others in docs/cli.md", n)
	}
}

func TestEveryCommandsHelpHasItsExitCodes(t *testing.T) {
	for _, cmd := range (&app{console: console{err: &bytes.Buffer{}}}).root().Commands() {
		if cmd.Name() != "version" && !strings.Contains(cmd.Long, "Exit codes:") {
			t.Errorf("%s does not say its exit codes", cmd.Name())
		}
		if cmd.Args == nil || cmd.RunE == nil {
			t.Errorf("%s takes anything, or does nothing", cmd.Name())
		}
	}
}

func TestIdsAndFormatsAreCompleted(t *testing.T) {
	b := newBench(t)
	id := b.upload(film)
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"captions", ""}, id + "\tfilm.mp4, ready\n"},
		{[]string{"rm", ""}, id + "\tfilm.mp4"},
		{[]string{"search", "--video", ""}, id},
		{[]string{"captions", id, "--format", ""}, "vtt\nsrt\n"},
		{[]string{"list", "--status", "re"}, "ready\n"},
		{[]string{"caption", "--profile", ""}, "ted\ndcmp\n"},
	} {
		if out, _ := b.run(0, append([]string{cobra.ShellCompRequestCmd}, c.args...)...); !strings.Contains(out, c.want) {
			t.Errorf("%v: %q", c.args, out)
		}
	}
	if out, _ := b.run(0, cobra.ShellCompRequestCmd, "rm", id, ""); strings.Contains(out, id) {
		t.Errorf("offered twice: %q", out)
	}
	b.env = map[string]string{}
	if out, _ := b.run(0, cobra.ShellCompRequestCmd, "rm", ""); strings.Contains(out, id) {
		t.Errorf("nobody is logged in: %q", out)
	}
}

func TestDeletingIsAskedForOnATerminal(t *testing.T) {
	b := newBench(t)
	first, second := b.upload(film), b.upload(film)
	b.console.typist = true
	b.console.in = strings.NewReader("\n")
	if _, said := b.run(1, "rm", first); !strings.Contains(said, "Delete "+first+" (film.mp4) with the captions, for good? [y/N] ") || !strings.Contains(said, "Nothing was deleted.") {
		t.Errorf("said %s", said)
	}
	b.run(0, "get", first)
	b.console.in = strings.NewReader("yes\n")
	if _, said := b.run(1, "rm", first, "x", second); !strings.Contains(said, "3 videos") || !strings.Contains(said, "Deleted "+second) || !strings.Contains(said, "x was not deleted.") {
		t.Errorf("said %s", said)
	}
	third := b.upload(film)
	b.console.in = strings.NewReader("")
	b.run(0, "rm", "--yes", third)
	b.run(1, "get", third)
}

func TestListByStatus(t *testing.T) {
	b := newBench(t)
	ready := b.upload(film)
	b.service.Behave(idle)
	queued := b.upload(film)
	if out, _ := b.run(0, "list", "--status", "ready", "--limit", "1"); !strings.Contains(out, ready) || strings.Contains(out, queued) {
		t.Errorf("%s", out)
	}
	if out, _ := b.run(0, "list", "--limit", "1"); !strings.Contains(out, queued) || strings.Contains(out, ready) {
		t.Errorf("%s", out)
	}
	b.run(2, "list", "--status", "done")
}

func TestGetAlsoGetsCaptions(t *testing.T) {
	b := newBench(t)
	id := b.upload(film)
	if out, _ := b.run(0, "get", id, "--format", "srt"); !strings.HasPrefix(out, "1\n00:00:00,000 --> ") {
		t.Errorf("%s", out)
	}
	b.run(2, "get", id, "--format", "srt", "--json")
	b.run(2, "get", id, "--format", "docx")
}
