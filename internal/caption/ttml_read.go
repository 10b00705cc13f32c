package caption

import (
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// ReadTTML reads the text of TTML (IMSC 1.1, EBU-TT-D, DFXP), element by element,
// with times on body, div, p and span. Where spans of a paragraph come and go,
// each change begins a new cue. Regions, styles and images are passed over; text
// in ruby stays in the line. Cues without text are left out, and cues are put in
// the order of their starts. There are no entities but XML's own five, and no
// DOCTYPE. An error names the line.
func ReadTTML(r io.Reader) (Track, error) {
	source := newBounded(r)
	d := xml.NewDecoder(source)
	d.CharsetReader = func(charset string, _ io.Reader) (io.Reader, error) {
		return nil, fmt.Errorf("the file is in %.40q; save it as UTF-8", charset)
	}
	in := ttmlReader{source: source, d: d}
	if err := in.file(); err != nil {
		var syntax *xml.SyntaxError
		if errors.As(err, &syntax) {
			return Track{}, fmt.Errorf("read TTML: line %d: the XML is broken: %s", syntax.Line, syntax.Msg)
		}
		return Track{}, fmt.Errorf("read TTML: line %d: %w", in.line, err)
	}
	slices.SortStableFunc(in.track.Cues, func(a, b Cue) int { return cmp.Compare(a.Start, b.Start) })
	return in.track, nil
}

type ttmlReader struct {
	source *bounded
	d      *xml.Decoder
	line   int // that the last token began in
	clock  clockTTML
	space  string // the root's namespace: later drafts moved it
	open   []elementTTML
	p      *paragraphTTML // the one that is open, or nil
	track  Track
}

// An elementTTML is an element that is open.
type elementTTML struct {
	name       string
	start, end time.Duration // end is forever where nothing says it
	preserve   bool          // xml:space
}

const forever = time.Duration(1<<63 - 1)

// contentTTML has the elements that hold text and times. All others, such as
// head and metadata, are passed over with what is in them.
var contentTTML = map[string]bool{"tt": true, "body": true, "div": true, "p": true, "span": true, "br": true}

func (in *ttmlReader) file() error {
	seen := false
	for {
		t, err := in.next()
		if errors.Is(err, io.EOF) && seen {
			return nil
		}
		if errors.Is(err, io.EOF) {
			return errors.New("there is no tt element; this is not TTML")
		}
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.Directive:
			return errors.New("a DOCTYPE is not read; remove it")
		case xml.StartElement:
			if err := in.begin(t, seen); err != nil {
				return err
			}
			seen = true
		case xml.EndElement:
			if err := in.end(); err != nil {
				return err
			}
		case xml.CharData:
			if in.p != nil {
				if err := in.p.add(in.top(), string(t)); err != nil {
					return err
				}
			}
		}
	}
}

func (in *ttmlReader) next() (xml.Token, error) {
	in.source.renew()
	in.line = in.source.line(in.d.InputOffset())
	return in.d.Token()
}

func (in *ttmlReader) top() elementTTML { return in.open[len(in.open)-1] }

// begin opens an element, or passes over one that holds no text.
func (in *ttmlReader) begin(e xml.StartElement, seen bool) error {
	if len(in.open) == 0 {
		return in.root(e, seen)
	}
	if !contentTTML[e.Name.Local] || e.Name.Space != in.space {
		return in.skip()
	}
	if len(in.open) == maxDepth {
		return errors.New("elements stand in one another too deep")
	}
	opened, err := in.timed(e)
	if err != nil {
		return err
	}
	in.open = append(in.open, opened)
	switch {
	case opened.name == "p" && in.p != nil:
		return errors.New("a p stands in a p")
	case opened.name == "p":
		in.p = &paragraphTTML{}
	case opened.name == "br" && in.p != nil:
		return in.p.add(elementTTML{start: opened.start, end: opened.end, preserve: true}, "\n")
	}
	return nil
}

func (in *ttmlReader) root(e xml.StartElement, seen bool) (err error) {
	if e.Name.Local != "tt" || seen {
		return fmt.Errorf("the file should be one tt element, and here is %.40q", e.Name.Local)
	}
	in.space = e.Name.Space
	if in.clock, err = newClockTTML(e.Attr); err != nil {
		return err
	}
	root := elementTTML{name: "tt", end: forever}
	for _, a := range e.Attr {
		switch {
		case a.Name.Local == "lang":
			in.track.Language = clean(a.Value)
		case a.Name.Local == "space":
			root.preserve = a.Value == "preserve"
		}
	}
	in.open = append(in.open, root)
	return nil
}

// skip passes over an element that has begun, with what is in it.
func (in *ttmlReader) skip() error {
	for depth := len(in.open) + 1; depth > len(in.open); {
		t, err := in.next()
		if err != nil {
			return err
		}
		switch t.(type) {
		case xml.StartElement:
			depth++
		case xml.EndElement:
			depth--
		}
		if depth > maxDepth {
			return errors.New("elements stand in one another too deep")
		}
	}
	return nil
}

// timed is an element with its times. They count from its parent's start and
// end with the parent at the latest, as in all containers whose timeContainer is
// par, the default.
func (in *ttmlReader) timed(e xml.StartElement) (elementTTML, error) {
	parent := in.top()
	el := elementTTML{name: e.Name.Local, start: parent.start, end: parent.end, preserve: parent.preserve}
	end, dur := forever, forever
	for _, a := range e.Attr {
		var err error
		switch {
		case a.Name.Local == "begin":
			var begin time.Duration
			begin, err = in.clock.parse(a.Value)
			el.start = parent.start + begin
		case a.Name.Local == "end":
			end, err = in.clock.parse(a.Value)
			end += parent.start
		case a.Name.Local == "dur":
			dur, err = in.clock.parse(a.Value)
		case a.Name.Local == "timeContainer" && strings.TrimSpace(a.Value) == "seq":
			err = errors.New(`timeContainer="seq" cannot be read; give each element its begin and end`)
		case a.Name.Local == "space":
			el.preserve = a.Value == "preserve"
		}
		if err != nil {
			return el, fmt.Errorf("in %s: %w", el.name, err)
		}
	}
	if dur < forever {
		end = min(end, el.start+dur)
	}
	el.end = min(el.end, end)
	return el, nil
}

// end closes the innermost element.
func (in *ttmlReader) end() error {
	closed := in.top()
	in.open = in.open[:len(in.open)-1]
	if closed.name != "p" {
		return nil
	}
	cues, err := in.p.cues()
	in.p = nil
	in.track.Cues = append(in.track.Cues, cues...)
	return err
}
