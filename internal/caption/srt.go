package caption

import (
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
	return writeBlocks(w, t, "SRT", func(number int, cue Cue) string {
		return fmt.Sprintf("%d\n%s --> %s", number, formatTime(cue.Start, ","), formatTime(cue.End, ","))
	}, escapeSRT)
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
	return readBlocks(r, "SRT", func(block []string, first int) (Cue, error) {
		cue, _, err := readCue(block, first, plainSRT)
		// Its number says nothing, and settings have no standard.
		return Cue{Start: cue.Start, End: cue.End, Lines: cue.Lines}, err
	})
}

var commands = regexp.MustCompile(`\{\\[^{}]*\}`)

func plainSRT(text string) string {
	text = commands.ReplaceAllString(text, "")
	return html.UnescapeString(tag.ReplaceAllString(text, ""))
}
