package media

import (
	"encoding/binary"
	"io"
	"math"
	"time"
)

// Browsers and phones record an mp4 in fragments, without an index of them. For
// that ffmpeg reads all fragments' headers, to the end of the file, and with them
// most of the file. It need not ("ignidx"): then it goes from one to the next.
// And each says its time, so that the one to begin with can be found by looking
// here and there; what lies between it and the first ones, from which ffmpeg
// takes where the film begins, is shown to ffmpeg as free space.
//
// ISO/IEC 14496-12, 8.8: moof is a fragment's header, in it mfhd comes first,
// then a traf for each track, with tfhd (which track) and tfdt (what time).
const (
	// fragmentMark is what only the header of a fragment has, four bytes from its
	// start: its name, and the size and name of mfhd.
	fragmentMark = "moof\x00\x00\x00\x10mfhd"
	freeHeader   = 16 // bytes, with the longest size
	// mostFirst is how many fragments are looked at for the first of every track.
	mostFirst = 8
	// leastTail is how much of a file's end is searched first for the last ones.
	leastTail = 256 << 10
)

// withoutFragments returns how to hide the fragments of an mp4 that are not
// needed to play it from a time on. It returns nil where there is nothing to be
// gained or the times are not plain. fragmented is whether it is such a file at
// all. film is the film's length, or 0.
func withoutFragments(r io.ReadSeeker, size int64, from, film time.Duration) (hidden []mend, fragmented bool) {
	f := fragments{boxes: boxes{r}, size: size}
	if !f.open() {
		return nil, f.extended
	}
	if from <= before {
		return nil, true
	}
	second, ok := f.firstOfAll()
	if !ok {
		return nil, true
	}
	low, ok := f.nextSound(second.start, size)
	if !ok {
		return nil, true
	}
	begin := lastBefore(from-before, low, mark{size, max(film, from+before)}, f.nextSound)
	return free(low.start, begin.start), true
}

// onlyEnds returns how to hide the fragments of an mp4 that say neither where
// the film begins nor where it ends, and whether it is such a file at all. It
// returns nil where the times are not plain.
func onlyEnds(r io.ReadSeeker, size int64) (hidden []mend, fragmented bool) {
	f := fragments{boxes: boxes{r}, size: size}
	if !f.open() {
		return nil, f.extended
	}
	second, ok := f.firstOfAll()
	if !ok {
		return nil, true
	}
	last, ok := f.lastOfAll(second.start)
	if !ok {
		return nil, true
	}
	return free(second.start, last), true
}

// free makes [from, to) free space for ffmpeg, if it is long enough for that.
func free(from, to int64) []mend {
	if to-from < freeHeader {
		return nil
	}
	header := append([]byte{0, 0, 0, 1}, "free"...) // the size follows
	return []mend{{from, binary.BigEndian.AppendUint64(header, uint64(to-from))}}
}

type fragments struct {
	boxes
	size     int64
	extended bool             // there may be fragments
	tracks   map[uint32]track // of sound and of pictures
	first    int64            // where the first fragment begins
	zero     time.Duration    // when the film begins, in the tracks' own times
}

// open reads up to the first fragment. It reports whether there is one, and all
// tracks' times are plain, those of one track of sound among them.
func (f *fragments) open() bool {
	f.zero = math.MaxInt64
	for at, n := int64(0), 0; n < mostBoxes; n++ {
		b, ok := f.at(at, f.size)
		if !ok || n == 0 && b.name != "ftyp" {
			return false
		}
		switch b.name {
		case "moov":
			if !f.movie(b) {
				return false
			}
		case "mdat": // The film begins before the fragments: not before 0.
			f.zero = 0
		case "moof":
			f.first = b.start
			return f.extended
		}
		at = b.end
	}
	return false
}

func (f *fragments) movie(moov box) (plain bool) {
	var film clock
	sounds := 0
	f.tracks = map[uint32]track{}
	plain = true
	ok := f.each(moov, func(child box) (ok bool) {
		switch child.name {
		case "mvhd":
			film, ok = f.clock(child)
			return ok
		case "mvex":
			f.extended = true
		case "trak":
			t := f.track(child, film)
			switch t.kind {
			case "soun":
				sounds++
				fallthrough
			case "vide":
				f.tracks[t.id] = t
				plain = plain && t.plain
			}
		}
		return true
	})
	return ok && plain && f.extended && sounds == 1
}

