// Command sherpa is the child process of the engine in internal/speech/sherpa:
// it loads one model with sherpa-onnx and hears one sound after the other. It
// is the only program that links sherpa-onnx, which ends its process on a
// damaged model and on much else: the engine takes that as a failure of the
// sound. It is not for people to call; package wire says how it speaks.
//
//	sherpa FOLDER
package main

import (
	"fmt"
	"io"
	"os"

	"github.com/cuepipe/cuepipe/internal/speech/sherpa/model"
	"github.com/cuepipe/cuepipe/internal/speech/sherpa/wire"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: sherpa FOLDER, started by the engine: requests on standard input, answers on descriptor 3")
		os.Exit(2)
	}
	endPlainly()
	answers := os.NewFile(wire.Answers, "answers")
	if _, err := answers.Stat(); err != nil {
		fmt.Fprintln(os.Stderr, "descriptor 3 is not open: sherpa is started by the engine, not by people")
		os.Exit(2)
	}
	if err := run(os.Args[1], requests(os.Stdin), answers); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// requests reads sounds from a goroutine of its own, so that the process ends
// when its parent has, even in the middle of a sound.
func requests(in io.Reader) <-chan []int16 {
	sounds := make(chan []int16)
	go func() {
		for {
			pcm, err := wire.ReadSound(in)
			if err == io.EOF {
				os.Exit(0)
			}
			if err != nil {
				fmt.Fprintln(os.Stderr, "read a request:", err)
				os.Exit(1)
			}
			sounds <- pcm
		}
	}()
	return sounds
}

// run answers until the process ends.
func run(folder string, sounds <-chan []int16, answers io.Writer) error {
	r, err := load(folder)
	if err != nil {
		// The parent tells it; a failure to say so is one of the parent's.
		return wire.Write(answers, wire.Hello{Problem: err.Error()})
	}
	if err := wire.Write(answers, wire.Hello{Version: version()}); err != nil {
		return fmt.Errorf("say hello: %w", err)
	}
	for pcm := range sounds {
		if err := wire.Write(answers, r.hear(pcm)); err != nil {
			return fmt.Errorf("answer: %w", err)
		}
	}
	return nil
}

func load(folder string) (*recogniser, error) {
	m, err := model.Find(folder)
	if err != nil {
		return nil, err
	}
	return newRecogniser(m)
}
