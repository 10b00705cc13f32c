package media

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// ebml makes an element: its number, its size in eight bytes, its content.
func ebml(id uint32, content ...[]byte) []byte {
	body := slices.Concat(content...)
	return slices.Concat(ebmlStart(id, 1<<56|uint64(len(body))), body)
}

func ebmlStart(id uint32, size uint64) []byte {
	name := bytes.TrimLeft(binary.BigEndian.AppendUint32(nil, id), "\x00")
	return binary.BigEndian.AppendUint64(name, size)
}

const unknownSize = 1<<57 - 1

// A recording is what a browser writes: clusters of so many bytes, each so much
// after the one before.
type recording struct {
	seekHead []byte
	scale    uint64 // nanoseconds; 0: not said
	crc      bool
	clusters int
	every    time.Duration
	bytes    int
}

func (r recording) file() []byte {
	var info, crc []byte
	unit := uint64(usualScale)
	if r.scale != 0 {
		unit = r.scale
		info = ebml(ebmlScale, binary.BigEndian.AppendUint32(nil, uint32(r.scale)))
	}
	if r.crc {
		crc = ebml(ebmlCRC, []byte{1, 2, 3, 4})
	}
	b := slices.Concat(ebml(ebmlHeader, []byte("webm")), ebmlStart(ebmlSegment, unknownSize), r.seekHead, ebml(ebmlInfo, info), ebml(0x1654ae6b, make([]byte, 200)))
	random := rand.New(rand.NewPCG(1, 2))
	for i := range r.clusters {
		sound := make([]byte, r.bytes/2+random.IntN(r.bytes))
		copy(sound[len(sound)/2:], binary.BigEndian.AppendUint32(nil, ebmlCluster)) // by chance
		at := uint64(i) * uint64(r.every) / unit
		b = append(b, slices.Concat(ebmlStart(ebmlCluster, unknownSize), crc, ebml(ebmlTimestamp, binary.BigEndian.AppendUint64(nil, at)), ebml(0xa3, sound))...)
	}
	return b
}

func TestClustersBeforeAWindowAreHidden(t *testing.T) {
	usual := recording{clusters: 400, every: 5 * time.Second, bytes: 9000}
	with := func(change func(*recording)) recording { r := usual; change(&r); return r }
	for name, c := range map[string]struct {
		recording
		from, film time.Duration
		hides      bool
	}{
		"its length is not known":       {usual, 1000 * time.Second, 0, true},
		"its length is known":           {usual, 1000 * time.Second, 2000 * time.Second, true},
		"its length is a lie":           {usual, 1000 * time.Second, time.Minute, true},
		"its end":                       {usual, 1999 * time.Second, 2000 * time.Second, true},
		"beyond its end":                {usual, time.Hour, 0, true},
		"its start":                     {usual, 6 * time.Second, 0, false},
		"another unit of time":          {with(func(r *recording) { r.scale = 100_000 }), 1000 * time.Second, 0, true},
		"with checksums":                {with(func(r *recording) { r.crc = true }), 1000 * time.Second, 0, true},
		"an index that is somewhere":    {with(func(r *recording) { r.seekHead = ebml(ebmlSeekHead, []byte("x\x1c\x53\xbb\x6b")) }), 1000 * time.Second, 0, false},
		"a list without an index":       {with(func(r *recording) { r.seekHead = ebml(ebmlSeekHead, []byte("nothing")) }), 1000 * time.Second, 0, true},
		"one cluster":                   {with(func(r *recording) { r.clusters = 1 }), 1000 * time.Second, 0, false},
		"no cluster":                    {with(func(r *recording) { r.clusters = 0 }), 1000 * time.Second, 0, false},
		"clusters larger than a search": {with(func(r *recording) { r.clusters, r.bytes = 3, mostScanned }), 8 * time.Second, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			file := c.file()
			mends := withoutClusters(bytes.NewReader(file), int64(len(file)), c.from, c.film)
			if len(mends) != 0 != c.hides {
				t.Fatalf("%d mends, want some: %v", len(mends), c.hides)
			}
			for _, m := range mends {
				m.apply(file, 0)
			}
			times := played(t, file)
			if c.clusters > 0 && (len(times) == 0 || times[0] != 0) {
				t.Errorf("the first cluster is not there: %v", times)
			}
			if !c.hides {
				return
			}
			onlyWhatIsWanted(t, times, c.from, c.every, c.clusters, c.bytes)
		})
	}
}

// played returns the times of the clusters that a reader comes upon.
func played(t *testing.T, file []byte) (times []time.Duration) {
	t.Helper()
	m := matroska{r: bytes.NewReader(file), size: int64(len(file)), scale: usualScale}
	for at := int64(0); at < m.size; {
		e, ok := m.element(at)
		if !ok {
			t.Fatalf("nothing can be read at %d", at)
		}
		switch e.id {
		case ebmlInfo:
			m.readScale(e)
		case ebmlSegment:
			at = e.body
			continue
		case ebmlCluster:
			when, ok := m.time(at)
			if !ok {
				t.Fatalf("the cluster at %d has no time", at)
			}
			times = append(times, when)
			at = e.body
			continue
		}
		at = e.end
	}
	return times
}

func FuzzWithoutClusters(f *testing.F) {
	f.Add(recording{clusters: 30, every: 5 * time.Second, bytes: 900}.file(), uint16(100))
	f.Add(recording{clusters: 5, every: time.Second, bytes: 9, crc: true, scale: 1}.file(), uint16(9))
	f.Fuzz(func(t *testing.T, file []byte, seconds uint16) {
		for _, m := range withoutClusters(bytes.NewReader(file), int64(len(file)), time.Duration(seconds)*time.Second, 0) {
			void := binary.BigEndian.Uint64(m.bytes[1:]) &^ (1 << 56)
			if m.offset < 0 || m.offset+voidHeader+int64(void) > int64(len(file)) {
				t.Fatalf("%d bytes are hidden at %d of %d", void, m.offset, len(file))
			}
		}
	})
}
