package captioning

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"

	"github.com/cuepipe/cuepipe/internal/caption"
	"github.com/cuepipe/cuepipe/internal/video"
)

// format is one way in which every track is written.
type format struct {
	name, contentType string
	write             func(io.Writer, caption.Track, caption.Profile) error
}

// The report is what a linter says of the track: it is kept with it.
var formats = []format{
	captions("vtt"),
	captions("srt"),
	{"report", "application/json", func(w io.Writer, t caption.Track, p caption.Profile) error {
		return json.NewEncoder(w).Encode(caption.Inspect(t, p))
	}},
}

// captions is one of the formats that package caption has.
func captions(name string) format {
	f, _ := caption.FormatByName(name)
	return format{f.Name, f.ContentType, func(w io.Writer, t caption.Track, _ caption.Profile) error { return f.Write(w, t) }}
}

// ContentType returns a format's media type; ok is false for one that is not
// written.
func ContentType(format string) (contentType string, ok bool) {
	for _, f := range formats {
		if f.name == format {
			return f.contentType, true
		}
	}
	return "", false
}

// resultsPrefix is where everything lies that was ever written for a video.
func resultsPrefix(id string) string { return video.ResultsPrefix + id + "/" }

func generationPrefix(id string, generation int) string {
	return fmt.Sprintf("%s%d/", resultsPrefix(id), generation)
}

func partKey(id string, generation, n int) string {
	return fmt.Sprintf("%ssegments/%d.json", generationPrefix(id, generation), n)
}

// repairKey names what was heard of segment n from a cut that its own
// transcriber did not take.
func repairKey(id string, generation, n int, start cut) string {
	return fmt.Sprintf("%ssegments/%d.from-%d.json", generationPrefix(id, generation), n, start.At)
}

// assemble reads all parts of v, writes its tracks and makes it ready. Any
// worker may do it, at any time after the last segment: the names and the bytes
// are the same each time.
func (t *Transcriber) assemble(ctx context.Context, log *slog.Logger, v video.Video) error {
	began := t.now()
	parts, err := readParts(ctx, t.Captions.Get, v, v.Segments, t.AtOnce)
	if err != nil {
		return fmt.Errorf("assemble: %w", err)
	}
	err = t.repair(ctx, log, v, parts)
	if why, ok := fault(err); ok {
		_, err = t.change(ctx, v, video.Fail(v.Generation, why))
		return err
	}
	if err != nil {
		return fmt.Errorf("assemble: %w", err)
	}
	track, failure := join(parts, t.Profile)
	if failure != nil {
		_, err := t.change(ctx, v, video.LeaveUncaptioned(v.Generation, *failure))
		return err
	}
	receipt := video.Track{Name: track.Language, Language: track.Language, Kind: video.Machine,
		Engine: parts[0].Engine, Cues: len(track.Cues), Formats: map[string]string{}}
	for _, f := range formats {
		var b bytes.Buffer
		if err := f.write(&b, track, t.Profile); err != nil {
			return fmt.Errorf("assemble %s: %w", f.name, err)
		}
		key := generationPrefix(v.ID, v.Generation) + receipt.Name + "." + f.name
		if err := t.Captions.PutOnce(ctx, key, f.contentType, b.Bytes()); err != nil {
			return fmt.Errorf("assemble: %w", err)
		}
		receipt.Formats[f.name] = key
	}
	log.Info("assembled", "segments", len(parts), "cues", len(track.Cues), "assemble_ms", t.now().Sub(began).Milliseconds())
	_, err = t.change(ctx, v, video.Finish(v.Generation, []video.Track{receipt}))
	return err
}

// repair has a part heard again, from the cut of the part before it, where the
// two do not agree: between their cuts words would be lost or doubled.
func (t *Transcriber) repair(ctx context.Context, log *slog.Logger, v video.Video, parts []part) error {
	for n := 1; n < len(parts); n++ {
		start := parts[n-1].End
		if start.agrees(parts[n].Start, overlapFor(reach(v.SegmentLength))/2) {
			continue
		}
		log.Warn("two neighbours took different cuts; the later one is heard again", "part", n, "left", start.At, "right", parts[n].Start.At)
		p, err := t.hearFrom(ctx, log, v, n, start, parts[n].End)
		if err != nil {
			return fmt.Errorf("repair part %d: %w", n, err)
		}
		parts[n] = p
	}
	return nil
}
