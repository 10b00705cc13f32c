package media

import (
	"bytes"
	"encoding/binary"
	"io"
)

// The index of an mp4 has an entry for every picture, of which decoding sound
// needs none; for a film of hours they take ffmpeg tens of megabytes. The server
// shows ffmpeg free space in place of the tracks of pictures.
//
// Time 0 is where a film's first stream starts, so the pictures may only go
// where they do not start before the sound. In a plain mp4 every track starts
// at 0 and goes on to its end, by an edit list that does nothing else or by
// having none. Then ffmpeg need not build its index a second time to follow the
// lists either ("advanced_editlist"): what it decodes is the same to the bit.
//
// withoutPictures reports whether a file is a plain mp4 with sound, and how to
// leave the pictures out. An index smaller than least bytes is not looked at:
// there is nothing to be gained.
func withoutPictures(r io.ReadSeeker, size, least int64) (pictures []mend, plain bool) {
	b := boxes{r}
	var moov box
	for at, n := int64(0), 0; moov.end == 0; n++ {
		next, ok := b.at(at, size)
		if !ok || n == 0 && next.name != "ftyp" || n > mostBoxes {
			return nil, false
		}
		if next.name == "moov" {
			moov = next
		}
		at = next.end
	}
	if moov.end-moov.start < least {
		return nil, false
	}
	var film clock
	sound := false
	plain = b.each(moov, func(child box) (ok bool) {
		switch child.name {
		case "mvhd":
			film, ok = b.clock(child)
			return ok
		case "mvex": // in fragments: their index lies elsewhere
			return false
		case "trak":
			t := b.track(child, film)
			sound = sound || t.kind == "soun"
			if t.kind == "vide" {
				pictures = append(pictures, mend{child.start + 4, []byte("free")})
			}
			return t.plain
		}
		return true
	})
	if !plain || !sound {
		return nil, false
	}
	return pictures, true
}

// mostBoxes is more than any real file has side by side in one place.
const mostBoxes = 64

// A box of ISO/IEC 14496-12, 4.2: it lies at [start, end), its content from
// body on.
type box struct {
	name             string
	start, body, end int64
}

type boxes struct{ r io.ReadSeeker }

// at reads the header of the box at offset, which must end by limit.
func (b boxes) at(offset, limit int64) (box, bool) {
	var h [16]byte
	if limit-offset < 8 || !readFrom(b.r, offset, h[:8]) {
		return box{}, false
	}
	found := box{string(h[4:8]), offset, offset + 8, offset + int64(binary.BigEndian.Uint32(h[:]))}
	switch found.end - offset {
	case 0: // to the end of the file
		found.end = limit
	case 1: // the size follows
		if !readFrom(b.r, offset+8, h[8:]) {
			return box{}, false
		}
		size := binary.BigEndian.Uint64(h[8:])
		if size > uint64(limit) {
			return box{}, false
		}
		found.body, found.end = offset+16, offset+int64(size)
	}
	return found, found.body <= found.end && found.end <= limit
}

// each visits the boxes inside parent. It reports whether all could be read,
// and visit never returned false.
func (b boxes) each(parent box, visit func(box) bool) bool {
	for at, n := parent.body, 0; at < parent.end; n++ {
		child, ok := b.at(at, parent.end)
		if !ok || n > mostBoxes || !visit(child) {
			return false
		}
		at = child.end
	}
	return true
}

// A clock is what a header says of time.
type clock struct{ scale, duration int64 } // units a second; in units

func (c clock) seconds(units int64) float64 { return float64(units) / float64(c.scale) }

// A track is what an mp4 says of one of its streams.
type track struct {
	id    uint32
	kind  string // "soun" or "vide" or another
	scale int64  // units of time a second
	plain bool   // it plainly goes from time 0 to its end
}

func (b boxes) track(trak box, film clock) (t track) {
	var media clock
	edited := false
	var from, length int64 // of the edit: in units of the track, in those of the film
	ok := b.each(trak, func(child box) (ok bool) {
		switch child.name {
		case "tkhd":
			t.id, ok = b.trackID(child)
			return ok
		case "edts":
			return b.each(child, func(list box) (ok bool) {
				from, length, ok = b.onlyEdit(list)
				edited = true
				return ok
			})
		case "mdia":
			return b.each(child, func(c box) bool {
				var ok = true
				switch c.name {
				case "mdhd":
					media, ok = b.clock(c)
				case "hdlr":
					var name [4]byte
					ok = c.end-c.body >= 12 && readFrom(b.r, c.body+8, name[:])
					t.kind = string(name[:])
				}
				return ok
			})
		}
		return true
	})
	if !ok || media.scale == 0 || film.scale == 0 {
		return t
	}
	t.scale = media.scale
	// A second covers the pictures that are decoded before the first is shown,
	// and what the two clocks and padding make of an end.
	left := media.seconds(media.duration-from) - film.seconds(length)
	t.plain = !edited || media.seconds(from) < 1 && left < 1
	return t
}

// trackID reads the number of a track from its header.
func (b boxes) trackID(tkhd box) (id uint32, ok bool) {
	var v [24]byte
	if tkhd.end-tkhd.body < int64(len(v)) || !readFrom(b.r, tkhd.body, v[:]) {
		return 0, false
	}
	if v[0] == 1 {
		return binary.BigEndian.Uint32(v[20:]), true
	}
	return binary.BigEndian.Uint32(v[12:]), true
}

// onlyEdit reads an edit list of one entry that plays on from a place. A length
// of 0 is that of a film in fragments.
func (b boxes) onlyEdit(elst box) (from, length int64, ok bool) {
	var v [28]byte
	n := min(elst.end-elst.body, int64(len(v)))
	if elst.name != "elst" || n < 20 || !readFrom(b.r, elst.body, v[:n]) || binary.BigEndian.Uint32(v[4:]) != 1 {
		return 0, 0, false
	}
	length, from = int64(binary.BigEndian.Uint32(v[8:])), int64(int32(binary.BigEndian.Uint32(v[12:])))
	rate := v[16:20]
	if v[0] == 1 {
		length, from, rate = int64(binary.BigEndian.Uint64(v[8:])), int64(binary.BigEndian.Uint64(v[16:])), v[24:28]
	}
	return from, length, from >= 0 && length >= 0 && bytes.Equal(rate, []byte{0, 1, 0, 0})
}

// clock reads a header of a film or of a track, mvhd or mdhd.
func (b boxes) clock(header box) (c clock, ok bool) {
	var v [32]byte
	n := min(header.end-header.body, int64(len(v)))
	if n < 24 || !readFrom(b.r, header.body, v[:n]) {
		return c, false
	}
	if v[0] == 1 {
		return clock{int64(binary.BigEndian.Uint32(v[20:])), int64(binary.BigEndian.Uint64(v[24:]))}, n == 32
	}
	return clock{int64(binary.BigEndian.Uint32(v[12:])), int64(binary.BigEndian.Uint32(v[16:]))}, true
}
