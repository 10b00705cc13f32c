package media

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/cuepipe/cuepipe/internal/speech"
)

// Decode returns the sound of src in [from, to) as one channel of signed 16
// bit samples, speech.SampleRate a second. The first sample is the one at from;
// to 0 means the end. There are fewer samples where the sound ends before to.
//
// Times are a player's: they count from the start of the film's first stream,
// so that sound which begins later than the picture has silence before it, as
// have gaps. Of several streams of sound it takes the one that Info describes.
//
// Damage in the middle that ffmpeg can go on after is tolerated, and what could
// not be decoded is silent or missing. A file of which nothing can be decoded
// from its start is ErrNotMedia; a later window without sound is no samples.
// More than limit is ErrTooLong. Any other error may be tried again: the
// source's own, ctx's, or that of a program which could not run.
//
// Memory is that of the samples, at most limit's: 1.92 MB a minute.
func (t Tools) Decode(ctx context.Context, src Source, from, to, limit time.Duration) ([]int16, error) {
	pcm, err := t.decode(ctx, src, from, to, limit)
	if err != nil {
		return nil, fmt.Errorf("decode: %w", err)
	}
	return pcm, nil
}

func (t Tools) decode(ctx context.Context, src Source, from, to, limit time.Duration) ([]int16, error) {
	if from < 0 || to != 0 && to <= from || limit <= 0 {
		return nil, fmt.Errorf("window from %v to %v, limit %v: there is nothing in it", from, to, limit)
	}
	if src.Size() == 0 {
		return nil, fmt.Errorf("%w: the file is empty", ErrNotMedia)
	}
	s, err := t.serve(ctx, src)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	c := collector{limit: samples(limit)}
	if to != 0 {
		c.want = samples(to - from)
	}
	said, err := run(s, t.FFmpeg, decodeArgs(s.url, from, to, limit), c.collect)
	if err != nil && !errors.Is(err, errEnough) {
		return nil, err
	}
	if len(c.pcm) == 0 && from == 0 && said != "" {
		return nil, fmt.Errorf("%w: %s", ErrNotMedia, said)
	}
	return c.pcm, nil
}

// margin is decoded beyond a window's end, so that resampling and a late start
// do not leave it short. The collector cuts exactly.
const margin = time.Second

func decodeArgs(url string, from, to, limit time.Duration) []string {
	length := limit
	if to != 0 {
		length = min(limit, to-from)
	}
	args := append(guard(),
		"-v", "error",
		"-nostdin",             // never wait for a key
		"-max_error_rate", "1", // damaged frames alone are no failure
		"-threads", "1", "-filter_threads", "1", // a worker has one vCPU
		"-vn", "-sn", "-dn", // pictures and texts are not even parsed
	)
	if from > 0 {
		args = append(args, "-ss", decimal(from)) // before -i: seeks, then decodes to the exact place
	}
	return append(args,
		// A transport stream whose time is shifted by exactly nothing would get its
		// zero at the first sound instead of the first picture; so shift by 1 µs.
		"-itsoffset", "0.000001",
		"-t", decimal(length+margin), // stops by itself soon after the window
		"-i", url,
		// Time 0 is the window's start: what is missing before the sound or in a
		// gap becomes silence, and mixing to one channel keeps the level.
		"-af", fmt.Sprintf("aresample=%d:async=1:first_pts=0,aformat=sample_fmts=s16:channel_layouts=mono", speech.SampleRate),
		"-f", "s16le", "pipe:1",
	)
}

// decimal writes d in seconds.
func decimal(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', 6, 64) }

func samples(d time.Duration) int {
	return int(d/time.Second)*speech.SampleRate + int(d%time.Second*speech.SampleRate/time.Second)
}

// A collector keeps a stream of samples up to what is wanted (0: all) or to
// the limit.
type collector struct {
	want, limit int
	pcm         []int16
}

func (c *collector) collect(r io.Reader) error {
	most := c.limit
	if c.want > 0 {
		most = min(c.want, c.limit)
	}
	// All at once: a large slice takes memory only where it is written to.
	c.pcm = make([]int16, 0, most)
	buffer := make([]byte, 64<<10)
	for {
		n, err := io.ReadFull(r, buffer)
		for b := buffer[:n&^1]; len(b) > 0; b = b[2:] {
			if len(c.pcm) == most {
				if c.want > 0 && c.want <= c.limit {
					return errEnough
				}
				return ErrTooLong
			}
			c.pcm = append(c.pcm, int16(binary.LittleEndian.Uint16(b)))
		}
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			if len(c.pcm) < most/2 {
				c.pcm = append(make([]int16, 0, len(c.pcm)), c.pcm...)
			}
			return nil
		case err != nil:
			return fmt.Errorf("read samples: %w", err)
		}
	}
}
