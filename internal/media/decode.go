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

// A Window is a part of a film. Its times are a player's: they count from the
// start of the film's first stream.
type Window struct {
	From, To time.Duration // [From, To); To 0 means the end of the sound
	Limit    time.Duration // more sound than this is ErrTooLong
	// Film is about how long the whole film is, or 0 where that is not known. It
	// only steers how far ahead the source is read, never what is decoded.
	Film time.Duration
	// Places of the film, or of this window, as Probe gave them.
	Places Places
}

// bytes is about how many bytes of a file of that size ffmpeg reads in one
// stretch for w, or 0 where that cannot be told.
func (w Window) bytes(size int64) int64 {
	switch {
	case w.From == 0 && w.To == 0:
		return size
	case w.Film <= 0:
		return 0
	}
	to := min(w.To+margin, w.Film)
	if w.To == 0 {
		to = w.Film
	}
	return max(0, int64(float64(size)*float64(to-w.From)/float64(w.Film)))
}

// Decode returns the sound of src in w as one channel of signed 16 bit samples,
// speech.SampleRate a second. The first sample is the one at w.From. There are
// fewer samples where the sound ends before w.To.
//
// Sound that begins later than the picture has silence before it, as have gaps.
// Of several streams of sound it takes the one that Info describes.
//
// Damage in the middle that ffmpeg can go on after is tolerated, and what could
// not be decoded is silent or missing. A file of which nothing can be decoded
// from its start is ErrNotMedia; a later window without sound is no samples.
// More than w.Limit is ErrTooLong. Any other error may be tried again: the
// source's own, ctx's, or that of a program which could not run.
//
// Memory is that of the samples, at most the limit's: 1.92 MB a minute.
func (t Tools) Decode(ctx context.Context, src Source, w Window) ([]int16, error) {
	pcm, err := t.decode(ctx, src, w)
	if err != nil {
		return nil, fmt.Errorf("decode: %w", err)
	}
	return pcm, nil
}

func (t Tools) decode(ctx context.Context, src Source, w Window) ([]int16, error) {
	if w.From < 0 || w.To != 0 && w.To <= w.From || w.Limit <= 0 {
		return nil, fmt.Errorf("window from %v to %v, limit %v: there is nothing in it", w.From, w.To, w.Limit)
	}
	c := collector{limit: samples(w.Limit)}
	if w.To != 0 {
		c.want = samples(w.To - w.From)
	}
	said, err := t.play(ctx, src, w, c.collect)
	if err != nil {
		return nil, err
	}
	if len(c.pcm) == 0 && w.From == 0 && said != "" {
		return nil, fmt.Errorf("%w: %s", ErrNotMedia, said)
	}
	return c.pcm, nil
}

// Measure returns how long the sound of src is, up to the end of its last
// sample and on Decode's timeline, by decoding all of it once. Its errors are
// Decode's; more than limit is ErrTooLong. It reads the whole file once, and its
// memory does not grow with it. An hour of mp3, raw aac or mp4 takes some 15 to
// 20 s of one processor.
func (t Tools) Measure(ctx context.Context, src Source, limit time.Duration) (time.Duration, error) {
	d, err := t.measure(ctx, src, limit)
	if err != nil {
		return 0, fmt.Errorf("measure: %w", err)
	}
	return d, nil
}

func (t Tools) measure(ctx context.Context, src Source, limit time.Duration) (time.Duration, error) {
	if limit <= 0 {
		return 0, fmt.Errorf("limit %v: there is nothing in it", limit)
	}
	c := counter{limit: samples(limit)}
	said, err := t.play(ctx, src, Window{Limit: limit}, c.count)
	if err != nil {
		return 0, err
	}
	if c.samples == 0 && said != "" {
		return 0, fmt.Errorf("%w: %s", ErrNotMedia, said)
	}
	return duration(c.samples), nil
}

// Copy writes all of the sound of src to w as it is decoded: the samples that
// Decode gives, each as two bytes, the lower one first. Its errors are Decode's,
// and those of w, after which nothing more is written; more than limit is
// ErrTooLong, and then all but what is beyond may have been written. It reads
// the whole file once, as Measure does, and its memory does not grow with it.
func (t Tools) Copy(ctx context.Context, src Source, limit time.Duration, w io.Writer) error {
	if err := t.copy(ctx, src, limit, w); err != nil {
		return fmt.Errorf("copy sound: %w", err)
	}
	return nil
}

