package main

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/cuepipe/cuepipe/internal/caption"
)

// found is a file, and why it is left out.
type found struct {
	path string
	skip error // nil: it is to be captioned
}

// gather lists the files that were named and those in the folders that were.
// What cannot be read is listed too, and fails when it is opened. Hidden files
// and captions are passed over without a word. An error is ctx's; what was found
// until then is returned.
func gather(ctx context.Context, paths []string, recursive bool) (list []found, err error) {
	for _, path := range paths {
		stat, err := os.Stat(path)
		if err != nil || !stat.IsDir() {
			list = append(list, look(path))
			continue
		}
		err = filepath.WalkDir(path, func(below string, d fs.DirEntry, err error) error {
			switch {
			case ctx.Err() != nil:
				return context.Cause(ctx)
			case below == path && err == nil:
			case err != nil: // of a folder: the others are gone through
				list = append(list, found{path: below, skip: say("It cannot be read (%w).", withoutPath(err))})
			case strings.HasPrefix(d.Name(), "."), d.IsDir() && !recursive:
				if d.IsDir() {
					return fs.SkipDir
				}
			case d.IsDir():
			case d.Type().IsRegular() || d.Type()&fs.ModeSymlink != 0 && pointsToFile(below):
				if _, captions := caption.FormatByName(strings.ToLower(strings.TrimPrefix(filepath.Ext(below), "."))); !captions {
					list = append(list, look(below))
				}
			}
			return nil
		})
		if err != nil {
			return list, err
		}
	}
	return list, nil
}

func pointsToFile(link string) bool {
	stat, err := os.Stat(link)
	return err == nil && stat.Mode().IsRegular()
}

// look finds out whether a file looks like media.
func look(path string) found {
	f, err := openInput(path)
	if err != nil {
		return found{path: path}
	}
	defer f.Close()
	if _, err := typeOf(f); codeOf(err) == exitUsage {
		return found{path, say("It looks like neither video nor audio.")}
	}
	return found{path: path}
}
