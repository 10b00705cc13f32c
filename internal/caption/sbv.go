package caption

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// WriteSBV writes a track as SubViewer in YouTube's variant, cue by cue, under
// the same terms as [WriteVTT]. The format has no markup and no escapes, so that
// text stays as it is but for two things that readers would take for their own:
// "[br]", a line break, becomes "(br)", and a line that begins like times gets
// a space.
func WriteSBV(w io.Writer, t Track) error {
	out := bufio.NewWriter(w)
	written := 0
	for i, cue := range t.Cues {
		lines := cleanLines(cue.Lines)
		if len(lines) == 0 {
			continue
		}
		if err := writable(cue); err != nil {
			return fmt.Errorf("write SBV: cue %d: %w", i+1, err)
		}
		if written++; written > 1 {
			fmt.Fprintln(out) // a bufio.Writer keeps its error until Flush
		}
		// One digit of hours, as YouTube writes it.
		start, end := strings.TrimPrefix(formatTime(cue.Start, "."), "0"), strings.TrimPrefix(formatTime(cue.End, "."), "0")
		fmt.Fprintf(out, "%s,%s\n", start, end)
		for _, line := range lines {
			fmt.Fprintln(out, safeSBV(line))
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write SBV: %w", err)
	}
	return nil
}

var (
	lineBreakSBV = regexp.MustCompile(`(?i)\[br\]`)
	timesSBV     = regexp.MustCompile(`^([0-9]+:[0-9:.]+),([0-9]+:)`)
)

func safeSBV(line string) string {
	return timesSBV.ReplaceAllString(lineBreakSBV.ReplaceAllString(line, "(br)"), "$1, $2")
}

// ReadSBV reads SubViewer in YouTube's variant. "[br]" is a line break. Cues
// without text are left out. An error names the line.
func ReadSBV(r io.Reader) (Track, error) {
	in := newLineReader(r)
	var t Track
	for {
		block, first, err := in.block()
		if errors.Is(err, io.EOF) {
			return t, nil
		}
		if err != nil {
			return Track{}, fmt.Errorf("read SBV: %w", err)
		}
		cue, err := readCueSBV(block)
		if err != nil {
			return Track{}, fmt.Errorf("read SBV: line %d: %w", first, err)
		}
		if len(cue.Lines) > 0 {
			t.Cues = append(t.Cues, cue)
		}
	}
}

func readCueSBV(block []string) (c Cue, err error) {
	start, end, found := strings.Cut(block[0], ",")
	if !found {
		return Cue{}, errors.New("this text has no times; write them above it, as in 0:00:01.000,0:00:02.500, or remove the blank line before it")
	}
	if c.Start, err = parseTime(clean(start)); err != nil {
		return Cue{}, err
	}
	if c.End, err = parseTime(clean(end)); err != nil {
		return Cue{}, err
	}
	text := lineBreakSBV.ReplaceAllString(strings.Join(block[1:], "\n"), "\n")
	c.Lines = cleanLines(strings.Split(text, "\n"))
	return c, nil
}
