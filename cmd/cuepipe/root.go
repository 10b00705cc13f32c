package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/cuepipe/cuepipe/internal/client"
)

// A console is what commands see of the process.
type console struct {
	in       io.Reader // standard input where it is nil
	out, err io.Writer // data, and what is for people
	terminal bool      // somebody watches err
	reader   bool      // somebody reads out
	typist   bool      // somebody types what in has
	getenv   func(string) string
	// In tests: where the browser comes back to, and what opens it.
	callback string
	browse   func(address string)
}

// An app is one run of the program.
type app struct {
	console
	api, token string
}

// run does one command and returns its exit code.
func run(ctx context.Context, args []string, c console) int {
	a := &app{console: c}
	root := a.root()
	root.SetArgs(args)
	root.SetIn(c.in)
	root.SetOut(c.out)
	root.SetErr(c.err)
	understood := false
	root.PersistentPreRun = func(*cobra.Command, []string) { understood = true }
	cmd, err := root.ExecuteContextC(ctx)
	if err != nil && !understood { // cobra's own words about flags and arguments
		err = usage("%s", sentence(err.Error()))
	}
	code := codeOf(err)
	if err != nil {
		fmt.Fprintf(c.err, "cuepipe: %v\n", err)
	}
	if code == exitUsage {
		fmt.Fprintf(c.err, "See \"%s --help\".\n", cmd.CommandPath())
	}
	return code
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "cuepipe",
		Short:         "Caption videos",
		Long:          "Cuepipe captions videos: it uploads them to a Cuepipe service and fetches the captions, or makes them on this machine.",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	flags := root.PersistentFlags()
	flags.StringVar(&a.api, "api", "", "the service's address, without \"/v1\" (default $CUEPIPE_API, or where you are logged in)")
	flags.StringVar(&a.token, "token", "", "your token, instead of a log-in; better kept in $CUEPIPE_TOKEN, where other users do not see it")
	root.AddCommand(a.loginCommand(), a.logoutCommand(), a.captionCommand(), a.captionsCommand(), a.retryCommand(), a.listCommand(), a.getCommand(),
		a.searchCommand(), a.putCommand(), a.versionsCommand(), a.restoreCommand(), a.removeCommand(), a.checkCommand(), a.versionCommand())
	return root
}

// exactly takes one argument.
func exactly(what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usage("Name %s.", what)
		}
		return nil
	}
}

// sentence makes a library's message one.
func sentence(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + strings.TrimSuffix(s[1:], ".") + "."
}

// plain is a text of others' as a terminal may show it: without what would move
// its cursor or turn the direction of what stands beside it.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, s)
}

// outcome is nil for a video with captions, and otherwise says why there are
// none.
func outcome(v client.Video) error {
	switch {
	case v.Status == client.Ready:
		return nil
	case v.Status == client.Uncaptioned && v.Failure != nil:
		return &exit{exitUncaptioned, errors.New(v.Failure.Message)}
	case v.Status == client.Failed && v.Failure != nil:
		return &exit{exitVideoFailed, errors.New(v.Failure.Message + howToRetry(v))}
	case v.InWork():
		return say("The video has no captions yet: it is %s. Wait for them with: cuepipe captions --wait %s", v.Status, v.ID)
	}
	return say("The video has no captions: it is %s.", v.Status)
}

// howToRetry is for the failures whose message advises it.
func howToRetry(v client.Video) string {
	if v.Failure.Code == "gave_up" || v.Failure.Code == "stuck" {
		return " Retry it with: cuepipe retry --wait " + v.ID
	}
	return ""
}
