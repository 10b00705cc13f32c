package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/cuepipe/cuepipe/internal/caption"
)

// An output is where captions go: to a file, or to a writer where path is empty.
type output struct {
	path   string
	writer io.Writer
}

// outputFor decides where the captions of a file go, and makes sure at the
// start that they can be written at the end.
func (a *app) outputFor(file, name, format string, force bool) (output, error) {
	if f, known := caption.FormatByName(format); !known || f.Name != format {
		return output{}, usage("The format must be one of %s, and %q is none of them.", formatNames(), format)
	}
	if name == "-" {
		return output{writer: a.out}, nil
	}
	path := name
	if path == "" {
		path = captionsOf(file, format)
	}
	stat, err := os.Stat(path)
	switch {
	case err == nil && stat.IsDir():
		return output{}, usage("%s is a folder. Name a file in it with --output.", path)
	case err == nil && same(stat, file):
		return output{}, usage("The captions would replace %s itself. Name another file with --output.", file)
	case err == nil && name == "" && !force:
		return output{}, &exists{path}
	}
	probe, err := create(path)
	if err != nil {
		return output{}, unwritable(path, err)
	}
	return output{path: path}, errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// captionsOf is where a file's captions go by themselves.
func captionsOf(file, format string) string {
	return strings.TrimSuffix(file, filepath.Ext(file)) + "." + format
}

// exists: there are captions already, that somebody may have corrected.
type exists struct{ path string }

func (e *exists) Error() string {
	return e.path + " is there already. Replace it with --force, or write to another place with --output."
}

// formatNames lists the formats of captions.
func formatNames() string {
	var names []string
	for _, f := range caption.Formats() {
		names = append(names, f.Name)
	}
	return strings.Join(names, ", ")
}

func same(stat fs.FileInfo, file string) bool {
	other, err := os.Stat(file)
	return err == nil && os.SameFile(stat, other)
}

// write puts all of b in place, or changes nothing: it is written to a hidden
// file beside it, which then takes its name.
func (o output) write(b []byte) (err error) {
	if o.path == "" {
		_, err := o.writer.Write(b)
		if err != nil {
			return say("The captions could not be written to standard output: %w.", err)
		}
		return nil
	}
	f, err := create(o.path)
	if err != nil {
		return unwritable(o.path, err)
	}
	_, err = f.Write(b)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), o.path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return unwritable(o.path, err)
	}
	return nil
}

// create opens a new hidden file beside path, with the permissions that a new
// file has there.
func create(path string) (*os.File, error) {
	name := fmt.Sprintf(".%s.%s.part", filepath.Base(path), rand.Text()[:8])
	return os.OpenFile(filepath.Join(filepath.Dir(path), name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
}

func unwritable(path string, err error) error {
	// Without the hidden file's name.
	var l *os.LinkError
	if errors.As(err, &l) {
		err = l.Err
	}
	return say("%s cannot be written (%w). Write to another place with --output.", path, withoutPath(err))
}
