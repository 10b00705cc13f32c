package caption

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// WriteVTT writes a track as WebVTT (https://www.w3.org/TR/webvtt1/), cue by
// cue, with the header, styles, regions, comments, names, settings and tags that
// it has from [ReadVTT]. Text is data: &, < and > are escaped, so that no text
// can become markup, a time or the end of its cue; control characters and empty
// lines are dropped. A cue without text shows nothing and is left out. A cue
// whose times cannot be written is an error that names it, counted from 1.
func WriteVTT(w io.Writer, t Track) error { return writeVTT(w, t, "") }

// WritePartialVTT writes the beginning of a track that is still being made, as
// WriteVTT does. A comment at its head, which no player shows, says that the
// captions go no further than until.
func WritePartialVTT(w io.Writer, t Track, until time.Duration) error {
	return writeVTT(w, t, fmt.Sprintf("Partial: captions so far, to %s. The rest is still in work.", formatTime(until, ".")))
}

// writeVTT puts a comment of one line before the cues, unless it is empty.
func writeVTT(w io.Writer, t Track, comment string) error {
	out := bufio.NewWriter(w) // it keeps its error until Flush
	writeHeader(out, t.Header)
	writeNote(out, comment)
	for _, region := range t.Regions {
		writeBlock(out, "REGION", region)
	}
	for _, style := range t.Styles {
		writeBlock(out, "STYLE", style)
	}
	notes := t.Notes
	for i, cue := range t.Cues {
		for len(notes) > 0 && notes[0].Before <= i {
			writeNote(out, notes[0].Text)
			notes = notes[1:]
		}
		lines := linesVTT(cue)
		if len(lines) == 0 {
			continue
		}
		if err := writable(cue); err != nil {
			return fmt.Errorf("write WebVTT: cue %d: %w", i+1, err)
		}
		fmt.Fprintln(out)
		if id := safeID(cue.ID); id != "" {
			fmt.Fprintln(out, id)
		}
		times := formatTime(cue.Start, ".") + " " + arrow + " " + formatTime(cue.End, ".")
		fmt.Fprintln(out, clean(times+" "+safeSettings(cue.Settings)))
		for _, line := range lines {
			fmt.Fprintln(out, line)
		}
	}
	for _, note := range notes {
		writeNote(out, note.Text)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write WebVTT: %w", err)
	}
	return nil
}

func writeHeader(out io.Writer, header string) {
	first, rest, _ := strings.Cut(safeHeader(header), "\n")
	fmt.Fprintln(out, clean("WEBVTT "+first))
	if rest != "" {
		fmt.Fprintln(out, rest)
	}
}

// writeNote writes a comment of one line beside its name, as people do.
func writeNote(out io.Writer, text string) {
	text = safeNote(text)
	if text == "" || strings.Contains(text, "\n") {
		writeBlock(out, "NOTE", text)
		return
	}
	fmt.Fprintf(out, "\nNOTE %s\n", text)
}

func writeBlock(out io.Writer, name, text string) {
	if text = safeAside(text); text != "" {
		fmt.Fprintf(out, "\n%s\n%s\n", name, text)
	}
}

// ReadVTT reads WebVTT. Header, comments, styles, regions, names, settings and
// tags are kept apart from the text, see [Track] and [Cue]; a style or region
// after the first cue has no effect in players and is passed over. Tags are
// taken out of the text and character references resolved. Cues without text
// are left out. An error names the line.
func ReadVTT(r io.Reader) (Track, error) {
	in := newLineReader(r)
	t, err := readVTT(in)
	if err != nil {
		return Track{}, fmt.Errorf("read WebVTT: %w", err)
	}
	return t, nil
}

func readVTT(in *lineReader) (t Track, err error) {
	if t.Header, err = readHeader(in); err != nil {
		return Track{}, err
	}
	seen := false // a cue, be it without text
	for {
		block, first, err := in.block()
		if errors.Is(err, io.EOF) {
			return t, nil
		}
		if err != nil {
			return Track{}, err
		}
		if name := asideOf(block); name != "" {
			t.keep(name, block, seen)
			continue
		}
		cue, text, err := readCue(block, first, plainVTT)
		if err != nil {
			return Track{}, err
		}
		seen = true
		if len(cue.Lines) == 0 {
			continue
		}
		cue.ID, cue.Settings = safeID(cue.ID), safeSettings(cue.Settings)
		cue.Markup = safeMarkup(text)
		t.Cues = append(t.Cues, cue)
	}
}

// keep puts a block that is not a cue where it belongs.
func (t *Track) keep(name string, block []string, seen bool) {
	text := strings.TrimPrefix(strings.Join(block, "\n"), name)
	text = safeAside(strings.TrimLeft(text, " \t"))
	switch {
	case text == "":
	case name == "NOTE":
		t.Notes = append(t.Notes, Note{Before: len(t.Cues), Text: safeNote(text)})
	case seen:
	case name == "STYLE":
		t.Styles = append(t.Styles, text)
	case name == "REGION":
		t.Regions = append(t.Regions, text)
	}
}

// readHeader reads the line with WEBVTT and what belongs to it, up to a blank
// line. A cue that follows at once is an error, since players would not show it.
func readHeader(in *lineReader) (string, error) {
	line, err := in.next()
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	magic, title, _ := strings.Cut(strings.ReplaceAll(line, "\t", " "), " ")
	if magic != "WEBVTT" {
		return "", errors.New("line 1: a WebVTT file begins with the line WEBVTT")
	}
	var more []string
	for {
		line, err := in.next()
		if errors.Is(err, io.EOF) || err == nil && clean(line) == "" {
			return safeHeader(title + "\n" + strings.Join(more, "\n")), nil
		}
		if err != nil {
			return "", err
		}
		if strings.Contains(line, arrow) {
			return "", fmt.Errorf("line %d: a blank line is missing between WEBVTT and the first cue", in.number)
		}
		more = append(more, line)
	}
}

// asideOf is the name of a block that is not a cue: a comment, a style or a
// region. It is empty for a cue.
func asideOf(block []string) string {
	name := asideName(block[0])
	switch {
	case name == "NOTE" && strings.Contains(block[0], arrow):
	case name == "NOTE":
		return name
	case strings.TrimSpace(block[0]) == name && (len(block) == 1 || !strings.Contains(block[1], arrow)):
		return name
	}
	return ""
}

// asideName is the first word of a line, if it is the name of such a block.
func asideName(line string) string {
	name, _, _ := strings.Cut(strings.ReplaceAll(line, "\t", " "), " ")
	switch name {
	case "NOTE", "STYLE", "REGION":
		return name
	}
	return ""
}
