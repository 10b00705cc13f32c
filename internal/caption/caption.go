// Package caption turns recognised words into captions that people like to
// read, judges captions by the published style guides, and reads and writes
// the formats that players understand.
//
// [Layout] decides where lines and cues break and when each cue is shown,
// [Check] says which rules a track breaks, and every format has a file, or
// files, of its name with its reader and its writer; [Formats] lists them. The
// package is pure: no clock, no files, and the same input gives the same bytes.
// All times are from the start of the video and whole milliseconds, as the
// formats have them.
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

	// Speaker is who says it, where voices were told apart: WebVTT's voice, TTML's
	// agent, JSON's speaker. The other formats have no place for it, and mark a
	// change of it. Of the readers, only that of JSON sets it.
	Speaker string

	// What WebVTT says about a cue beside its text, as it was read. All three
	// are empty in tracks of our own; beside WebVTT only JSON has them.
	ID       string // the cue's name, the line above its times
	Settings string // where it stands, such as "align:start line:0"
	// Markup is the text with its tags, such as "<v Mary>Hi</v>", lines apart by
	// \n, where there are any. It is written as long as Lines still says the
	// same; where they differ, Lines was edited and wins.
	Markup string
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
	// Language is a BCP 47 tag. TTML and JSON say it. The others have no place
	// for it, so it is kept beside the file, as in the srclang of an HTML track.
	Language string
	// Header is the rest of WebVTT's first line and the lines that belong to
	// it, such as "- a title\nKind: captions".
	Header string
	// Styles and Regions have the lines of WebVTT's blocks of these names,
	// without the names, a block each.
	Styles, Regions []string
	// Notes are WebVTT's comments, in their order.
	Notes []Note
	// Cues in the order of their times.
	Cues []Cue
}

// A Note is a comment, which no viewer sees.
type Note struct {
	// Before is the place, from 0, of the cue that the comment stands before.
	// After the last one it is the number of cues, or more.
	Before int
	Text   string
}
