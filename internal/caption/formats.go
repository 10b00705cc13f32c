package caption

import (
	"io"
	"path/filepath"
	"strings"
)

// A Format is a kind of caption file.
type Format struct {
	// Name is short, in lower case and stable: "vtt". It is used in paths,
	// options and stored tracks.
	Name string
	// Extension of its files, with the point: ".vtt".
	Extension string
	// ContentType to serve it with.
	ContentType string
	// Read reads a whole track. It is nil where a format keeps too little to be
	// read back. An error names the line.
	Read func(io.Reader) (Track, error)
	// Write writes a whole track, cue by cue.
	Write func(io.Writer, Track) error
}

// Formats has every format, in a stable order. The caller may change the slice.
func Formats() []Format {
	return []Format{
		{"vtt", ".vtt", "text/vtt; charset=utf-8", ReadVTT, WriteVTT},
		{"srt", ".srt", "application/x-subrip; charset=utf-8", ReadSRT, WriteSRT},
		{"ttml", ".ttml", "application/ttml+xml; charset=utf-8", ReadTTML, WriteTTML},
		{"sbv", ".sbv", "text/plain; charset=utf-8", ReadSBV, WriteSBV},
		{"txt", ".txt", "text/plain; charset=utf-8", nil, WritePlain},
		{"json", ".json", "application/json", ReadJSON, writeJSON},
	}
}

// FormatByName finds a format by its name, in any case.
func FormatByName(name string) (Format, bool) {
	for _, f := range Formats() {
		if strings.EqualFold(f.Name, name) {
			return f, true
		}
	}
	return Format{}, false
}

// A report is kept beside a track's formats, under this name and as this type.
const (
	ReportName = "report"
	ReportType = "application/json"
)

// ContentType returns the media type of a format, or of a report, by its name.
func ContentType(name string) (contentType string, ok bool) {
	if name == ReportName {
		return ReportType, true
	}
	for _, f := range Formats() {
		if f.Name == name {
			return f.ContentType, true
		}
	}
	return "", false
}

// FormatOf finds the format of a file by the extension of its path, in any case.
func FormatOf(path string) (Format, bool) {
	for _, f := range Formats() {
		if strings.EqualFold(f.Extension, filepath.Ext(path)) {
			return f, true
		}
	}
	return Format{}, false
}

func writeJSON(w io.Writer, t Track) error { return WriteJSON(w, t, nil) }
