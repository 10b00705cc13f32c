package caption

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/cuepipe/cuepipe/internal/speech"
)

// ReadJSON reads what [WriteJSON] writes. Fields that it does not know are
// passed over, lines are cleaned, and cues without text left out. An error names
// the line.
func ReadJSON(r io.Reader) (Track, error) {
	t, _, err := ReadJSONWords(r)
	return t, err
}

// ReadJSONWords reads the words, too, in the order of the file.
func ReadJSONWords(r io.Reader) (Track, []speech.Word, error) {
	source := newBounded(r)
	d := json.NewDecoder(source)
	d.UseNumber()
	in := &jsonReader{source: source, d: d}
	if err := in.file(); err != nil {
		return Track{}, nil, fmt.Errorf("read JSON: line %d: %w", source.line(d.InputOffset()), err)
	}
	return in.track, in.words, nil
}

// A jsonReader reads token by token, so that no more of the file is in memory
// than one string of it.
type jsonReader struct {
	source *bounded
	d      *json.Decoder
	track  Track
	words  []speech.Word
}

// next is the next token. The end of the file is an error, since it comes after
// the last token that anybody asks for.
func (in *jsonReader) next() (json.Token, error) {
	in.source.renew()
	t, err := in.d.Token()
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, errors.New("the file ends too early; it may have been cut off")
	}
	return t, err
}

func (in *jsonReader) file() error {
	err := in.object("the file", func(key string) (err error) {
		switch key {
		case "language":
			in.track.Language, err = in.text(key)
			in.track.Language = clean(in.track.Language)
			return err
		case "cues":
			return in.list(key, in.cue)
		}
		if known, err := in.beside(key); known {
			return err
		}
		return in.skip()
	})
	if err != nil {
		return err
	}
	in.source.renew()
	if _, err := in.d.Token(); !errors.Is(err, io.EOF) {
		if err != nil {
			return err
		}
		return errors.New("there is more after the end of the object; one file has one object")
	}
	return nil
}

func (in *jsonReader) cue() error {
	in.source.line(in.d.InputOffset()) // forget the lines before
	var c Cue
	times := 0
	err := in.object("a cue", func(key string) (err error) {
		switch key {
		case "start":
			times |= 1
			return in.time(key, &c.Start)
		case "end":
			times |= 2
			return in.time(key, &c.End)
		case "speaker":
			c.Speaker, err = in.text(key)
			c.Speaker = clean(c.Speaker)
			return err
		case "lines":
			return in.list(key, func() error {
				line, err := in.text("a line")
				c.Lines = append(c.Lines, line)
				return err
			})
		case "words":
			return in.list(key, in.word)
		}
		if known, err := in.besideCue(key, &c); known {
			return err
		}
		return in.skip()
	})
	if err != nil {
		return err
	}
	if c.Lines = cleanLines(c.Lines); len(c.Lines) == 0 {
		return nil
	}
	if times != 3 {
		return errors.New(`a cue needs "start" and "end", in seconds`)
	}
	in.track.Cues = append(in.track.Cues, c)
	return nil
}

func (in *jsonReader) word() error {
	var w speech.Word
	err := in.object("a word", func(key string) (err error) {
		switch key {
		case "text":
			w.Text, err = in.text(key)
			return err
		case "speaker":
			w.Speaker, err = in.text(key)
			w.Speaker = clean(w.Speaker)
			return err
		case "start":
			return in.time(key, &w.Start)
		case "end":
			return in.time(key, &w.End)
		case "probability":
			number, err := in.number(key)
			if err != nil {
				return err
			}
			w.Probability, err = number.Float64()
			return err
		}
		return in.skip()
	})
	if w.Text = clean(w.Text); err == nil && w.Text != "" {
		in.words = append(in.words, w)
	}
	return err
}
