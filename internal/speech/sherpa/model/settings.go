package model

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// settingsFile may stand in the folder; all of it is optional.
const settingsFile = "engine.json"

// Settings are what a model's folder says of itself.
type Settings struct {
	// Family is one of those in this package.
	Family Family `json:"family"`
	// Language is a BCP 47 tag. A model that knows several is held to it.
	Language string `json:"language"`
	// Threads is 1 to 16.
	Threads int `json:"threads"`
	// LongestSeconds is how much sound the model is given at once, 5 to 29.
	LongestSeconds float64 `json:"longestSeconds"`
	// Files are names of files in the folder by their role: encoder, decoder,
	// joiner, model, tokens and, of Moonshine, preprocessor, uncached_decoder,
	// cached_decoder, merged_decoder.
	Files map[string]string `json:"files"`
}

var languageTag = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$`)

func readSettings(dir string) (Settings, error) {
	path := filepath.Join(dir, settingsFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Settings{}, nil
	}
	if err != nil {
		return Settings{}, fmt.Errorf("read the model's settings: %w", err)
	}
	var s Settings
	in := json.NewDecoder(bytes.NewReader(text))
	in.DisallowUnknownFields()
	if err := in.Decode(&s); err != nil {
		return Settings{}, fmt.Errorf("read the model's settings in %s: %w", path, err)
	}
	if _, err := in.Token(); err != io.EOF {
		return Settings{}, fmt.Errorf("read the model's settings in %s: there is something behind them", path)
	}
	if err := s.check(); err != nil {
		return Settings{}, fmt.Errorf("the model's settings in %s: %w", path, err)
	}
	return s, nil
}

func (s Settings) check() error {
	if _, known := roles[s.Family]; !known && s.Family != "" {
		var families []string
		for f := range roles {
			families = append(families, string(f))
		}
		slices.Sort(families)
		return fmt.Errorf("there is no family %q: use one of %s", s.Family, strings.Join(families, ", "))
	}
	if s.Language != "" && !languageTag.MatchString(s.Language) {
		return fmt.Errorf("%q is no language: write a tag such as en or pt-BR", s.Language)
	}
	if s.Threads < 0 || s.Threads > 16 {
		return fmt.Errorf("threads is %d: give 1 to 16", s.Threads)
	}
	if s.LongestSeconds != 0 && (s.LongestSeconds < 5 || s.LongestSeconds > 29) {
		return fmt.Errorf("longestSeconds is %v: give 5 to 29", s.LongestSeconds)
	}
	for role, name := range s.Files {
		if !slices.Contains(allRoles(), role) {
			return fmt.Errorf("files names %q, and there are %s", role, strings.Join(allRoles(), ", "))
		}
		if !filepath.IsLocal(name) {
			return fmt.Errorf("the file for %q, %q, is not in the folder", role, name)
		}
	}
	return nil
}

func allRoles() []string {
	all := []string{tokens}
	for _, r := range roles {
		all = append(all, r...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
