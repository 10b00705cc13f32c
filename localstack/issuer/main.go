// Command issuer is the issuer of tokens in the stages on this machine: it
// serves its public key, and prints tokens for whoever can read its private
// one. It signs for development only; see package oidcdev.
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/cuepipe/cuepipe/localstack/issuer/oidcdev"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root := &cobra.Command{
		Use:          "issuer",
		Short:        "Serve and sign OIDC tokens for development",
		SilenceUsage: true,
	}
	dir := root.PersistentFlags().String("dir", filepath.Join(".cache", "run", "issuer"), "folder of the signing key, made when it is missing")
	root.AddCommand(serveCommand(dir), tokenCommand(dir))
	if err := root.ExecuteContext(ctx); err != nil {
		os.Exit(1)
	}
}

func serveCommand(dir *string) *cobra.Command {
	var addr, issuer string
	command := &cobra.Command{
		Use:   "serve",
		Short: "Serve the discovery document and the public key",
		Args:  cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			if issuer == "" {
				issuer = "http://" + addr
			}
			return serve(command.Context(), addr, issuer, *dir)
		},
	}
	command.Flags().StringVar(&addr, "addr", "127.0.0.1:4560", "host and port to listen on")
	command.Flags().StringVar(&issuer, "issuer", "", "the issuer's URL, http://ADDR unless given")
	return command
}

func tokenCommand(dir *string) *cobra.Command {
	var issuer, user, audience string
	command := &cobra.Command{
		Use:   "token",
		Short: "Print a token for a user, valid for 12 hours",
		Args:  cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			key, err := oidcdev.OpenKey(*dir)
			if err != nil {
				return err
			}
			token, err := oidcdev.Token(key, issuer, user, audience, time.Now())
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(command.OutOrStdout(), token)
			return err
		},
	}
	command.Flags().StringVar(&user, "user", "", "the token's subject, such as alice")
	command.Flags().StringVar(&issuer, "issuer", "http://127.0.0.1:4560", "the issuer's URL, as it is served")
	command.Flags().StringVar(&audience, "audience", "cuepipe", "whom the token is for")
	command.MarkFlagRequired("user")
	return command
}

// serve answers until ctx ends.
func serve(ctx context.Context, addr, issuer, dir string) error {
	key, err := oidcdev.OpenKey(dir)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", addr, err)
	}
	server := &http.Server{
		Handler:           oidcdev.Handler(issuer, key),
		ReadHeaderTimeout: 5 * time.Second,
	}
	defer context.AfterFunc(ctx, func() { server.Close() })()
	fmt.Printf("issuer %s is served\n", issuer)
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve %s: %w", issuer, err)
	}
	return nil
}
