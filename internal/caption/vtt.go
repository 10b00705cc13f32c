package caption

import (
	"bufio"
	"errors"
	"fmt"
	"html"
	"io"
	"strings"
	"time"
)

// WriteVTT writes a track as WebVTT (https://www.w3.org/TR/webvtt1/), cue by
// cue. Text is data: &, < and > are escaped, so that no text can become markup,
// a time or the end of its cue; control characters and empty lines are dropped.
// A cue without text shows nothing and is left out. A cue whose times cannot be
// written is an error that names it, counted from 1.
func WriteVTT(w io.Writer, t Track) error { return writeVTT(w, t, "") }

// WritePartialVTT writes the beginning of a track that is still being made, as
// WriteVTT does. A comment at its head, which readers pass over, says that the
// captions go no further than until.
func WritePartialVTT(w io.Writer, t Track, until time.Duration) error {
	return writeVTT(w, t, fmt.Sprintf("Partial: captions so far, to %s. The rest is still in work.", formatTime(until, ".")))
}

// writeVTT puts a comment of one line before the cues, unless it is empty.
func writeVTT(w io.Writer, t Track, comment string) error {
	out := bufio.NewWriter(w)
	fmt.Fprint(out, "WEBVTT\n") // a bufio.Writer keeps its error until Flush
	if comment != "" {
		fmt.Fprintf(out, "\nNOTE %s\n", comment)
	}
	for i, cue := range t.Cues {
		lines := cleanLines(cue.Lines)
		if len(lines) == 0 {
			continue
		}
		if err := writable(cue); err != nil {
			return fmt.Errorf("write WebVTT: cue %d: %w", i+1, err)
		}
		fmt.Fprintf(out, "\n%s --> %s\n", formatTime(cue.Start, "."), formatTime(cue.End, "."))
		for _, line := range lines {
			fmt.Fprintf(out, "%s\n", escapeVTT.Replace(line))
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write WebVTT: %w", err)
	}
	return nil
}

var escapeVTT = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// ReadVTT reads WebVTT. Comments, styles, regions, cue settings and names are
// passed over, tags are taken out of the text and character references
// resolved. Cues without text are left out. An error names the line.
func ReadVTT(r io.Reader) (Track, error) {
	in := newLineReader(r)
	if err := readHeader(in); err != nil {
		return Track{}, fmt.Errorf("read WebVTT: %w", err)
	}
	var t Track
	for {
		block, first, err := in.block()
		if errors.Is(err, io.EOF) {
			return t, nil
		}
		if err != nil {
			return Track{}, fmt.Errorf("read WebVTT: %w", err)
		}
		if isAside(block) {
			continue
		}
		cue, err := readCue(block, first, plainVTT)
		if err != nil {
			return Track{}, fmt.Errorf("read WebVTT: %w", err)
		}
		if len(cue.Lines) > 0 {
			t.Cues = append(t.Cues, cue)
		}
	}
}

// readHeader reads the line with WEBVTT and what belongs to it, up to a blank
// line. A cue that follows at once is an error, since players would not show it.
func readHeader(in *lineReader) error {
	line, err := in.next()
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	magic, _, _ := strings.Cut(strings.ReplaceAll(line, "\t", " "), " ")
	if magic != "WEBVTT" {
		return errors.New("line 1: a WebVTT file begins with the line WEBVTT")
	}
	for {
		line, err := in.next()
		if errors.Is(err, io.EOF) || err == nil && clean(line) == "" {
			return nil
		}
		if err != nil {
			return err
		}
		if strings.Contains(line, arrow) {
			return fmt.Errorf("line %d: a blank line is missing between WEBVTT and the first cue", in.number)
		}
	}
}

// isAside says whether a block is not a cue: a comment, a style or a region.
func isAside(block []string) bool {
	name, _, _ := strings.Cut(strings.ReplaceAll(block[0], "\t", " "), " ")
	switch name {
	case "NOTE":
		return !strings.Contains(block[0], arrow)
	case "STYLE", "REGION":
		return strings.TrimSpace(block[0]) == name && (len(block) == 1 || !strings.Contains(block[1], arrow))
	}
	return false
}

func plainVTT(text string) string {
	return html.UnescapeString(tag.ReplaceAllString(text, ""))
}
