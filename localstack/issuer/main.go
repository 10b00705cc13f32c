// Command issuer signs tokens of the stages on this machine for whoever can
// read their issuer's private key, which it makes. People get theirs from the
// provider that is served with that key, localstack/provider. It signs for
// development only; see package oidcdev.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/cuepipe/cuepipe/localstack/issuer/oidcdev"
)

func main() {
	root := &cobra.Command{
		Use:          "issuer",
		Short:        "Sign OIDC tokens for development",
		SilenceUsage: true,
	}
	dir := root.PersistentFlags().String("dir", filepath.Join(".cache", "run", "issuer"), "folder of the signing key, made when it is missing")
	root.AddCommand(keyCommand(dir), tokenCommand(dir))
	if err := root.Execute(); err != nil {
		os.Exit(1)
	}
}

func keyCommand(dir *string) *cobra.Command {
	return &cobra.Command{
		Use:   "key",
		Short: "Print the name of the key's file, made when it is missing",
		Args:  cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			if _, err := oidcdev.OpenKey(*dir); err != nil {
				return err
			}
			_, err := fmt.Fprintln(command.OutOrStdout(), oidcdev.KeyFile(*dir))
			return err
		},
	}
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
