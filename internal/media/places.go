package media

import (
	"context"
	"encoding/binary"
	"io"
	"time"
)

// Places says where in a file some moments of its sound begin, for files that
// have no index. It is opaque, may be kept anywhere, and fits only the bytes it
// was made of. The empty one says nothing.
//
// It is a row of pairs of varints, each counted from the pair before: the moment
// in µs, the offset in bytes.
type Places string

// A place is where a moment of the film begins.
type place struct {
	at     time.Duration
	offset int64
}

// lead is decoded before what is wanted: a frame of mp3 needs some before it,
// and one of AAC may need a header that comes twice a second.
const lead = 2 * time.Second

// Before keeps what it takes to decode from each of the moments, which ascend.
func (p Places) Before(moments ...time.Duration) Places {
	var kept places
	for _, moment := range moments {
		if found, ok := p.before(moment); ok && (len(kept.encoded) == 0 || found.offset > kept.last.offset) {
			kept.add(found)
		}
	}
	return Places(kept.encoded)
}

// before returns the last place from which a moment can be decoded.
func (p Places) before(moment time.Duration) (found place, ok bool) {
	b := []byte(p)
	for next := (place{}); len(b) > 0; {
		us, n := binary.Uvarint(b)
		bytes, m := binary.Uvarint(b[max(n, 0):])
		if n <= 0 || m <= 0 || us > uint64(mostTime/time.Microsecond) || bytes > 1<<62 {
			break // written by nobody of us
		}
		b = b[n+m:]
		next.at += time.Duration(us) * time.Microsecond
		next.offset += int64(bytes)
		if next.at > moment-lead || next.offset < 0 {
			break
		}
		found, ok = next, true
	}
	return found, ok
}

// places are being written, in ascending order.
type places struct {
	encoded []byte
	last    place
}

func (p *places) add(next place) {
	next.at = next.at.Truncate(time.Microsecond)
	p.encoded = binary.AppendUvarint(p.encoded, uint64((next.at-p.last.at)/time.Microsecond))
	p.encoded = binary.AppendUvarint(p.encoded, uint64(next.offset-p.last.offset))
	p.last = next
}

// from returns what is left of src, and of w, behind the place from which w is
// best decoded.
func (p Places) from(src Source, w Window) (Source, Window) {
	found, ok := p.before(w.From)
	if !ok || found.offset >= src.Size() {
		return src, w
	}
	w.From -= found.at
	if w.To != 0 {
		w.To -= found.at
	}
	w.Film = max(0, w.Film-found.at)
	return rest{src, found.offset}, w
}

// rest is a source without its first bytes.
type rest struct {
	Source
	skipped int64
}

func (r rest) Size() int64 { return r.Source.Size() - r.skipped }

// Name is empty: no two segments have the same rest.
func (r rest) Name() string { return "" }

func (r rest) Open(ctx context.Context, offset, length int64) (io.ReadCloser, error) {
	return r.Source.Open(ctx, r.skipped+offset, length) //nolint:wrapcheck // it is a Source like the other
}
