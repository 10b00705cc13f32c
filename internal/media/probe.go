package media

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Probe reads what src says about itself: its head, and its end where the
// index is there. A file of mere frames, an mp3 of a variable rate or raw AAC, is
// read from end to end, up to 512 MiB of it: an hour is some 60 MB. It returns ErrNotMedia for damage that no retry mends, and
// any other error for something that may be tried again: the source's own
// error, ctx's, or a program that could not run.
func (t Tools) Probe(ctx context.Context, src Source) (Info, error) {
	info, err := t.probe(ctx, src)
	if err != nil {
		return Info{}, fmt.Errorf("probe: %w", err)
	}
	return info, nil
}

func (t Tools) probe(ctx context.Context, src Source) (Info, error) {
	if src.Size() == 0 {
		return Info{}, fmt.Errorf("%w: the file is empty", ErrNotMedia)
	}
	s, err := t.serve(ctx, src, 0)
	if err != nil {
		return Info{}, err
	}
	defer s.Close()
	hidden, fragmented := onlyEnds(&reader{blocks: s.blocks}, src.Size())
	s.blocks.mended = hidden
	var out []byte
	said, err := run(s, t.FFprobe, probeArgs(s.url), func(r io.Reader) error {
		var err error
		out, err = io.ReadAll(io.LimitReader(r, probeLimit))
		if err == nil && len(out) == probeLimit {
			err = fmt.Errorf("%w: it has too many streams", ErrNotMedia)
		}
		return err
	})
	if err != nil {
		return Info{}, err
	}
	info, err := parseProbe(out, said, fragmented)
	if err != nil || !info.HasAudio {
		return info, err
	}
	return t.count(ctx, src, info)
}

// count fills in what only all frames together say, in a file of mere frames.
func (t Tools) count(ctx context.Context, src Source, info Info) (Info, error) {
	b := newBlocks(ctx, src, src.Size())
	defer b.close()
	if t.backoff != nil {
		b.backoff = t.backoff
	}
	r := &reader{blocks: b}
	if info.Format == "mp3" && constantRate(r) != nil {
		return info, nil
	}
	places, length, err := countFrames(r, src.Size(), info.Format, info.start)
	if err != nil {
		return Info{}, err
	}
	if length > 0 {
		info.Places, info.Duration = places, length
	}
	return info, nil
}

// probeLimit is far more than ffprobe prints for any real file.
const probeLimit = 1 << 20

func probeArgs(url string) []string {
	return append(guard(),
		"-v", "warning", // warnings tell that a duration is a guess
		"-of", "json=compact=1",
		"-show_entries", "format=format_name,start_time,duration:"+
			"stream=codec_type,codec_name,channels,sample_rate,start_time,duration:stream_disposition=default,attached_pic",
		"-i", url,
	)
}

// guessed is ffmpeg's warning for files without an index or a header that
// counts frames; such durations were seen to be wrong by half.
const guessed = "Estimating duration from bitrate"

// The part of ffprobe's JSON that is used. Numbers with fractions are strings.
type probed struct {
	fragmented bool
	Format     struct {
		Name     string  `json:"format_name"`
		Start    seconds `json:"start_time"`
		Duration seconds `json:"duration"`
	} `json:"format"`
	Streams []probedStream `json:"streams"`
}

type probedStream struct {
	Type        string  `json:"codec_type"`
	Codec       string  `json:"codec_name"`
	Channels    int     `json:"channels"`
	SampleRate  int     `json:"sample_rate,string"`
	Start       seconds `json:"start_time"`
	Duration    seconds `json:"duration"`
	Disposition struct {
		Default  int `json:"default"`
		Attached int `json:"attached_pic"`
	} `json:"disposition"`
}

// parseProbe reads ffprobe's output and what it said on standard error, of a
// file that is an mp4 in fragments, or not.
func parseProbe(out []byte, said string, fragmented bool) (Info, error) {
	p := probed{fragmented: fragmented}
	if err := json.Unmarshal(out, &p); err != nil {
		return Info{}, fmt.Errorf("read ffprobe's output: %w", err)
	}
	if p.Format.Name == "" {
		return Info{}, errors.New("read ffprobe's output: it names no format")
	}
	info := Info{Format: p.Format.Name, start: time.Duration(p.Format.Start)}
	if !strings.Contains(said, guessed) {
		info.Duration = p.duration()
	}
	sound, pictures := p.streams()
	if len(sound) == 0 && !pictures {
		return Info{}, fmt.Errorf("%w: no stream of sound or pictures was found in it; %s", ErrNotMedia, said)
	}
	if len(sound) == 0 {
		return info, nil
	}
	s := slices.MaxFunc(sound, preferred)
	if s.SampleRate == 0 && !pictures {
		// Text that happens to look like a frame of mp3 ends here.
		return Info{}, fmt.Errorf("%w: it has sound of no known rate and nothing else; %s", ErrNotMedia, said)
	}
	info.HasAudio, info.AudioCodec, info.Channels, info.SampleRate = true, s.Codec, max(s.Channels, 0), max(s.SampleRate, 0)
	return info, nil
}

// streams returns the streams of sound and whether there are moving pictures;
// a cover is none.
func (p probed) streams() (sound []probedStream, pictures bool) {
	for _, s := range p.Streams {
		switch s.Type {
		case "audio":
			sound = append(sound, s)
		case "video":
			pictures = pictures || s.Disposition.Attached == 0
		}
	}
	return sound, pictures
}

// preferred orders streams as ffmpeg's own choice does, which Decode leaves to
// it: the default one, then the one with most channels, then the first.
func preferred(a, b probedStream) int {
	if d := a.Disposition.Default - b.Disposition.Default; d != 0 {
		return d
	}
	return a.Channels - b.Channels
}

// duration is where the last stream ends, where all say so: an index counts
// frames, while the format's own number is only written down somewhere.
func (p probed) duration() time.Duration {
	var end time.Duration
	for _, s := range p.Streams {
		if s.Type != "audio" && s.Type != "video" || s.Disposition.Attached != 0 {
			continue
		}
		if s.Duration <= 0 {
			return max(0, time.Duration(p.Format.Duration))
		}
		if p.fragmented { // its duration counts from 0, wherever it starts
			end = max(end, time.Duration(s.Duration-p.Format.Start))
		} else {
			end = max(end, time.Duration(s.Start-p.Format.Start+s.Duration))
		}
	}
	if end == 0 {
		end = time.Duration(p.Format.Duration)
	}
	return max(0, end)
}

// seconds is a number such as "12.345000", or 0 where it is not known.
type seconds time.Duration

func (s *seconds) UnmarshalText(text []byte) error {
	f, err := strconv.ParseFloat(string(text), 64)
	if err != nil || f != f || f < -maxSeconds || f > maxSeconds {
		f = 0 // ffprobe writes N/A, and files write what they like
	}
	*s = seconds(f * float64(time.Second))
	return nil
}

// maxSeconds keeps sums of times within their type. It is later than the clock
// of a recording that counts from 1970.
const maxSeconds = 3e9
