package captioning

import (
	"bytes"
	"encoding/json"
	"io"

	"github.com/cuepipe/cuepipe/internal/caption"
	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/speech/names"
	"github.com/cuepipe/cuepipe/internal/video"
)

// A result is all that is known of a track when it is written.
type result struct {
	track   caption.Track
	words   []speech.Word
	profile caption.Profile
	renamed int // how many names were written right
	coverage
}

// A coverage says where words and speech did not match, and a second hearing
// did not mend it.
type coverage struct {
	Unheard  []stretch `json:"unheard"`  // speech without words
	Unspoken []stretch `json:"unspoken"` // words without speech
}

// A stretch of the film, in seconds.
type stretch struct {
	Start float64 `json:"start"`
	End   float64 `json:"end"`
}

func coverageOf(parts []part) coverage {
	c := coverage{[]stretch{}, []stretch{}}
	for _, p := range parts {
		c.Unheard = appendStretches(c.Unheard, p.Unheard)
		c.Unspoken = appendStretches(c.Unspoken, p.Unspoken)
	}
	return c
}

// appendStretches joins what two parts say of one place.
func appendStretches(to []stretch, times [][2]int64) []stretch {
	for _, t := range times {
		s := stretch{float64(t[0]) / 1000, float64(t[1]) / 1000}
		if n := len(to); n > 0 && s.Start <= to[n-1].End {
			to[n-1].End = max(to[n-1].End, s.End)
			continue
		}
		to = append(to, s)
	}
	return to
}

// format is one way in which every track is written.
type format struct {
	name, contentType string
	write             func(io.Writer, result) error
}

// formats are those of package caption, and the report: what a linter says of
// the track, and what was not heard, is kept with it.
var formats = append(captionFormats(), format{caption.ReportName, caption.ReportType, func(w io.Writer, r result) error {
	return json.NewEncoder(w).Encode(struct {
		caption.Report
		coverage
	}{caption.Inspect(r.track, r.profile).First(caption.MostFindings), r.coverage})
}})

func captionFormats() (fs []format) {
	for _, f := range caption.Formats() {
		write := func(w io.Writer, r result) error { return f.Write(w, r.track) }
		if f.Name == "json" {
			write = writeWithWords
		}
		fs = append(fs, format{f.Name, f.ContentType, write})
	}
	return fs
}

// writeWithWords writes JSON, which has a place for words. Those of a film of
// seven hours and more are left out, for a file that the API cannot answer with
// would have no use at all.
func writeWithWords(w io.Writer, r result) error {
	var b bytes.Buffer
	if err := caption.WriteJSON(&b, r.track, r.words); err != nil {
		return err
	}
	if caption.Answered(b.Bytes()) > caption.MostAnswered {
		return caption.WriteJSON(w, r.track, nil)
	}
	_, err := b.WriteTo(w)
	return err
}

// namesOf are the names that a video's owner wants written right. A list that
// this version does not take is as if none had been given.
func namesOf(o video.Options) names.Names {
	n, err := names.New(o.Names)
	if err != nil {
		return names.Names{}
	}
	return n
}
