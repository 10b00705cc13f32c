package captioning

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"

	"github.com/cuepipe/cuepipe/internal/video"
)

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
	r, failure := join(parts, v.Options)
	if failure != nil {
		_, err := t.change(ctx, v, video.LeaveUncaptioned(v.Generation, *failure))
		return err
	}
	receipt := video.Track{Name: r.track.Language, Language: r.track.Language, Kind: video.Machine,
		Engine: parts[0].Engine, Cues: len(r.track.Cues), Formats: map[string]string{}}
	for _, f := range formats {
		receipt.Formats[f.name] = generationPrefix(v.ID, v.Generation) + receipt.Name + "." + f.name
	}
	err = each(len(formats), t.AtOnce, func(n int) error {
		f := formats[n]
		var b bytes.Buffer
		if err := f.write(&b, r); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		return t.Captions.PutOnce(ctx, receipt.Formats[f.name], f.contentType, b.Bytes())
	})
	if err != nil {
		return fmt.Errorf("assemble: %w", err)
	}
	log.Info("assembled", "segments", len(parts), "cues", len(r.track.Cues), "names", r.renamed, "assemble_ms", t.now().Sub(began).Milliseconds())
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
