package media

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"
)

// atom makes a box of its name and what is in it.
func atom(name string, content ...[]byte) []byte {
	body := slices.Concat(content...)
	return slices.Concat(binary.BigEndian.AppendUint32(nil, uint32(8+len(body))), []byte(name), body)
}

// numbers are written as 32 bits each.
func numbers(ns ...uint32) (b []byte) {
	for _, n := range ns {
		b = binary.BigEndian.AppendUint32(b, n)
	}
	return b
}

// mp4Track is a track of five seconds of a kind, "soun" or "vide". edits are
// entries of its list: where in the media each begins; -1 is nothing for a while.
func mp4Track(kind string, edits ...int32) []byte {
	boxes := [][]byte{atom("tkhd", make([]byte, 84))}
	if edits != nil {
		entries := numbers(0, uint32(len(edits)))
		for _, e := range edits {
			entries = append(entries, numbers(5000, uint32(e), 1<<16)...)
		}
		boxes = append(boxes, atom("edts", atom("elst", entries)))
	}
	boxes = append(boxes, atom("mdia", atom("mdhd", numbers(0, 0, 0, 12800, 64000, 0)), atom("hdlr", numbers(0, 0), []byte(kind), make([]byte, 12)), atom("minf", make([]byte, 400))))
	return atom("trak", boxes...)
}

func TestPicturesAreLeftOutWhereTimeStaysTheSame(t *testing.T) {
	ftyp, mdat := atom("ftyp", []byte("isom")), atom("mdat", make([]byte, 3000))
	large := slices.Concat(numbers(1), []byte("mdat"), numbers(0, 16+3000), make([]byte, 3000))
	film := func(tracks ...[]byte) []byte {
		return slices.Concat(ftyp, mdat, atom("moov", append([][]byte{atom("mvhd", numbers(0, 0, 0, 1000, 5000), make([]byte, 80))}, tracks...)...))
	}
	sound, pictures := mp4Track("soun", 1024), mp4Track("vide", 1024)
	fast := mp4Track("soun", 0)
	edit := bytes.Index(fast, []byte("elst")) + 4 + 8
	copy(fast[edit+8:], []byte{0, 2, 0, 0})
	ends := mp4Track("soun", 0)
	copy(ends[edit:], numbers(2000))
	for name, c := range map[string]struct {
		file []byte
		left int // tracks of pictures that are left out
	}{
		"sound and pictures":              {film(pictures, sound), 1},
		"sound first":                     {film(sound, pictures), 1},
		"no edit lists":                   {film(mp4Track("vide"), mp4Track("soun")), 1},
		"two tracks of pictures":          {film(pictures, sound, pictures), 2},
		"subtitles, too":                  {film(pictures, sound, mp4Track("text")), 1},
		"the index in front":              {slices.Concat(ftyp, film(pictures, sound)[len(ftyp)+len(mdat):], mdat), 1},
		"a large size":                    {slices.Concat(ftyp, large, film(pictures, sound)[len(ftyp)+len(mdat):]), 1},
		"sound that begins later":         {film(pictures, mp4Track("soun", -1, 0)), 0},
		"pictures that begin later":       {film(mp4Track("vide", -1, 0), sound), 0},
		"pictures that are cut out":       {film(mp4Track("vide", 12800), sound), 0},
		"a film put together from places": {film(pictures, mp4Track("soun", 0, 9000)), 0},
		"sound at twice its rate":         {film(pictures, fast), 0},
		"sound that is cut off":           {film(pictures, ends), 0},
		"no sound":                        {film(pictures), 0},
		"no pictures":                     {film(sound), 0},
		"in fragments":                    {film(pictures, sound, atom("mvex")), 0},
		"no index":                        {slices.Concat(ftyp, mdat), 0},
		"an index that is cut off":        {film(pictures, sound)[:3200], 0},
		"a box that is larger than all":   {slices.Concat(ftyp, numbers(1<<30), []byte("moov")), 0},
		"a box smaller than its header":   {slices.Concat(ftyp, numbers(4), []byte("moov"), mdat), 0},
		"a size beyond all files":         {slices.Concat(ftyp, numbers(1), []byte("moov"), numbers(1<<31, 5)), 0},
		"another format":                  {bytes.Repeat([]byte("RIFF"), 1000), 0},
		"nothing":                         {nil, 0},
	} {
		t.Run(name, func(t *testing.T) {
			mends, plain := withoutPictures(bytes.NewReader(c.file), int64(len(c.file)), 100)
			if len(mends) != c.left || plain != (c.left > 0 || name == "no pictures") {
				t.Fatalf("%d tracks are left out, want %d; plain: %v", len(mends), c.left, plain)
			}
			for _, m := range mends {
				m.apply(c.file, 0)
			}
			if n := bytes.Count(c.file, []byte("free")); n != c.left || c.left > 0 && bytes.Count(c.file, []byte("trak")) == 0 {
				t.Errorf("%d boxes are free", n)
			}
			if _, plain := withoutPictures(bytes.NewReader(c.file), int64(len(c.file)), 1<<20); plain {
				t.Error("a short index was looked at")
			}
		})
	}
}

func FuzzWithoutPictures(f *testing.F) {
	f.Add(slices.Concat(atom("ftyp"), atom("moov", mp4Track("vide", 0), mp4Track("soun", 1024))))
	f.Add(slices.Concat(atom("ftyp"), atom("moov", mp4Track("soun"), mp4Track("vide", -1, 0)), atom("mdat")))
	f.Fuzz(func(t *testing.T, file []byte) {
		mends, _ := withoutPictures(bytes.NewReader(file), int64(len(file)), 0)
		for _, m := range mends {
			if m.offset < 4 || m.offset+4 > int64(len(file)) || string(file[m.offset:m.offset+4]) != "trak" {
				t.Fatalf("a mend at %d of %d bytes", m.offset, len(file))
			}
		}
	})
}
