package media

import (
	"bytes"
	"encoding/binary"
	"io"
	"time"
)

// A browser records Matroska (WebM) without an index: it cannot know it before
// the end. In such a file ffmpeg reads every cluster from the first on to find a
// time. But each cluster says its time, so that the one to begin with can be
// found by looking here and there; what lies between it and the first cluster,
// from which ffmpeg takes where the film begins, is shown to ffmpeg as void.
//
// Numbers of elements: RFC 9559.
const (
	ebmlHeader    = 0x1a45dfa3
	ebmlSegment   = 0x18538067
	ebmlSeekHead  = 0x114d9b74
	ebmlCues      = 0x1c53bb6b
	ebmlInfo      = 0x1549a966
	ebmlScale     = 0x2ad7b1
	ebmlCluster   = 0x1f43b675
	ebmlCRC       = 0xbf
	ebmlTimestamp = 0xe7
	usualScale    = 1_000_000 // nanoseconds of a unit of time
	voidHeader    = 9         // bytes, with the longest size
	mostHead      = 1 << 20   // bytes of a head that is no attack
)

// withoutClusters returns how to hide the clusters of a Matroska file without an
// index that are not needed to play it from a time on. It returns nil for every
// other file, and where there is nothing to be gained. film is the film's
// length, or 0.
func withoutClusters(r io.ReadSeeker, size int64, from, film time.Duration) []mend {
	m := matroska{r: r, size: size, scale: usualScale}
	first, ok := m.head()
	if !ok {
		return nil
	}
	second, ok := m.cluster(first.start+4, size)
	if !ok {
		return nil
	}
	begin := lastBefore(from-before, second, mark{size, max(film, from+before)}, m.cluster)
	hidden := begin.start - second.start
	if hidden < voidHeader {
		return nil
	}
	void := binary.BigEndian.AppendUint64([]byte{0xec}, 1<<56|uint64(hidden-voidHeader))
	return []mend{{second.start, void}}
}

type matroska struct {
	r     io.ReadSeeker
	size  int64
	scale int64 // nanoseconds a unit
}

// head reads up to the first cluster. It reports whether there is one, and no
// index that says where the others are.
func (m *matroska) head() (first mark, ok bool) {
	at := int64(0)
	for n := 0; n < mostBoxes && at < mostHead; n++ {
		e, ok := m.element(at)
		switch {
		case !ok || n == 0 && e.id != ebmlHeader || n == 1 && e.id != ebmlSegment:
			return first, false
		case e.id == ebmlCluster:
			return m.cluster(at, at+4)
		case e.id == ebmlCues:
			return first, false
		case e.id == ebmlSegment:
			at = e.body
			continue
		case e.unknown || e.end > m.size:
			return first, false
		case e.id == ebmlSeekHead && bytes.Contains(m.content(e), binary.BigEndian.AppendUint32(nil, ebmlCues)):
			return first, false
		case e.id == ebmlInfo:
			m.readScale(e)
		}
		at = e.end
	}
	return first, false
}

func (m *matroska) readScale(info element) {
	for at := info.body; at < info.end; {
		e, ok := m.element(at)
		if !ok || e.unknown || e.end > info.end {
			return
		}
		if v := m.number(e); e.id == ebmlScale && v > 0 {
			m.scale = v
		}
		at = e.end
	}
}

// cluster returns the first cluster that begins in [from, to).
func (m *matroska) cluster(from, to int64) (found mark, ok bool) {
	id := binary.BigEndian.AppendUint32(nil, ebmlCluster)
	return scan(m.r, from, to, m.size, id, func(at int64) (mark, bool) {
		t, ok := m.time(at)
		return mark{at, t}, ok
	})
}

// time reads the time of the cluster at a place, if there is one: its first
// element.
func (m *matroska) time(at int64) (time.Duration, bool) {
	c, ok := m.element(at)
	if !ok {
		return 0, false
	}
	stamp, ok := m.element(c.body)
	if ok && stamp.id == ebmlCRC { // which comes before all others
		stamp, ok = m.element(stamp.end)
	}
	if !ok || stamp.id != ebmlTimestamp || stamp.unknown || stamp.end-stamp.body > 8 {
		return 0, false
	}
	units := m.number(stamp)
	if units < 0 || units > int64(100*24*time.Hour)/m.scale {
		return 0, false
	}
	return time.Duration(units * m.scale), true
}

// An element's content lies at [body, end); where its size is unknown it goes
// on to the next one of its level.
type element struct {
	id        uint32
	body, end int64
	unknown   bool
}

func (m *matroska) element(at int64) (e element, ok bool) {
	var h [12]byte
	n := min(int64(len(h)), m.size-at)
	if n < 2 || !readFrom(m.r, at, h[:n]) {
		return e, false
	}
	width := int64(length(h[0]))
	if width > 4 || width >= n {
		return e, false
	}
	for _, b := range h[:width] {
		e.id = e.id<<8 | uint32(b)
	}
	of := int64(length(h[width]))
	if of > 8 || width+of > n {
		return e, false
	}
	size := int64(h[width]) & (1<<(8-of) - 1)
	all := size == 1<<(8-of)-1
	for _, b := range h[width+1 : width+of] {
		size = size<<8 | int64(b)
		all = all && b == 0xff
	}
	e.body, e.unknown = at+width+of, all
	e.end = e.body + size
	return e, e.end >= e.body
}

// length is how many bytes a number has that begins with this one: 9 is none.
func length(first byte) int {
	n := 1
	for mask := byte(0x80); mask != 0 && first&mask == 0; mask >>= 1 {
		n++
	}
	return n
}

func (m *matroska) content(e element) []byte {
	b := make([]byte, min(e.end-e.body, 4<<10))
	if !readFrom(m.r, e.body, b) {
		return nil
	}
	return b
}

// number reads an element of up to eight bytes; others are 0.
func (m *matroska) number(e element) (v int64) {
	if e.end-e.body > 8 {
		return 0
	}
	for _, b := range m.content(e) {
		v = v<<8 | int64(b)
	}
	return v
}
