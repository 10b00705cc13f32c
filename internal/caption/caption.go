// Package caption turns recognised words into captions that people like to
// read, judges captions by the published style guides, and reads and writes
// the formats that players understand.
//
// [Layout] decides where lines and cues break and when each cue is shown,
// [Check] says which rules a track breaks, and every format has one file with
// its reader and its writer. The package is pure: no clock, no files, and the
// same input gives the same bytes. All times are from the start of the video
// and whole milliseconds, as the formats have them.
package caption

import (
	"strings"
	"time"
)

// A Cue is what stands on the screen at one time.
type Cue struct {
	// Start is when the cue comes in, End when it goes out.
	Start, End time.Duration
	// Lines from top to bottom, as plain text: no markup and no escapes,
	// whatever the format it came from or goes to.
	Lines []string
}

// Text is the cue's text in one line.
func (c Cue) Text() string { return strings.Join(c.Lines, " ") }

// Chars is the number of characters that a viewer reads, as [Chars] counts
// them. A line break counts as the space that it stands for.
func (c Cue) Chars() int {
	n := max(0, len(c.Lines)-1)
	for _, line := range c.Lines {
		n += Chars(line)
	}
	return n
}

// A Track is the captions of one video in one language. A track without cues
// is valid: nobody speaks.
type Track struct {
	// Language is a BCP 47 tag. Neither WebVTT nor SRT has a place for it, so
	// it is kept beside the file, as in the srclang of an HTML track.
	Language string
	// Cues in the order of their times.
	Cues []Cue
}
