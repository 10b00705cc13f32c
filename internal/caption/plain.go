package caption

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"
)

// The pauses at which a paragraph of plain text begins.
const (
	// ParagraphPause is long enough for a new paragraph wherever it is. A
	// speaker's pause is shorter; no cue of ours spans one of this length.
	ParagraphPause = 2 * time.Second
	// SentencePause is long enough where a sentence has ended.
	SentencePause = time.Second
)

// WritePlain writes the words of a track as plain text, for reading and
// searching: sentences run on, a blank line stands between paragraphs, and no
// times. Where it is known who speaks, a paragraph begins at each change, with the
// name. Cues without text are left out, and those after them keep their pauses.
func WritePlain(w io.Writer, t Track) error {
	out := bufio.NewWriter(w) // it keeps its error until Flush
	spaceless := Profile{Language: t.Language}.spaceless()
	last, end, speaker := "", time.Duration(0), ""
	for _, cue := range t.Cues {
		text := runOn(cleanLines(cue.Lines), spaceless)
		if text == "" {
			continue
		}
		pause := cue.Start - end
		name := clean(cue.Speaker)
		turn := name != "" && name != speaker
		switch {
		case last == "":
		case turn, pause >= ParagraphPause, pause >= SentencePause && closesSentence(last, text):
			fmt.Fprint(out, "\n\n")
		case !spaceless || spaced(last, text):
			fmt.Fprint(out, " ")
		}
		if turn {
			fmt.Fprint(out, name, ": ")
			speaker = name
		}
		fmt.Fprint(out, text)
		last, end = text, max(end, cue.End)
	}
	if last != "" {
		fmt.Fprintln(out)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write plain text: %w", err)
	}
	return nil
}

// runOn makes one line of several.
func runOn(lines []string, spaceless bool) string {
	var b strings.Builder
	for i, line := range lines {
		if i > 0 && (!spaceless || spaced(lines[i-1], line)) {
			b.WriteByte(' ')
		}
		b.WriteString(line)
	}
	return b.String()
}

// closesSentence says whether a sentence has ended between two cues. Both have
// text.
func closesSentence(a, b string) bool {
	before, after := strings.Fields(a), strings.Fields(b)
	return endsSentence(newBound(before[len(before)-1], false), newBound(after[0], false))
}
