package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/cuepipe/cuepipe/internal/client"
	"github.com/cuepipe/cuepipe/internal/login"
)

func (a *app) loginCommand() *cobra.Command {
	var quiet bool
	var timeout time.Duration
	cmd := &cobra.Command{
		Use:   "login",
		Short: "Log in to a service by your browser",
		Long: `Log in to a service by your browser, once: the other commands then need neither
--api nor --token. The browser comes back to port 8976 of this machine.

The log-in is kept in cuepipe/credentials.json below $XDG_CONFIG_HOME, or below
~/.config, where only you can read it, and is renewed by itself. A token in
--token or $CUEPIPE_TOKEN is taken instead of it.

` + exitHelp,
		Example: `  cuepipe login --api https://abc123.execute-api.eu-central-1.amazonaws.com`,
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.login(cmd.Context(), quiet, timeout) },
	}
	cmd.Flags().BoolVar(&quiet, "no-browser", false, "print the address only, and do not open it")
	cmd.Flags().DurationVar(&timeout, "timeout", 5*time.Minute, "how long to wait for you")
	return cmd
}

func (a *app) login(ctx context.Context, quiet bool, timeout time.Duration) error {
	store, err := a.store()
	if err != nil {
		return err
	}
	api := a.address()
	if kept, err := store.Load(); api == "" && err == nil {
		api = kept.API // once more
	}
	if err := checkAddress(api); err != nil {
		return err
	}
	ctx, cancel := limit(ctx, timeout)
	defer cancel()
	config, err := (&client.Client{API: api}).Config(ctx)
	if err != nil {
		return explain(ctx, err, state{}, false)
	}
	credentials, err := login.LogIn(ctx, login.Request{API: api, Issuer: config.Issuer, ClientID: config.ClientID, Scopes: config.Scopes, Listen: a.callback,
		Show: func(address string) {
			fmt.Fprintf(a.err, "Log in with your browser at:\n%s\n", address)
			if !quiet {
				a.open(address)
			}
		}})
	switch {
	case errors.Is(context.Cause(ctx), errTimeout):
		return say("Nobody logged in within %s. Try again with: cuepipe login", timeout)
	case err != nil:
		return explain(ctx, err, state{}, false)
	}
	if err := store.Keep(ctx, credentials); err != nil {
		return explain(ctx, err, state{}, false)
	}
	fmt.Fprintf(a.err, "You are logged in as %s.\n", plain(cmp.Or(credentials.Name, credentials.Subject)))
	return nil
}

// open has the browser show an address, where there is one. It was printed as
// well, so that nothing is lost where this fails.
func (a *app) open(address string) {
	if a.browse != nil {
		a.browse(address)
		return
	}
	var cmd *exec.Cmd
	switch {
	case runtime.GOOS == "darwin":
		cmd = exec.Command("open", address)
	case a.getenv("DISPLAY") != "" || a.getenv("WAYLAND_DISPLAY") != "":
		// Without a screen it might take the terminal for a browser of text.
		cmd = exec.Command("xdg-open", address)
	default:
		return
	}
	if cmd.Start() == nil {
		go func() { _ = cmd.Wait() }()
	}
}

func (a *app) logoutCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "logout",
		Short: "Forget your log-in, here and at the issuer",
		Long: `Forget your log-in here, and have the issuer end it where it can.

` + exitHelp,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			store, err := a.store()
			if err != nil {
				return err
			}
			revoked, err := (&login.Session{Store: store}).LogOut(cmd.Context())
			switch {
			case errors.Is(err, login.ErrNone):
				fmt.Fprintln(a.err, "Nobody was logged in.")
				return nil
			case err != nil:
				return explain(cmd.Context(), err, state{}, false)
			case !revoked:
				fmt.Fprintln(a.err, "You are logged out here. The issuer was not told, or does not end log-ins: there it ends by itself.")
				return nil
			}
			fmt.Fprintln(a.err, "You are logged out.")
			return nil
		},
	}
}

func (a *app) store() (login.Store, error) {
	dir, err := login.ConfigDir(a.getenv)
	return login.Store{Dir: dir}, err
}

// address is where the caller says that the service is, if anywhere.
func (a *app) address() string { return cmp.Or(a.api, a.getenv("CUEPIPE_API")) }

func checkAddress(api string) error {
	switch {
	case api == "":
		return usage("Say where the service is, by --api or the variable CUEPIPE_API: its address is what a deployment prints as \"api\".")
	case !strings.HasPrefix(api, "http://") && !strings.HasPrefix(api, "https://"):
		return usage("The service's address must begin with https:// or http://, and %q does not.", api)
	}
	return nil
}

// client returns a client of the service that the caller named, or is logged in
// to. A log-in's token goes to the service that it is for and to no other.
func (a *app) client() (*client.Client, error) {
	c := &client.Client{API: a.address(), Token: cmp.Or(a.token, a.getenv("CUEPIPE_TOKEN"))}
	if c.API != "" {
		if err := checkAddress(c.API); err != nil || c.Token != "" {
			return c, err
		}
	}
	store, err := a.store()
	if err != nil && c.API != "" {
		return nil, usage("Say who you are, by a token of the service's issuer in the variable CUEPIPE_TOKEN or in --token.")
	}
	var kept login.Credentials
	if err == nil {
		kept, err = store.Load()
	}
	switch {
	case errors.Is(err, login.ErrNone) && c.API == "":
		return nil, usage("You are not logged in. Log in with: cuepipe login --api ADDRESS. The address is what a deployment prints as \"api\"; it can also be given by --api or the variable CUEPIPE_API.")
	case err == nil && c.API != "" && !sameAddress(c.API, kept.API), errors.Is(err, login.ErrNone):
		return nil, usage("You are not logged in there. Log in with: cuepipe login --api %s. A token can also be given in the variable CUEPIPE_TOKEN or by --token.", c.API)
	case err != nil:
		return nil, err
	}
	c.API = kept.API
	if c.Token == "" {
		c.Bearer = (&login.Session{Store: store}).Token
	}
	return c, nil
}

func sameAddress(a, b string) bool { return strings.TrimRight(a, "/") == strings.TrimRight(b, "/") }
