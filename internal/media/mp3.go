package media

import (
	"bytes"
	"encoding/binary"
	"io"
)

// A mend is bytes that ffmpeg sees in the place of the file's own.
type mend struct {
	offset int64
	bytes  []byte
}

// apply overlays p, which was read at offset.
func (m mend) apply(p []byte, offset int64) {
	for i, v := range m.bytes {
		if at := m.offset + int64(i) - offset; at >= 0 && at < int64(len(p)) {
			p[at] = v
		}
	}
}

// An mp3 has no index, so that ffmpeg reads it from the start to know where a
// time is. At a constant rate it can compute that instead ("fastseek"), and is
// right to the sample but for one thing: the header's size of all frames counts
// the header itself, which makes the film's second half a frame late. The mend
// gives it the size that it takes that number for.
//
// constantRate returns nil for every file that is not surely of a constant
// rate: its header must say so, and its size be that of so many equal frames.
func constantRate(r io.ReadSeeker) *mend {
	start, head, first, ok := mp3Start(r)
	if !ok {
		return nil
	}
	info := head[4+first.side:]
	if !bytes.HasPrefix(info, []byte("Info")) || info[7]&infoFields != infoFields {
		return nil
	}
	frames, size := int64(binary.BigEndian.Uint32(info[8:])), int64(binary.BigEndian.Uint32(info[12:]))
	var next [4]byte
	if frames == 0 || !readFrom(r, start+first.size, next[:]) {
		return nil
	}
	frame, ok := parseMP3Frame(next[:])
	if !ok || frame.rate != first.rate || frame.samples != first.samples {
		return nil
	}
	exact := frames * frame.samples / 8 * frame.bits / frame.rate
	if d := size - first.size - exact; d > 2*frame.size || d < -2*frame.size {
		return nil
	}
	return &mend{start + 4 + first.side + 12, binary.BigEndian.AppendUint32(nil, uint32(exact))}
}

// infoFields: there are a number of frames and one of bytes.
const infoFields = 3

// behindTag returns where an ID3 tag ends that a file begins with, or 0.
func behindTag(r io.ReadSeeker) (start int64, ok bool) {
	var head [10]byte
	if !readFrom(r, 0, head[:]) {
		return 0, false
	}
	if !bytes.HasPrefix(head[:], []byte("ID3")) {
		return 0, true
	}
	for _, b := range head[6:] { // seven bits a byte
		start = start<<7 | int64(b&0x7f)
	}
	start += int64(len(head))
	if head[5]&0x10 != 0 { // it has a footer
		start += int64(len(head))
	}
	return start, true
}

// mp3Start returns where the first frame of an mp3 begins, and what it begins
// with.
func mp3Start(r io.ReadSeeker) (start int64, head [mp3Head]byte, first mp3Frame, ok bool) {
	if start, ok = behindTag(r); ok && readFrom(r, start, head[:]) {
		first, ok = parseMP3Frame(head[:4])
		return start, head, first, ok
	}
	return start, head, first, false
}

// mp3Head holds a frame's header, the longest side information and the fields
// of the Info header that count.
const mp3Head = 4 + 32 + 16

func readFrom(r io.ReadSeeker, offset int64, p []byte) bool {
	_, err := r.Seek(offset, io.SeekStart)
	if err == nil {
		_, err = io.ReadFull(r, p)
	}
	return err == nil // what cannot be read is ffmpeg's to find out
}

// An mp3Frame is what the header of a frame of layer III says.
type mp3Frame struct {
	bits, rate int64 // a second; samples a second
	samples    int64 // of each channel
	size       int64 // bytes
	side       int64 // bytes of side information behind the header
}

// parseMP3Frame reads a header of four bytes: ISO/IEC 11172-3, 2.4.1.3, and
// 13818-3 for the lower sampling rates.
func parseMP3Frame(h []byte) (mp3Frame, bool) {
	version, layer := h[1]>>3&3, h[1]>>1&3
	bits, rate := int64(h[2]>>4), int64(h[2]>>2&3)
	if h[0] != 0xff || h[1]>>5 != 7 || version == 1 || layer != 1 || bits == 0 || bits == 15 || rate == 3 {
		return mp3Frame{}, false
	}
	f := mp3Frame{rate: [...]int64{44100, 48000, 32000}[rate], samples: 1152, side: 32}
	mono := h[3]>>6 == 3
	if mono {
		f.side = 17
	}
	f.bits = 1000 * [...]int64{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320}[bits]
	if version != 3 { // MPEG-2, and 2.5 at half its rates
		f.rate, f.samples, f.side = f.rate/2, 576, 17
		if version == 0 {
			f.rate /= 2
		}
		if mono {
			f.side = 9
		}
		f.bits = 1000 * [...]int64{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160}[bits]
	}
	f.size = f.samples/8*f.bits/f.rate + int64(h[2]>>1&1)
	return f, true
}