// firstOfAll returns the fragment after those that begin the tracks, and learns
// from these when the film begins.
func (f *fragments) firstOfAll() (next fragment, ok bool) {
	missing := f.missing()
	at := f.first
	for range mostFirst {
		next, ok = f.next(at, f.size)
		if !ok || len(missing) == 0 {
			return next, ok
		}
		for id, t := range next.times {
			if missing[id] {
				f.zero = min(f.zero, t)
				delete(missing, id)
			}
		}
		at = next.end
	}
	return next, false
}

// lastOfAll returns where the fragments begin that end the tracks.
func (f *fragments) lastOfAll(after int64) (start int64, ok bool) {
	for reach := int64(leastTail); reach <= mostScanned; reach *= 4 {
		at := max(after, f.size-reach)
		missing := f.missing()
		start = 0
		for next, ok := f.next(at, f.size); ok; next, ok = f.next(next.end, f.size) {
			if start == 0 {
				start = next.start
			}
			for id := range next.times {
				delete(missing, id)
			}
		}
		if start > 0 && len(missing) == 0 {
			return start, true
		}
		if at == after {
			break
		}
	}
	return 0, false
}

func (f *fragments) missing() map[uint32]bool {
	m := map[uint32]bool{}
	for id := range f.tracks {
		m[id] = true
	}
	return m
}

// A fragment's header lies at [start, end).
type fragment struct {
	start, end int64
	times      map[uint32]time.Duration // when its part of each track begins
}

// next returns the first fragment that begins in [from, to).
func (f *fragments) next(from, to int64) (fragment, bool) {
	return scan(f.r, from+4, to+4, f.size, []byte(fragmentMark), func(at int64) (fragment, bool) {
		return f.fragment(at - 4)
	})
}

// nextSound returns the first fragment with sound that begins in [from, to).
func (f *fragments) nextSound(from, to int64) (mark, bool) {
	return scan(f.r, from+4, to+4, f.size, []byte(fragmentMark), func(at int64) (found mark, ok bool) {
		next, ok := f.fragment(at - 4)
		if !ok {
			return found, false
		}
		for id, t := range next.times {
			if f.tracks[id].kind == "soun" {
				return mark{next.start, t - f.zero}, true
			}
		}
		return found, false
	})
}

// fragment reads the header that begins at a place.
func (f *fragments) fragment(at int64) (found fragment, ok bool) {
	moof, ok := f.at(at, f.size)
	if !ok {
		return found, false
	}
	found = fragment{moof.start, moof.end, map[uint32]time.Duration{}}
	ok = f.each(moof, func(traf box) bool {
		if traf.name != "traf" {
			return true
		}
		tfhd, ok := f.at(traf.body, traf.end) // which comes first
		var id [4]byte
		if !ok || tfhd.name != "tfhd" || tfhd.end-tfhd.body < 8 || !readFrom(f.r, tfhd.body+4, id[:]) {
			return false
		}
		t, wanted := f.tracks[binary.BigEndian.Uint32(id[:])]
		if !wanted {
			return true
		}
		tfdt, ok := f.at(tfhd.end, traf.end)
		if !ok || tfdt.name != "tfdt" {
			return false
		}
		found.times[t.id], ok = f.when(tfdt, t.scale)
		return ok
	})
	return found, ok
}

// when reads the time of a part of a track.
func (f *fragments) when(tfdt box, scale int64) (time.Duration, bool) {
	var v [12]byte
	n := min(tfdt.end-tfdt.body, int64(len(v)))
	if n < 8 || !readFrom(f.r, tfdt.body, v[:n]) {
		return 0, false
	}
	units := uint64(binary.BigEndian.Uint32(v[4:]))
	if v[0] == 1 {
		if n < 12 {
			return 0, false
		}
		units = binary.BigEndian.Uint64(v[4:])
	}
	seconds := units / uint64(scale)
	if seconds > uint64(mostTime/time.Second) {
		return 0, false
	}
	return time.Duration(seconds)*time.Second + time.Duration(float64(units%uint64(scale))/float64(scale)*float64(time.Second)), true
}

// mostTime is later than any clock of a film: recordings of broadcasts count
// from 1970.
const mostTime = 100 * 365 * 24 * time.Hour
