package main

import (
	"bufio"
	"errors"
	"os"
	"strings"

	"github.com/spf13/pflag"

	"github.com/cuepipe/cuepipe/internal/client"
	"github.com/cuepipe/cuepipe/internal/upload"
	"github.com/cuepipe/cuepipe/internal/video"
)

// optionFlags are what is asked of captions on a command line.
type optionFlags struct {
	client.Options
	names string // the file that they are in
	own   *pflag.FlagSet
}

func (f *optionFlags) register(flags *pflag.FlagSet) {
	f.own = pflag.NewFlagSet("", pflag.ContinueOnError)
	f.own.StringVar(&f.Language, "language", "", "the language that is spoken, such as de or pt-BR (default: English)")
	f.own.IntVar(&f.Speakers, "speakers", 0, "tell so many voices apart, at most")
	f.own.StringVar(&f.Profile, "profile", "", "lay out by this style guide: "+nameProfiles())
	f.own.StringVar(&f.names, "names", "", "a file of names, one a line, that are spoken")
	flags.AddFlagSet(f.own)
}

// given reports whether any of them was.
func (f optionFlags) given() (given bool) {
	f.own.VisitAll(func(flag *pflag.Flag) { given = given || flag.Changed })
	return given
}

// asked is what was asked, with the names from their file.
func (f optionFlags) asked() (o client.Options, err error) {
	o = f.Options
	if f.names != "" {
		o.Names, err = readNames(f.names)
	}
	return o, err
}

// readNames reads a name a line. What begins with # is left out.
func readNames(path string) (names []string, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, say("%s cannot be read (%w). Check its name and its permissions.", path, withoutPath(err))
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		if name := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\ufeff")); name != "" && !strings.HasPrefix(name, "#") {
			names = append(names, name)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, say("%s cannot be read (%w). It must be a text with a name a line.", path, err)
	}
	return names, nil
}

// localOptions checks what is asked of captions that are made in this process.
func localOptions(asked client.Options) (video.Options, error) {
	o := video.Options(asked)
	if o.NeedService() {
		return o, usage("With --local only English is recognised, and speakers are not told apart. Leave --language and --speakers out, or use a service.")
	}
	o, err := upload.AdmitOptions(o, false)
	var refusal *upload.Refusal
	if errors.As(err, &refusal) {
		return o, usage("%s", refusal.Message)
	}
	return o, err
}