func (t Tools) copy(ctx context.Context, src Source, limit time.Duration, w io.Writer) error {
	if limit <= 0 {
		return fmt.Errorf("limit %v: there is nothing in it", limit)
	}
	c := counter{limit: samples(limit), to: w}
	said, err := t.play(ctx, src, Window{Limit: limit}, c.count)
	if err == nil && c.samples == 0 && said != "" {
		err = fmt.Errorf("%w: %s", ErrNotMedia, said)
	}
	return err
}

// play hands the samples of w to consume, as ffmpeg writes them, and returns
// what ffmpeg said.
func (t Tools) play(ctx context.Context, src Source, w Window, consume func(io.Reader) error) (said string, err error) {
	if src.Size() == 0 {
		return "", fmt.Errorf("%w: the file is empty", ErrNotMedia)
	}
	src, w = w.Places.from(src, w)
	s, err := t.serve(ctx, src, w.bytes(src.Size()))
	if err != nil {
		return "", err
	}
	defer s.Close()
	mended, options := mendFor(&reader{blocks: s.blocks}, src.Size(), w)
	s.blocks.mended = mended
	said, err = run(s, t.FFmpeg, append(options, decodeArgs(s.url, w)...), consume)
	if errors.Is(err, errEnough) {
		err = nil
	}
	return said, err
}

// mendFor returns how to show a file to ffmpeg, and what to tell it, so that it
// reads little more than w of it. No file is of two of these kinds.
func mendFor(file *reader, size int64, w Window) (mended []mend, options []string) {
	if pictures, plain := withoutPictures(file, size, longIndex); plain {
		return pictures, []string{"-advanced_editlist", "0"}
	}
	if hidden, fragmented := withoutFragments(file, size, w.From, w.Film); fragmented {
		return hidden, []string{"-fflags", "+ignidx"}
	}
	if w.From == 0 {
		return nil, nil
	}
	if m := constantRate(file); m != nil {
		return []mend{*m}, []string{"-fflags", "+fastseek"}
	}
	return withoutClusters(file, size, w.From, w.Film), nil
}

// longIndex is the size of an index, in bytes, from which on it matters to the
// memory of a worker: that of about an hour of film.
const longIndex = 1 << 20

// margin is decoded beyond a window's end, so that resampling and a late start
// do not leave it short. The collector cuts exactly.
const margin = time.Second

func decodeArgs(url string, w Window) []string {
	length := w.Limit
	if w.To != 0 {
		length = min(w.Limit, w.To-w.From)
	}
	args := append(guard(),
		"-v", "error",
		"-nostdin",             // never wait for a key
		"-max_error_rate", "1", // damaged frames alone are no failure
		"-threads", "1", "-filter_threads", "1", // a worker has one vCPU
		"-vn", "-sn", "-dn", // pictures and texts are not even parsed
	)
	if w.From > 0 {
		args = append(args, "-ss", decimal(w.From)) // before -i: seeks, then decodes to the exact place
	}
	return append(args,
		// A transport stream whose time is shifted by exactly nothing would get its
		// zero at the first sound instead of the first picture; so shift by 1 µs.
		"-itsoffset", "0.000001",
		"-t", decimal(length+margin), // stops by itself soon after the window
		"-recv_buffer_size", strconv.Itoa(socketBuffer), // of the loopback connection
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

// duration is how long n samples last.
func duration(n int) time.Duration { return exact(int64(n), speech.SampleRate) }

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

// A counter counts samples up to the limit, and writes them on where to is set.
type counter struct {
	limit, samples int
	to             io.Writer
}

func (c *counter) count(r io.Reader) error {
	buffer := make([]byte, 64<<10)
	for {
		n, err := io.ReadFull(r, buffer)
		if c.samples += n / 2; c.samples > c.limit {
			return ErrTooLong
		}
		if c.to != nil {
			if _, err := c.to.Write(buffer[:n&^1]); err != nil {
				return err
			}
		}
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return nil
		case err != nil:
			return fmt.Errorf("read samples: %w", err)
		}
	}
}
