package search

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"strings"
)

// An index is the text of an owner's videos: a copy that may be lost at any
// time. It is never changed once it is made.
//
// As an object it is a line that says what it is and, because two that are
// alike must not have one entity tag, a random word; then the number of
// entries, and of each: its key, the length of the text and that of the packed
// track; then the packed tracks. Numbers are varints, keys have their length
// before them.
type index struct {
	entries map[string]entry
	// bytes is about how much memory it holds.
	bytes int
}

// An entry is one track.
type entry struct {
	track  *track
	packed []byte // see track.pack
}

// header is the format's. A change of it, or of what folds, has every index made
// anew.
const header = "cuepipe search 1 "

// encode writes an index with the entries of these keys.
func (x index) encode(keys []string) []byte {
	size := 0 // about
	for _, key := range keys {
		size += len(key) + len(x.entries[key].packed) + 3*binary.MaxVarintLen32
	}
	out := append(make([]byte, 0, size+100), header+rand.Text()+"\n"...)
	out = binary.AppendUvarint(out, uint64(len(keys)))
	for _, key := range keys {
		e := x.entries[key]
		out = append(binary.AppendUvarint(out, uint64(len(key))), key...)
		out = binary.AppendUvarint(out, uint64(len(e.track.text)))
		out = binary.AppendUvarint(out, uint64(len(e.packed)))
	}
	for _, key := range keys {
		out = append(out, x.entries[key].packed...)
	}
	return out
}

// decode reads an index. Its entries refer to body.
func decode(body []byte) (index, error) {
	line, rest, ended := bytes.Cut(body, []byte("\n"))
	if !ended || !strings.HasPrefix(string(line), header) {
		return index{}, fmt.Errorf("%w: it is of another format", errDamaged)
	}
	in := numbers{rest: rest}
	type item struct {
		key          string
		text, packed uint64
	}
	var items []item
	for n := in.unsigned(); n > 0 && !in.damaged; n-- {
		key := string(in.bytes(in.unsigned()))
		items = append(items, item{key, in.unsigned(), in.unsigned()})
	}
	x := index{entries: make(map[string]entry, len(items))}
	var u unpacker
	for _, i := range items {
		packed := in.bytes(i.packed)
		if in.damaged || i.text > mostText {
			return index{}, fmt.Errorf("%w: the entry of %s", errDamaged, i.key)
		}
		t, err := u.unpack(packed, int(i.text))
		if err != nil {
			return index{}, fmt.Errorf("%s: %w", i.key, err)
		}
		x.add(i.key, entry{t, packed})
	}
	if in.damaged || len(in.rest) > 0 {
		return index{}, fmt.Errorf("%w: %d bytes are left over", errDamaged, len(in.rest))
	}
	return x, nil
}

func (x *index) add(key string, e entry) {
	x.entries[key] = e
	x.bytes += len(key) + len(e.packed) + e.track.size()
}

// has reports whether x has the same tracks as y.
func (x index) has(y index) bool {
	for key := range x.entries {
		if _, there := y.entries[key]; !there {
			return false
		}
	}
	return len(x.entries) == len(y.entries)
}
