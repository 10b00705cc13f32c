package search

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// errDamaged: bytes are not what pack or encode writes.
var errDamaged = errors.New("the index is damaged")

// pack writes a track for the index: the number of cues; of each, in whole
// milliseconds, the time from the start before to its own, how long it is, and
// the length of its text in bytes; then the texts. All is compressed with
// DEFLATE, numbers are varints.
func (t *track) pack() []byte {
	plain := binary.AppendUvarint(nil, uint64(len(t.cues)))
	var before time.Duration
	text := 0
	for _, c := range t.cues {
		plain = binary.AppendVarint(plain, (c.start - before).Milliseconds())
		plain = binary.AppendVarint(plain, (c.end - c.start).Milliseconds())
		plain = binary.AppendUvarint(plain, uint64(c.text-text))
		before, text = c.start, c.text
	}
	plain = append(plain, t.text...)
	var packed bytes.Buffer
	w := compressors.Get().(*flate.Writer)
	defer compressors.Put(w)
	w.Reset(&packed)
	_, _ = w.Write(plain) // into memory
	_ = w.Close()
	return packed.Bytes()
}

// compressors are used again: each is most of a megabyte, many times a track.
var compressors = sync.Pool{New: func() any {
	w, _ := flate.NewWriter(nil, flate.DefaultCompression) // an error only of a level that is none
	return w
}}

// An unpacker reads tracks, one after the other. The zero value is ready.
type unpacker struct {
	packed bytes.Reader
	flate  io.ReadCloser
	plain  bytes.Buffer
}

// unpack reads what pack wrote of a text of so many bytes.
func (u *unpacker) unpack(packed []byte, text int) (*track, error) {
	u.packed.Reset(packed)
	if u.flate == nil {
		u.flate = flate.NewReader(&u.packed)
	}
	_ = u.flate.(flate.Resetter).Reset(&u.packed, nil) // of package flate's it returns no error
	u.plain.Reset()
	// What is damaged may have no end: three numbers for each byte of text, and
	// room for cues without any, are more than there can be.
	if _, err := u.plain.ReadFrom(io.LimitReader(u.flate, int64(text)*(3*binary.MaxVarintLen64+1)+1<<20)); err != nil {
		return nil, fmt.Errorf("%w: %w", errDamaged, err)
	}
	in := numbers{rest: u.plain.Bytes()}
	n := in.unsigned()
	if n > uint64(u.plain.Len()) {
		return nil, fmt.Errorf("%w: %d cues in %d bytes", errDamaged, n, u.plain.Len())
	}
	t := &track{cues: make([]cue, n)}
	var start time.Duration
	at := 0
	for i := range t.cues {
		start += time.Duration(in.signed()) * time.Millisecond
		end := start + time.Duration(in.signed())*time.Millisecond
		at += int(min(in.unsigned(), uint64(text+1)))
		if in.damaged || at > text {
			return nil, fmt.Errorf("%w: cue %d", errDamaged, i)
		}
		t.cues[i] = cue{start: start, end: end, text: at}
	}
	if in.damaged || at != text || len(in.rest) != text {
		return nil, fmt.Errorf("%w: a text of %d bytes, not %d", errDamaged, len(in.rest), text)
	}
	t.text = string(in.rest)
	t.fold()
	return t, nil
}

// numbers are varints, and what comes after them.
type numbers struct {
	rest    []byte
	damaged bool
}

func (n *numbers) unsigned() uint64 {
	v, length := binary.Uvarint(n.rest)
	n.skip(length)
	return v
}

func (n *numbers) signed() int64 {
	v, length := binary.Varint(n.rest)
	n.skip(length)
	return v
}

// bytes takes so many bytes.
func (n *numbers) bytes(length uint64) []byte {
	if length > uint64(len(n.rest)) {
		n.damaged = true
		return nil
	}
	b := n.rest[:length]
	n.rest = n.rest[length:]
	return b
}

func (n *numbers) skip(length int) {
	if n.damaged = n.damaged || length <= 0; !n.damaged {
		n.rest = n.rest[length:]
	}
}
