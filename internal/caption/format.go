package caption

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// This file holds what the formats share that are blocks of lines with a blank
// line between them. In WebVTT and SRT a line with an arrow has a cue's times.

const arrow = "-->"

// maxLine bounds a line of a file that is read, so that a file without line
// breaks cannot fill the memory.
const maxLine = 1 << 20

// A lineReader reads lines that end in LF, CR LF or CR, and counts them.
type lineReader struct {
	r      *bufio.Reader
	number int // of the line read last, from 1
}

func newLineReader(r io.Reader) *lineReader {
	return &lineReader{r: bufio.NewReader(r)}
}

// next returns the next line without its end, or io.EOF after the last one. A
// byte order mark before the first is left out. Invalid UTF-8 becomes U+FFFD.
func (l *lineReader) next() (string, error) {
	var line []byte
	l.number++
	for {
		c, err := l.r.ReadByte()
		if errors.Is(err, io.EOF) && len(line) > 0 {
			break
		}
		if err != nil {
			return "", err
		}
		if c == '\r' {
			if after, err := l.r.Peek(1); err == nil && after[0] == '\n' {
				_, _ = l.r.Discard(1) // it is in the buffer
			}
			break
		}
		if c == '\n' {
			break
		}
		if line = append(line, c); len(line) > maxLine {
			return "", fmt.Errorf("line %d: the line is longer than %d bytes", l.number, maxLine)
		}
	}
	s := string(line)
	if l.number == 1 {
		s = strings.TrimPrefix(s, "\ufeff")
	}
	return strings.ToValidUTF8(s, string(utf8.RuneError)), nil
}

// block returns the lines up to the next blank one or the end, and the number
// of the first. After the last block the error is io.EOF.
func (l *lineReader) block() (lines []string, first int, err error) {
	for {
		line, err := l.next()
		switch {
		case errors.Is(err, io.EOF) && len(lines) > 0:
			return lines, first, nil
		case err != nil:
			return nil, l.number, err
		case clean(line) != "":
			if len(lines) == 0 {
				first = l.number
			}
			lines = append(lines, line)
		case len(lines) > 0:
			return lines, first, nil
		}
	}
}

