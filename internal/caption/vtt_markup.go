package caption

import (
	"html"
	"regexp"
	"slices"
	"strings"
)

// This file keeps what WebVTT has beside plain text within its bounds: nothing
// read from one file may end a cue, a block or a tag early in the file that is
// written from it.

var escapeVTT = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// linesVTT is the text of a cue as WebVTT has it: with its tags, if it has some
// and they still hold the same text.
func linesVTT(c Cue) []string {
	lines := cleanLines(c.Lines)
	if markup := keptMarkup(c, lines); markup != "" {
		return strings.Split(markup, "\n")
	}
	for i, line := range lines {
		lines[i] = escapeVTT.Replace(line)
	}
	if speaker := clean(c.Speaker); speaker != "" && len(lines) > 0 { // the whole cue's, so that it needs no end
		lines[0] = safeTag("<v "+escapeVTT.Replace(speaker)+">") + lines[0]
	}
	return lines
}

// keptMarkup is a cue's text with its tags, if it has some and they still hold
// the same text as its clean lines; else it is empty.
func keptMarkup(c Cue, lines []string) string {
	if c.Markup == "" {
		return ""
	}
	if markup := safeMarkup(c.Markup); slices.Equal(plainLines(markup), lines) {
		return markup
	}
	return ""
}

func plainLines(markup string) []string {
	return cleanLines(strings.Split(plainVTT(markup), "\n"))
}

// plainVTT takes the tags out of a cue's text and resolves its references.
func plainVTT(text string) string {
	return mapText(text, html.UnescapeString, func(string) string { return "" })
}

// safeMarkup is a cue's text with its tags and nothing else that a reader could
// take for one: the text between them is escaped anew, and no line is empty. It
// is empty where no tag is left.
func safeMarkup(text string) string {
	text = mapText(text, func(s string) string { return escapeVTT.Replace(html.UnescapeString(s)) }, safeTag)
	if !tag.MatchString(text) {
		return ""
	}
	return strings.Join(cleanLines(strings.Split(text, "\n")), "\n")
}

var (
	timeTag = regexp.MustCompile(`^[0-9:]+\.[0-9]{3}$`)
	// What WebVTT has (4.2.2, "WebVTT cue components"), with classes and, in those
	// that have one, an annotation. Players pass over all others. A class with a /
	// or a = would be an attribute to who takes it for HTML.
	knownTag = regexp.MustCompile(`^(c|i|b|u|ruby|rt|v|lang)((?:\.[^\s./=]+)*)(?:\s+(.*))?$`)
)

// safeTag is a tag that WebVTT has, on one line, with no more than it can have:
// whoever takes the text for HTML gets no element of HTML's that does anything,
// and no attribute with a value. Its > is parted from what would make an arrow
// with it. Any other tag is nothing.
func safeTag(s string) string {
	inner := clean(s[1 : len(s)-1])
	if timeTag.MatchString(inner) {
		return "<" + inner + ">"
	}
	name, end := strings.CutPrefix(inner, "/")
	m := knownTag.FindStringSubmatch(name)
	switch {
	case m == nil:
		return ""
	case end:
		return "</" + m[1] + ">"
	}
	inner = m[1] + m[2]
	if annotation := clean(m[3]); annotation != "" && (m[1] == "v" || m[1] == "lang") {
		inner += " " + strings.ReplaceAll(annotation, "=", "&#61;")
	}
	if strings.HasSuffix(inner, "--") {
		inner += " "
	}
	return "<" + inner + ">"
}

// mapText changes a cue's tags and what is between them.
func mapText(text string, plain, markup func(string) string) string {
	var b strings.Builder
	at := 0
	for _, m := range tag.FindAllStringIndex(text, -1) {
		b.WriteString(plain(text[at:m[0]]))
		b.WriteString(markup(text[m[0]:m[1]]))
		at = m[1]
	}
	b.WriteString(plain(text[at:]))
	return b.String()
}

// safeID is a cue's name, or nothing where a reader would take it for times or
// for the beginning of a comment, a style or a region.
func safeID(id string) string {
	id = clean(id)
	if strings.Contains(id, arrow) || asideName(id) != "" {
		return ""
	}
	return id
}

// safeSettings is a cue's settings on one line, without an arrow.
func safeSettings(settings string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(clean(settings), arrow, "-- >")), " ")
}

// safeAside is the text of a header or of a block beside the cues: no empty
// line, which would end it, and no arrow, which would make it a cue. Lines keep
// the spaces at their beginning.
func safeAside(text string) string {
	var kept []string
	for _, line := range strings.Split(strings.ReplaceAll(text, "\r", "\n"), "\n") {
		body := strings.ReplaceAll(clean(line), arrow, "-- >")
		if body == "" {
			continue
		}
		indent := len(line) - len(strings.TrimLeft(line, " \t"))
		kept = append(kept, strings.Repeat(" ", indent)+body)
	}
	return strings.Join(kept, "\n")
}

// safeHeader is the rest of the first line, and the lines after it.
func safeHeader(header string) string {
	first, rest, _ := strings.Cut(header, "\n")
	return strings.TrimRight(clean(safeAside(first))+"\n"+safeAside(rest), "\n")
}

// safeNote is a comment. One line of it is written beside the block's name, so
// that it begins with no space.
func safeNote(text string) string {
	if text = safeAside(text); !strings.Contains(text, "\n") {
		return clean(text)
	}
	return text
}

// safeBlocks leaves out those that say nothing.
func safeBlocks(blocks []string) []string {
	var kept []string
	for _, b := range blocks {
		if b = safeAside(b); b != "" {
			kept = append(kept, b)
		}
	}
	return kept
}
