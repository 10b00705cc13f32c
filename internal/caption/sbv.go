package caption

import (
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
	return writeBlocks(w, t, "SBV", func(_ int, cue Cue) string {
		// One digit of hours, as YouTube writes it.
		return strings.TrimPrefix(formatTime(cue.Start, "."), "0") + "," + strings.TrimPrefix(formatTime(cue.End, "."), "0")
	}, safeSBV)
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
	return readBlocks(r, "SBV", func(block []string, first int) (Cue, error) {
		cue, err := readCueSBV(block)
		if err != nil {
			return Cue{}, fmt.Errorf("line %d: %w", first, err)
		}
		return cue, nil
	})
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
