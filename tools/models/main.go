// Command models turns the recogniser's published files into those that
// Cuepipe loads. It changes no weight, and the same input gives the same bytes.
//
//	models cross-attention IN.onnx OUT.onnx   adds the attention outputs that word times come from
//	models tokens BUNDLE.js TOKENS.txt        writes the vocabulary that the JavaScript bundle carries
package main

import (
	"fmt"
	"os"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 3 {
		return fmt.Errorf("usage: models cross-attention|tokens IN OUT")
	}
	convert, ok := map[string]func([]byte) ([]byte, error){
		"cross-attention": AddCrossAttention,
		"tokens":          Tokens,
	}[args[0]]
	if !ok {
		return fmt.Errorf("%q is not a conversion; say cross-attention or tokens", args[0])
	}
	in, err := os.ReadFile(args[1])
	if err != nil {
		return fmt.Errorf("read the published file: %w", err)
	}
	out, err := convert(in)
	if err != nil {
		return fmt.Errorf("%s of %s: %w", args[0], args[1], err)
	}
	if err := os.WriteFile(args[2], out, 0o644); err != nil {
		return fmt.Errorf("write the result: %w", err)
	}
	return nil
}
