package caption

import (
	"bufio"
	"errors"
	"fmt"
	"html"
	"io"
	"regexp"
	"strings"
)

// WriteSRT writes a track as SubRip, cue by cue, under the same terms as
// [WriteVTT]. SubRip has no standard, and players differ in what they take for
// markup: < and > are escaped, & where a player might read a character
// reference (so that "AT&T" stays), and "{\", which begins a command for some,
// loses its backslash.
func WriteSRT(w io.Writer, t Track) error {
	out := bufio.NewWriter(w)
	written := 0
	for i, cue := range t.Cues {
		lines := cleanLines(cue.Lines)
		if len(lines) == 0 {
			continue
		}
		if err := writable(cue); err != nil {
			return fmt.Errorf("write SRT: cue %d: %w", i+1, err)
		}
		if written++; written > 1 {
			fmt.Fprintln(out) // a bufio.Writer keeps its error until Flush
		}
		fmt.Fprintf(out, "%d\n%s --> %s\n", written, formatTime(cue.Start, ","), formatTime(cue.End, ","))
		for _, line := range lines {
			fmt.Fprintf(out, "%s\n", escapeSRT(line))
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write SRT: %w", err)
	}
	return nil
}

var (
	command = regexp.MustCompile(`\{\\+`)
	angles  = strings.NewReplacer("<", "&lt;", ">", "&gt;")
)

func escapeSRT(line string) string {
	parts := strings.Split(command.ReplaceAllString(line, "{"), "&")
	var b strings.Builder
	for i, part := range parts {
		if i > 0 {
			b.WriteByte('&')
			if html.UnescapeString("&"+part) != "&"+part {
				b.WriteString("amp;")
			}
		}
		b.WriteString(angles.Replace(part))
	}
	return b.String()
}

// ReadSRT reads SubRip, with or without numbers, with a comma or a point in its
// times. Tags and commands such as {\an8} are taken out of the text, character
// references resolved. Cues without text are left out. An error names the line.
func ReadSRT(r io.Reader) (Track, error) {
	in := newLineReader(r)
	var t Track
	for {
		block, first, err := in.block()
		if errors.Is(err, io.EOF) {
			return t, nil
		}
		if err != nil {
			return Track{}, fmt.Errorf("read SRT: %w", err)
		}
		cue, _, err := readCue(block, first, plainSRT)
		if err != nil {
			return Track{}, fmt.Errorf("read SRT: %w", err)
		}
		if len(cue.Lines) > 0 { // its number says nothing, and settings have no standard
			t.Cues = append(t.Cues, Cue{Start: cue.Start, End: cue.End, Lines: cue.Lines})
		}
	}
}

var commands = regexp.MustCompile(`\{\\[^{}]*\}`)

func plainSRT(text string) string {
	text = commands.ReplaceAllString(text, "")
	return html.UnescapeString(tag.ReplaceAllString(text, ""))
}
