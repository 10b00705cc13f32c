// Command models turns the recogniser's published files into those that
// Cuepipe loads. It changes no weight, and the same input gives the same bytes.
//
//	models encoder ENCODER.onnx DECODER.onnx OUT.onnx   what depends on the sound alone
//	models decoder DECODER.onnx OUT.onnx                a token after the other, of many sounds at once
//	models silero SILERO.onnx OUT.onnx                  voice activity of many windows at once
//	models optimise RUNTIME.so MODEL.onnx OUT.onnx      a model as the runtime has it once it is loaded
//	models tokens BUNDLE.js TOKENS.txt                  the vocabulary that the JavaScript bundle carries
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/cuepipe/cuepipe/internal/speech/onnx"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

var errUsage = errors.New("usage: models encoder ENCODER DECODER OUT | decoder DECODER OUT | silero SILERO OUT | optimise RUNTIME MODEL OUT | tokens BUNDLE OUT")

func run(args []string) error {
	if len(args) < 3 {
		return errUsage
	}
	if args[0] == "optimise" && len(args) == 4 {
		if err := onnx.Start(args[1]); err != nil {
			return err
		}
		return onnx.Optimise(args[2], args[3])
	}
	var in [][]byte
	for _, path := range args[1 : len(args)-1] {
		b, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("read the published file: %w", err)
		}
		in = append(in, b)
	}
	var out []byte
	var err error
	switch {
	case args[0] == "encoder" && len(in) == 2:
		out, err = Encoder(in[0], in[1])
	case args[0] == "decoder" && len(in) == 1:
		out, err = Decoder(in[0])
	case args[0] == "silero" && len(in) == 1:
		out, err = Silero(in[0])
	case args[0] == "tokens" && len(in) == 1:
		out, err = Tokens(in[0])
	default:
		return errUsage
	}
	if err != nil {
		return fmt.Errorf("%s of %v: %w", args[0], args[1:len(args)-1], err)
	}
	if err := os.WriteFile(args[len(args)-1], out, 0o644); err != nil {
		return fmt.Errorf("write the result: %w", err)
	}
	return nil
}
