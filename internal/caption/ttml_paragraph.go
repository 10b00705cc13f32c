package caption

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// What a paragraph may hold, so that its cues, which are as many as its changes,
// stay few. Real ones have a dozen pieces of one line.
const (
	maxPieces    = 1000
	maxParagraph = 1 << 16
	maxShown     = 1 << 18 // its text times its changes
)

// A paragraphTTML is the text of a p, in the pieces that its elements make of it.
type paragraphTTML struct {
	pieces []pieceTTML
	size   int // of the text, in bytes
}

// A pieceTTML is text that is shown for its own time.
type pieceTTML struct {
	text       string
	start, end time.Duration
	preserve   bool
}

// add takes text that stands directly in an element.
func (p *paragraphTTML) add(e elementTTML, text string) error {
	if !e.preserve {
		text = collapse(text)
	}
	p.size += len(text)
	if p.size > maxParagraph || len(p.pieces) == maxPieces {
		return fmt.Errorf("this p has more than %d bytes of text or %d pieces; make it several", maxParagraph, maxPieces)
	}
	p.pieces = append(p.pieces, pieceTTML{text, e.start, e.end, e.preserve})
	return nil
}

// collapse makes one space of every run of white space, as xml:space="default"
// asks.
func collapse(text string) string {
	var b strings.Builder
	space := false
	for _, r := range text {
		blank := r == ' ' || r == '\t' || r == '\n' || r == '\r'
		if blank && !space {
			b.WriteByte(' ')
		} else if !blank {
			b.WriteRune(r)
		}
		space = blank
	}
	return b.String()
}

// cues has one cue for each time in which the paragraph's text stays the same.
func (p *paragraphTTML) cues() ([]Cue, error) {
	var changes []time.Duration
	for _, piece := range p.pieces {
		if strings.TrimSpace(piece.text) == "" || piece.end <= piece.start {
			continue
		}
		if piece.end == forever {
			return nil, errors.New("this p has text and no end; give it an end or a dur")
		}
		if piece.end >= maxWritten {
			return nil, fmt.Errorf("this p ends at %s, after more than 9999 hours", piece.end)
		}
		changes = append(changes, piece.start, piece.end)
	}
	slices.Sort(changes)
	changes = slices.Compact(changes)
	if len(changes)*p.size > maxShown {
		return nil, fmt.Errorf("this p changes its text %d times and has %d bytes of it; make it several", len(changes), p.size)
	}
	var cues []Cue
	for i := 1; i < len(changes); i++ {
		c := Cue{Start: changes[i-1], End: changes[i], Lines: p.at(changes[i-1])}
		switch last := len(cues) - 1; {
		case len(c.Lines) == 0:
		case last >= 0 && cues[last].End == c.Start && slices.Equal(cues[last].Lines, c.Lines):
			cues[last].End = c.End
		default:
			cues = append(cues, c)
		}
	}
	return cues, nil
}

// at is the text that is shown at a time.
func (p *paragraphTTML) at(t time.Duration) []string {
	var b strings.Builder
	blank := true // what stands before ends in white space
	for _, piece := range p.pieces {
		if t < piece.start || t >= piece.end {
			continue
		}
		text := piece.text
		if blank && !piece.preserve {
			text = strings.TrimPrefix(text, " ")
		}
		if text != "" {
			b.WriteString(text)
			blank = strings.HasSuffix(text, " ") || strings.HasSuffix(text, "\n")
		}
	}
	return cleanLines(strings.Split(b.String(), "\n"))
}
