package main

import (
	"os"
	"path/filepath"
	"strings"
)

// findAssets returns the folder that has what --local needs. What the caller
// names is taken or refused; otherwise the usual places are looked through.
func findAssets(named string, getenv func(string) string) (string, error) {
	var places []string
	switch cache := getenv("CUEPIPE_CACHE"); {
	case named != "":
		places = []string{named}
	case cache != "":
		places = []string{cache}
	default:
		if self, err := os.Executable(); err == nil {
			beside := filepath.Dir(self)
			places = append(places, beside, filepath.Join(filepath.Dir(beside), ".cache")) // bin/cuepipe in a clone
		}
		places = append(places, ".cache")
	}
	for _, place := range places {
		if hasAssets(place) {
			return place, nil
		}
	}
	return "", say("The recogniser and ffmpeg were not found in %s. In a clone of Cuepipe fetch them with tools/fetch/recogniser.sh and tools/fetch/ffmpeg.sh, or name their folder with --assets.",
		strings.Join(places, ", "))
}

func hasAssets(dir string) bool {
	for _, part := range []string{recogniserDir, ffmpegFile, ffprobeFile} {
		if _, err := os.Stat(filepath.Join(dir, part)); err != nil {
			return false
		}
	}
	return true
}

const (
	recogniserDir = "recogniser"
	ffmpegFile    = "ffmpeg/ffmpeg"
	ffprobeFile   = "ffmpeg/ffprobe"
)
