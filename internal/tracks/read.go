package tracks

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/cuepipe/cuepipe/internal/caption"
)

// What captions that people send may have, at most.
const (
	MostBytes = 4 << 20
	// MostCues is one every 1.7 s for a whole day.
	MostCues = 50_000
	// MostCueText is how many characters a cue may have: a screen shows some
	// hundred. Rules and searches look at a cue as a whole.
	MostCueText = 4000
)

// An Invalid says in a sentence why captions are not taken.
type Invalid struct{ Message string }

func (e *Invalid) Error() string { return "captions are not valid: " + e.Message }

// ErrTooLarge: the captions would be larger in some format than can be answered.
var ErrTooLarge = errors.New("captions are too large")

// Read reads captions in a format that people can send, "vtt" or "srt". Its
// errors are *Invalid, and name the line.
func Read(format string, body []byte) (caption.Track, error) {
	f, known := caption.FormatByName(format)
	if !known || !Sendable(format) {
		return caption.Track{}, &Invalid{"WebVTT and SRT are taken; this is neither."}
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return caption.Track{}, &Invalid{"There is nothing in the request's body. Send the captions in it."}
	}
	if line := brokenAt(body); line > 0 {
		return caption.Track{}, &Invalid{fmt.Sprintf("Line %d has a character that is not UTF-8, or that another program could not read. Save the file as UTF-8 and send it again.", line)}
	}
	t, err := f.Read(bytes.NewReader(body))
	if err != nil {
		_, why, _ := strings.Cut(err.Error(), ": ") // after what was being done
		return caption.Track{}, &Invalid{fmt.Sprintf("The captions cannot be read: %s.", why)}
	}
	if len(t.Cues) > MostCues {
		return caption.Track{}, &Invalid{fmt.Sprintf("There are %d cues; at most %d are taken.", len(t.Cues), MostCues)}
	}
	for i, c := range t.Cues {
		if n := utf8.RuneCountInString(c.Text()); n > MostCueText {
			return caption.Track{}, &Invalid{fmt.Sprintf("Cue %d has %d characters; at most %d are taken in one. Make several cues of it.", i+1, n, MostCueText)}
		}
	}
	// A file can say of a cue what no file can say again: that it ends before it starts.
	if err := caption.WriteVTT(io.Discard, t); err != nil {
		_, why, _ := strings.Cut(err.Error(), ": ")
		return caption.Track{}, &Invalid{fmt.Sprintf("The captions cannot be shown: %s.", why)}
	}
	return t, nil
}

// Sendable reports whether people can send captions in a format: those in which
// they edit, and which say all that is kept.
func Sendable(format string) bool { return format == "vtt" || format == "srt" }

// brokenAt is the number of the first line, from 1, that is not UTF-8, or 0.
// U+FFFD stands where somebody before us met such bytes, as gateways do: the
// text is lost there already.
func brokenAt(body []byte) int {
	for at := 0; at < len(body); {
		r, size := utf8.DecodeRune(body[at:])
		if r == utf8.RuneError {
			return 1 + bytes.Count(body[:at], []byte{'\n'})
		}
		at += size
	}
	return 0
}

// Inspect is caption.Inspect for what people send and are answered with.
func Inspect(t caption.Track, p caption.Profile) caption.Report {
	return caption.Inspect(t, p).First(caption.MostFindings)
}

// A file is a track in one format.
type file struct {
	format, contentType string
	body                []byte
}

// written is the track in every format, WebVTT first, and its report. It returns
// ErrTooLarge.
func written(t caption.Track, p caption.Profile) ([]file, error) {
	var files []file
	for _, f := range caption.Formats() {
		var b bytes.Buffer
		if err := f.Write(&b, t); err != nil {
			return nil, err
		}
		if caption.Answered(b.Bytes()) > caption.MostAnswered {
			return nil, fmt.Errorf("%w: %d bytes as %s", ErrTooLarge, b.Len(), f.Name)
		}
		files = append(files, file{f.Name, f.ContentType, b.Bytes()})
	}
	report, err := json.Marshal(Inspect(t, p))
	if err != nil {
		return nil, fmt.Errorf("write report: %w", err)
	}
	return append(files, file{caption.ReportName, caption.ReportType, append(report, '\n')}), nil
}
