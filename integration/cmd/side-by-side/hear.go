package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/cuepipe/cuepipe/integration/peers"
	"github.com/cuepipe/cuepipe/integration/recogniser/recording"
	"github.com/cuepipe/cuepipe/internal/caption"
	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/speech/moonshine"
	"github.com/cuepipe/cuepipe/internal/speech/speechtest"
)

// sounds is the recording and what is made of it.
type sounds struct {
	clip    string
	about   string // what the recordings' own README says of it
	said    string
	pcm     []int16
	onsets  []recording.Onset // of its phrases, where they are known
	systems []system          // ours first
}

// A system is what one captioner makes of it.
type system struct {
	name  string
	short string // for a narrow place
	words []speech.Word
	// onsets compare its words with where phrases begin, where that is known.
	onsets []recording.Onset
	// cues as they are judged: a peer leaves lines to the player, so its text
	// is filled into lines of the profile's length, the best that can be said
	// of it. shown are those that the player gets.
	cues  func(caption.Profile) []caption.Cue
	shown []caption.Cue
}

// hear has every system hear the clip.
func hear(ctx context.Context, clip string) (*sounds, error) {
	s := &sounds{clip: clip}
	var err error
	if s.about, err = about(clip); err != nil {
		return nil, err
	}
	said, err := recording.Said()
	if err != nil {
		return nil, err
	}
	if s.said = said[clip]; s.said == "" {
		return nil, fmt.Errorf("refs.tsv has no words of %s", clip)
	}
	if s.pcm, err = recording.Samples(clip); err != nil {
		return nil, err
	}
	if s.onsets, err = recording.Onsets(clip, s.pcm, nil); err != nil {
		return nil, err
	}
	our, err := ours(ctx, s.pcm)
	if err != nil {
		return nil, err
	}
	s.systems = append(s.systems, our)

	folder, err := os.MkdirTemp("", "side-by-side")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "clip.wav")
	if err := peers.WriteWAV(path, s.pcm); err != nil {
		return nil, err
	}
	for _, p := range []struct{ name, title, short string }{
		{peers.Whisper, "faster-whisper, base, int8", "faster-whisper"},
		{peers.Sphinx, "pocketsphinx", "pocketsphinx"},
	} {
		heard, err := peers.Hear(ctx, p.name, []string{path})
		if err != nil {
			return nil, err
		}
		s.systems = append(s.systems, theirs(p.title, p.short, heard.Files[0].Cues))
	}
	for i := range s.systems {
		if s.systems[i].onsets, err = recording.Onsets(clip, s.pcm, s.systems[i].words); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func ours(ctx context.Context, pcm []int16) (system, error) {
	folder, err := recording.Cache("recogniser")
	if err != nil {
		return system{}, err
	}
	engine, err := moonshine.Load(folder)
	if err != nil {
		return system{}, err
	}
	defer engine.Close()
	heard, err := speech.Checked{Engine: engine}.Recognise(ctx, pcm, nil)
	if err != nil {
		return system{}, err
	}
	return system{name: "Cuepipe", short: "Cuepipe", words: heard.Words,
		cues:  func(p caption.Profile) []caption.Cue { return caption.Layout(heard.Words, p) },
		shown: caption.Layout(heard.Words, caption.Default())}, nil
}

func theirs(name, short string, cues []peers.Cue) system {
	s := system{name: name, short: short, cues: func(p caption.Profile) (wrapped []caption.Cue) {
		for _, c := range cues {
			wrapped = append(wrapped, c.Caption(p.MaxCharsPerLine))
		}
		return wrapped
	}}
	for _, c := range cues {
		s.words = append(s.words, c.Words()...)
		one := c.Caption(1 << 20) // one line, as its own writer has it
		s.shown = append(s.shown, one)
	}
	return s
}

// about is what the README beside the recordings says of a clip. Only what is
// in the public domain may be quoted, and a page quotes all of it.
func about(clip string) (string, error) {
	path, err := recording.Path("README.md")
	if err != nil {
		return "", err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	return notice(string(text), clip)
}

// notice finds a clip's row in a table of file, description, reference.
func notice(readme, clip string) (string, error) {
	for line := range strings.Lines(readme) {
		cells := strings.Split(line, "|")
		if len(cells) < 3 || strings.TrimSpace(cells[1]) != clip {
			continue
		}
		row := strings.TrimSpace(cells[2])
		if !strings.Contains(strings.ReplaceAll(row, "-", " "), "public domain") {
			return "", fmt.Errorf("README.md of the recordings does not say that %s is in the public domain: its words may not be shown; choose another with -clip", clip)
		}
		return row, nil
	}
	return "", fmt.Errorf("README.md of the recordings has no row for %s, which would say whether its words may be shown", clip)
}

// wrong is how many words of a system are, of how many that are said.
func (s *sounds) wrong(y system) (wrong, of int) {
	var text []string
	for _, w := range y.words {
		text = append(text, w.Text)
	}
	want := speechtest.Normalise(s.said)
	return speechtest.Errors(want, speechtest.Normalise(strings.Join(text, " "))), len(want)
}
