package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/cuepipe/cuepipe/internal/caption"
)

// Films have captions that read like speech: runs of words as they stand in
// documents, so that words are as frequent, and as like each other, as in a
// language. They are the same every time.
type films struct {
	videos, words int
	text          string // a folder

	said     []string // all words of the documents, in their order
	distinct int
}

func (f *films) read() error {
	names, err := filepath.Glob(filepath.Join(f.text, "*.md"))
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		for _, w := range strings.Fields(string(b)) {
			// Links, paths and code are not said.
			if w = strings.Trim(w, "*_`.,;:()[]|\""); w == "" || strings.ContainsAny(w, "`/\\|<>[]{}=_#$&") {
				continue
			}
			f.said = append(f.said, w)
			known[strings.ToLower(w)] = true
		}
	}
	if f.distinct = len(known); f.distinct < 500 {
		return fmt.Errorf("%s/*.md have %d words, too few to sound like speech", f.text, f.distinct)
	}
	return nil
}

const (
	wordsACue = 10
	cueLasts  = 4 * time.Second
	// Whoever looks for these finds them in one film, in every tenth, in nearly
	// all, and in none.
	rare, seldom, common, never = "xenolith", "zygomorphic", "the", "quokka"
)

// vtt is the captions of a film.
func (f *films) vtt(film int) []byte {
	from := rand.New(rand.NewPCG(uint64(film), 1))
	var words []string
	for len(words) < f.words {
		at := from.IntN(len(f.said) - 8)
		words = append(words, f.said[at:at+3+from.IntN(6)]...)
	}
	words = words[:f.words]
	if film == f.videos/2 {
		words[f.words/2] = rare
	}
	if film%10 == 0 {
		words[f.words/3] = seldom
	}
	var t caption.Track
	for at := 0; at < len(words); at += wordsACue {
		cue, start := words[at:min(at+wordsACue, len(words))], time.Duration(at/wordsACue)*cueLasts
		t.Cues = append(t.Cues, caption.Cue{Start: start, End: start + cueLasts, Lines: []string{strings.Join(cue[:len(cue)/2], " "), strings.Join(cue[len(cue)/2:], " ")}})
	}
	var b bytes.Buffer
	if err := caption.WriteVTT(&b, t); err != nil {
		panic(err) // cues in order, into memory
	}
	return b.Bytes()
}

// size is about how many bytes all captions have.
func (f *films) size() int { return f.videos * len(f.vtt(1)) }
