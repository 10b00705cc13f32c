// Package model finds out what is in a folder of model files, in the form in
// which sherpa-onnx publishes them, and whether it is whole.
//
// The family comes from the files' names, and where those are the same for
// several families from what the ONNX file says of itself. An engine.json in
// the folder overrides and completes both; see Settings.
package model

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A Family is a kind of model that sherpa-onnx can run.
type Family string

// The families, by the names that engine.json takes.
const (
	Whisper      Family = "whisper"
	Transducer   Family = "transducer" // Zipformer and Conformer of icefall
	NeMo         Family = "nemo_transducer"
	SenseVoice   Family = "sense_voice"
	Paraformer   Family = "paraformer"
	NeMoCTC      Family = "nemo_ctc"
	ZipformerCTC Family = "zipformer_ctc"
	WenetCTC     Family = "wenet_ctc"
	TeleSpeech   Family = "telespeech_ctc"
	Dolphin      Family = "dolphin"
	Moonshine    Family = "moonshine"        // four parts
	MoonshineV2  Family = "moonshine_merged" // two parts
)

// roles are the files of each family besides the token table.
var roles = map[Family][]string{
	Whisper:      {"encoder", "decoder"},
	Transducer:   {"encoder", "decoder", "joiner"},
	NeMo:         {"encoder", "decoder", "joiner"},
	SenseVoice:   {"model"},
	Paraformer:   {"model"},
	NeMoCTC:      {"model"},
	ZipformerCTC: {"model"},
	WenetCTC:     {"model"},
	TeleSpeech:   {"model"},
	Dolphin:      {"model"},
	Moonshine:    {"preprocessor", "encoder", "uncached_decoder", "cached_decoder"},
	MoonshineV2:  {"encoder", "merged_decoder"},
}

// tokens is the role of the token table, which every family has.
const tokens = "tokens"

// A Model is a folder that was understood.
type Model struct {
	Dir    string
	Family Family
	// Files are the paths of the files by their role, such as "encoder".
	Files map[string]string
	// Language is a BCP 47 tag; empty where the model hears itself which it is,
	// or nobody says.
	Language string
	// Threads is how many threads the model's computations take: one, unless the
	// settings say more. Of the small model that was measured two threads took
	// twice the processor time and were no faster.
	Threads int
	// Longest is the longest piece of sound that the model is given.
	Longest time.Duration
}

// Name is the folder's own name.
func (m Model) Name() string { return filepath.Base(m.Dir) }

// longest is for how long each family is known to hear well: Moonshine falls
// into repetition on long sounds; Whisper hears 30 s whatever is in them, and
// the end must be silent; the others were made for single utterances.
func longest(f Family) time.Duration {
	switch f {
	case Whisper:
		return 28 * time.Second
	case Moonshine, MoonshineV2:
		return 15 * time.Second
	}
	return 20 * time.Second
}

// Find looks at the files of a folder, reading no more than their headers. Its
// error names the folder and what was expected there.
func Find(dir string) (Model, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return Model{}, fmt.Errorf("find the model's folder: %w", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return Model{}, fmt.Errorf("look into the model's folder: %w", err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	settings, err := readSettings(dir)
	if err != nil {
		return Model{}, err
	}
	family, files, err := recognise(dir, names, settings)
	if err != nil {
		return Model{}, fmt.Errorf("the model's folder %s: %w", dir, err)
	}
	m := Model{Dir: dir, Family: family, Files: map[string]string{}}
	for role, name := range files {
		m.Files[role] = filepath.Join(dir, name)
		info, err := os.Stat(m.Files[role])
		if err != nil || !info.Mode().IsRegular() {
			return Model{}, fmt.Errorf("the model's folder %s: %s, which is its %s, is no file", dir, name, role)
		}
		if info.Size() == 0 { // sherpa-onnx takes an empty token table, and says nothing ever after
			return Model{}, fmt.Errorf("the model's folder %s: %s, which is its %s, is empty", dir, name, role)
		}
	}
	if m.Language = cmp.Or(settings.Language, named(m.Name())); m.Language == "" {
		m.Language = m.only()
	}
	m.Threads = cmp.Or(settings.Threads, 1)
	m.Longest = cmp.Or(time.Duration(settings.LongestSeconds*float64(time.Second)), longest(family))
	return m, nil
}

// only is the language of models that know one, where neither settings nor
// names say which.
func (m Model) only() string {
	switch m.Family {
	case Whisper:
		if said, err := metadata(m.Files["encoder"]); err == nil && said["is_multilingual"] == "0" {
			return "en"
		}
	case Moonshine, MoonshineV2: // those of other languages have it in their names
		return "en"
	}
	return ""
}

// recognise tells the family and the file of each role.
func recognise(dir string, names []string, s Settings) (Family, map[string]string, error) {
	candidates := []Family{s.Family}
	if s.Family == "" {
		candidates = []Family{Moonshine, MoonshineV2, Transducer, Whisper, SenseVoice}
	}
	for _, family := range candidates {
		files, missing, err := assign(family, names, s)
		switch {
		case err != nil:
			return "", nil, err
		case len(missing) > 0 && s.Family != "":
			return "", nil, fmt.Errorf("it has no %s, which a model of the family %s has; there are %s", strings.Join(missing, " and no "), family, list(names))
		case len(missing) > 0:
			continue
		case s.Family == "":
			if family, err = itself(dir, family, files); err != nil {
				return "", nil, err
			}
		}
		return family, files, nil
	}
	return "", nil, fmt.Errorf("its files are of no family that is known. Expected are a token table (tokens.txt) and encoder and decoder (Whisper), "+
		"encoder, decoder and joiner (transducers such as Parakeet), or a model.onnx (SenseVoice, Paraformer, CTC), as sherpa-onnx publishes them; there are %s", list(names))
}

// assign gives each role of a family its file.
func assign(family Family, names []string, s Settings) (files map[string]string, missing []string, err error) {
	files = map[string]string{}
	for _, role := range append(slices.Clone(roles[family]), tokens) {
		name := s.Files[role]
		if name == "" {
			if name, err = pick(role, names); err != nil {
				return nil, nil, err
			}
		}
		if name == "" {
			missing = append(missing, role)
		}
		files[role] = name
	}
	for role := range s.Files {
		if _, known := files[role]; !known && s.Family != "" {
			return nil, nil, fmt.Errorf("engine.json names a file for %q; a model of the family %s has %s", role, family, strings.Join(append(slices.Clone(roles[family]), tokens), ", "))
		}
	}
	return files, missing, nil
}

// list is what an error shows of a folder.
func list(names []string) string {
	const most = 20
	if len(names) == 0 {
		return "none"
	}
	if len(names) > most {
		return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", len(names)-most)
	}
	return strings.Join(names, ", ")
}

var errAmbiguous = errors.New("there are several, and engine.json does not say which")
