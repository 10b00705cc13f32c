package main

import (
	"errors"
	"fmt"
)

// Exit codes, as the help lists them.
const (
	exitFailure     = 1
	exitUsage       = 2
	exitUncaptioned = 3
	exitVideoFailed = 4
	exitFindings    = 5
	exitInterrupted = 130 // 128 and the number of SIGINT, as shells have it
)

const exitHelp = `Exit codes:
  0    all that was asked for was done; of several files, each has its captions
  1    something failed: the network, the service, a file
  2    the command was not understood
  3    the video has nothing to caption: no sound, no speech, or no English
  4    the video cannot be captioned, for example because it is damaged
  130  interrupted`

// checkExitHelp is of the one command that says nothing of a video.
const checkExitHelp = `Exit codes:
  0    every file was read, and nothing was found
  1    a file could not be read, or the report not written; what could be was checked
  2    the command was not understood
  5    every file was read, and something was found
  130  interrupted`

// An exit is an error that ends the process with a code of its own.
type exit struct {
	code int
	err  error
}

func (e *exit) Error() string { return e.err.Error() }
func (e *exit) Unwrap() error { return e.err }

// say makes an error of a whole sentence, which is what people are told.
func say(format string, args ...any) error { return fmt.Errorf(format, args...) }

func usage(format string, args ...any) error { return &exit{exitUsage, fmt.Errorf(format, args...)} }

func codeOf(err error) int {
	var e *exit
	switch {
	case err == nil:
		return 0
	case errors.As(err, &e):
		return e.code
	}
	return exitFailure
}
