package main

import (
	"bufio"
	"errors"
	"io/fs"
	"os"
	"strings"

	"github.com/cuepipe/cuepipe/internal/client"
	"github.com/cuepipe/cuepipe/internal/upload"
	"github.com/cuepipe/cuepipe/internal/video"
)

// readNames reads a name a line. What begins with # is left out.
func readNames(path string) (names []string, err error) {
	file, err := os.Open(path)
	if err != nil {
		var p *fs.PathError
		if errors.As(err, &p) {
			err = p.Err
		}
		return nil, say("%s cannot be read (%w). Check its name and its permissions.", path, err)
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
