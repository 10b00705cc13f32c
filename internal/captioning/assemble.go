package captioning

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/cuepipe/cuepipe/internal/caption"
	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/video"
)

// leastConfidence is the mean token probability below which words are guesses
// of a recogniser that does not know the language: German and Spanish speech
// gives it 0.22 to 0.53, quiet or telephone English 0.63 and more.
const leastConfidence = 0.55

// format is one way in which every track is written.
type format struct {
	name, contentType string
	write             func(io.Writer, caption.Track) error
}

var formats = []format{
	{"vtt", "text/vtt; charset=utf-8", caption.WriteVTT},
	{"srt", "application/x-subrip; charset=utf-8", caption.WriteSRT},
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

// assemble reads all parts of v, writes its tracks and makes it ready. Any
// worker may do it, at any time after the last segment: the names and the bytes
// are the same each time.
func (t *Transcriber) assemble(ctx context.Context, v video.Video) error {
	parts := make([]part, v.Segments)
	for n := range parts {
		b, err := t.Captions.Get(ctx, partKey(v.ID, v.Generation, n))
		if err != nil {
			return fmt.Errorf("assemble: %w", err)
		}
		if parts[n], err = decodePart(b, n); err != nil {
			return fmt.Errorf("assemble: %w", err)
		}
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
		if err := f.write(&b, track); err != nil {
			return fmt.Errorf("assemble %s: %w", f.name, err)
		}
		key := generationPrefix(v.ID, v.Generation) + receipt.Name + "." + f.name
		if err := t.Captions.PutOnce(ctx, key, f.contentType, b.Bytes()); err != nil {
			return fmt.Errorf("assemble: %w", err)
		}
		receipt.Formats[f.name] = key
	}
	_, err := t.change(ctx, v, video.Finish(v.Generation, []video.Track{receipt}))
	return err
}

// join makes one track of a film's parts, or says why there is none. The same
// parts give the same track.
func join(parts []part, p caption.Profile) (caption.Track, *video.Failure) {
	var words []speech.Word
	var sure float64
	for _, part := range parts {
		words = append(words, part.words()...)
		sure += part.Confidence * float64(len(part.Words))
	}
	switch {
	case len(words) == 0:
		return caption.Track{}, &video.NoSpeech
	case sure/float64(len(words)) < leastConfidence:
		return caption.Track{}, &video.LanguageUncertain
	}
	p.Language = parts[0].Language
	return caption.Track{Language: p.Language, Cues: caption.Layout(words, p)}, nil
}
