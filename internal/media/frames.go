package media

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"
)

// An mp3 of a variable rate and raw AAC are mere frames: where a moment begins is
// known only once all frames before it are counted. ffmpeg does that for every
// segment, from the start of the file. Here it is done once for all: the headers
// of the frames say how long each is, and nothing has to be decoded.

// mostCounted is the largest file that is counted, in bytes: nine hours of mp3
// at a usual rate. It bounds what a probe may take.
const mostCounted = 512 << 20

// placeEvery is how far apart the places are that are found.
const placeEvery = time.Second

// A frame is what the header of one says.
type frame struct {
	size    int64 // bytes, with the header
	samples int64 // of each channel
	rate    int64 // samples a second
}

// frameHeader is enough of a frame to know it, in bytes.
const frameHeader = 7

// countFrames reads a file of mere frames of a format, "mp3" or "aac", from end
// to end. zero is the time of the film's start, on the clock that begins with
// the first frame. It returns where each second begins and how long the film is.
// The length is 0 for a file that has anything else between its frames, frames
// of several rates, or another format. An error is the source's.
func countFrames(r io.ReadSeeker, size int64, format string, zero time.Duration) (Places, time.Duration, error) {
	parse, ok := map[string]func([]byte) (frame, bool){"mp3": mp3Sound, "aac": adts}[format]
	if !ok || size > mostCounted {
		return "", 0, nil
	}
	at, ok := firstFrame(r, format)
	if !ok {
		return "", 0, nil
	}
	if _, err := r.Seek(at, io.SeekStart); err != nil {
		return "", 0, fmt.Errorf("count frames: %w", err)
	}
	in := bufio.NewReaderSize(r, blockSize)
	var found places
	var first frame
	var samples int64
	now := func() time.Duration { return exact(samples, first.rate) - zero }
	for {
		header, err := in.Peek(frameHeader)
		if err != nil && !errors.Is(err, io.EOF) {
			return "", 0, fmt.Errorf("count frames: %w", err)
		}
		if len(header) < frameHeader {
			break // the end, or some bytes that are no frame
		}
		f, ok := parse(header)
		if first.size == 0 {
			first = f
		}
		if !ok || f.rate != first.rate || f.samples%first.samples != 0 {
			if tagged(in) {
				break
			}
			return "", 0, nil
		}
		if t := now(); t >= found.last.at+placeEvery {
			found.add(place{t, at})
		}
		n, err := in.Discard(int(f.size))
		if err != nil && !errors.Is(err, io.EOF) {
			return "", 0, fmt.Errorf("count frames: %w", err)
		}
		if int64(n) < f.size {
			break // cut off
		}
		at += f.size
		samples += f.samples
	}
	if samples == 0 {
		return "", 0, nil
	}
	return Places(found.encoded), max(0, now()), nil
}

// exact is how long so many samples last.
func exact(samples, rate int64) time.Duration {
	return time.Duration(samples/rate)*time.Second + time.Duration(samples%rate)*time.Second/time.Duration(rate)
}

// firstFrame returns where the first frame with sound begins: behind a tag, and
// in an mp3 behind a frame that only describes the others.
func firstFrame(r io.ReadSeeker, format string) (int64, bool) {
	if format != "mp3" {
		return behindTag(r)
	}
	start, head, first, ok := mp3Start(r)
	if !ok {
		return 0, false
	}
	info := head[4+first.side:]
	switch {
	case bytes.HasPrefix(info, []byte("Xing")), bytes.HasPrefix(info, []byte("Info")):
		// ffmpeg plays it as sound where it has neither number.
		return start + first.size, info[7]&infoFields != 0
	case bytes.HasPrefix(head[4+32:], []byte("VBRI")):
		return start + first.size, true
	}
	return start, true
}

// tagged reports whether what follows is a tag behind all frames.
func tagged(in *bufio.Reader) bool {
	for _, tag := range []string{"TAG", "APETAGEX", "LYRICSBEGIN"} {
		if b, _ := in.Peek(len(tag)); string(b) == tag {
			return true
		}
	}
	return false
}

func mp3Sound(header []byte) (frame, bool) {
	f, ok := parseMP3Frame(header)
	return frame{f.size, f.samples, f.rate}, ok
}

// adts reads the header of a frame of raw AAC: ISO/IEC 13818-7, 6.2.
func adts(h []byte) (frame, bool) {
	rates := [...]int64{96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350}
	rate := int(h[2] >> 2 & 15)
	size := int64(binary.BigEndian.Uint32(h[3:])>>13) & 0x1fff
	if h[0] != 0xff || h[1]&0xf6 != 0xf0 || rate >= len(rates) || size < frameHeader {
		return frame{}, false
	}
	return frame{size, 1024 * (int64(h[6]&3) + 1), rates[rate]}, true
}