// writeBlocks writes the cues that have text, a blank line between them. head
// makes the line or lines with the times of a cue, whose number among those that
// are written is counted from 1; escape makes a line safe.
func writeBlocks(w io.Writer, t Track, format string, head func(number int, c Cue) string, escape func(string) string) error {
	out := bufio.NewWriter(w)
	written := 0
	var turns turns
	for i, cue := range t.Cues {
		lines := cleanLines(cue.Lines)
		if len(lines) == 0 {
			continue
		}
		if err := writable(cue); err != nil {
			return fmt.Errorf("write %s: cue %d: %w", format, i+1, err)
		}
		if written++; written > 1 {
			fmt.Fprintln(out) // a bufio.Writer keeps its error until Flush
		}
		if turns.at(cue) {
			lines[0] = turnMark + lines[0]
		}
		fmt.Fprintln(out, head(written, cue))
		for _, line := range lines {
			fmt.Fprintln(out, escape(line))
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write %s: %w", format, err)
	}
	return nil
}

// turnMark begins a cue in which somebody else speaks than before, in formats
// that have no place for who it is (Netflix and the BBC: a dash for each speaker).
const turnMark = "- "

// turns finds the changes of speaker, cue by cue.
type turns struct{ last string }

func (t *turns) at(c Cue) bool {
	before := t.last
	if speaker := clean(c.Speaker); speaker != "" {
		t.last = speaker
	}
	return before != t.last && before != ""
}

// readBlocks makes a cue of each block, and leaves out those without text. first
// is the number of the block's first line.
func readBlocks(r io.Reader, format string, cueOf func(block []string, first int) (Cue, error)) (t Track, err error) {
	in := newLineReader(r)
	for {
		block, first, err := in.block()
		if errors.Is(err, io.EOF) {
			return t, nil
		}
		if err != nil {
			return Track{}, fmt.Errorf("read %s: %w", format, err)
		}
		cue, err := cueOf(block, first)
		if err != nil {
			return Track{}, fmt.Errorf("read %s: %w", format, err)
		}
		if len(cue.Lines) > 0 {
			t.Cues = append(t.Cues, cue)
		}
	}
}

// readCue makes a cue of a block whose times stand in its first or second line.
// first is the number of the block's first line, plain turns the format's text
// into lines without markup. The cue has its name and settings; rest is its text
// with all markup.
func readCue(block []string, first int, plain func(string) string) (c Cue, rest string, err error) {
	at := 0
	if !strings.Contains(block[0], arrow) {
		at = 1
		c.ID = clean(block[0]) // or its number
	}
	if at == len(block) || !strings.Contains(block[at], arrow) {
		return Cue{}, "", fmt.Errorf("line %d: this text has no times; write them above it, or remove the blank line before it", first)
	}
	if c.Start, c.End, c.Settings, err = parseTimes(block[at]); err != nil {
		return Cue{}, "", fmt.Errorf("line %d: %w", first+at, err)
	}
	rest = strings.Join(block[at+1:], "\n")
	c.Lines = cleanLines(strings.Split(plain(rest), "\n"))
	return c, rest, nil
}

// parseTimes reads "00:01.000 --> 00:02.000", with or without hours, with a
// point or a comma, and the settings after it.
func parseTimes(line string) (start, end time.Duration, settings string, err error) {
	before, after, _ := strings.Cut(line, arrow)
	fields := strings.Fields(after)
	if len(fields) == 0 {
		return 0, 0, "", errors.New("the time after --> is missing")
	}
	if start, err = parseTime(clean(before)); err != nil {
		return 0, 0, "", err
	}
	end, err = parseTime(clean(fields[0]))
	return start, end, clean(strings.Join(fields[1:], " ")), err
}

var timestamp = regexp.MustCompile(`^(?:([0-9]{1,4}):)?([0-5]?[0-9]):([0-5]?[0-9])[.,]([0-9]{1,3})$`)

func parseTime(s string) (time.Duration, error) {
	m := timestamp.FindStringSubmatch(s)
	if m == nil {
		return 0, fmt.Errorf("%.40q is not a time like 00:01:02.345", s)
	}
	number := func(digits string) time.Duration {
		n, _ := strconv.Atoi("0" + digits) // digits only, by the pattern
		return time.Duration(n)
	}
	// "1.5" is half a second, not five milliseconds.
	milli := number((m[4] + "00")[:3])
	return number(m[1])*time.Hour + number(m[2])*time.Minute + number(m[3])*time.Second + milli*time.Millisecond, nil
}

// formatTime writes hh:mm:ss and the milliseconds behind this separator.
func formatTime(d time.Duration, separator string) string {
	ms := d.Milliseconds()
	return fmt.Sprintf("%02d:%02d:%02d%s%03d", ms/3_600_000, ms/60_000%60, ms/1000%60, separator, ms%1000)
}

// maxWritten is the last time that a reader takes back: hours of four digits.
const maxWritten = 10_000 * time.Hour

// writable says why a cue cannot be written, as an error, or nil.
func writable(c Cue) error {
	switch {
	case c.Start < 0:
		return fmt.Errorf("it starts %s before the video", -c.Start)
	case c.End.Truncate(time.Millisecond) <= c.Start.Truncate(time.Millisecond):
		return fmt.Errorf("it does not end after it starts, at %s", c.Start)
	case c.End >= maxWritten:
		return fmt.Errorf("it ends at %s, after more than 9999 hours", c.End)
	}
	return nil
}

// tag matches the markup of both formats, <i>, </i>, <v Mary>, <font color=red>
// and WebVTT's <00:00:01.000>. Anything else in angle brackets, such as "a < b"
// and "<3", is text.
var tag = regexp.MustCompile(`</?[a-zA-Z][^<>]*>|</>|<[0-9:]+\.[0-9]{3}>`)
