package media

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// A live mp4 is what recorders write: fragments of so many bytes, each so much
// after the one before.
type live struct {
	tracks   []string // kinds; their numbers are 1, 2, …
	edit     int32    // of each track: where in the media it begins
	first    []byte   // boxes before the fragments
	separate bool     // a fragment for each track
	without  int      // the track of this number has no times
	version  byte     // of tfdt
	zero     time.Duration
	count    int
	every    time.Duration
	bytes    int
	less     int // the first track has so many fragments fewer
}

const liveScale = 12800 // units a second, as mp4Track has it

func (l live) file() []byte {
	boxes := [][]byte{atom("mvhd", numbers(0, 0, 0, 1000, 0), make([]byte, 80))}
	for i, kind := range l.tracks {
		track := mp4Track(kind, l.edit)
		binary.BigEndian.PutUint32(track[bytes.Index(track, []byte("tkhd"))+4+12:], uint32(i+1))
		boxes = append(boxes, track)
	}
	b := slices.Concat(atom("ftyp", []byte("iso5")), atom("moov", append(boxes, atom("mvex", make([]byte, 32)))...), l.first)
	random := rand.New(rand.NewPCG(1, 2))
	for n := range l.count {
		var trafs [][]byte
		for i := range l.tracks {
			if i == 0 && n >= l.count-l.less {
				continue
			}
			at := l.zero.Seconds() + (time.Duration(n) * l.every).Seconds()
			trafs = append(trafs, l.traf(uint32(i+1), uint64(at*liveScale)))
			if l.separate {
				b = append(b, fragmentOf(random, l.bytes, n, trafs...)...)
				trafs = nil
			}
		}
		if !l.separate {
			b = append(b, fragmentOf(random, l.bytes, n, trafs...)...)
		}
	}
	return b
}

func (l live) traf(id uint32, at uint64) []byte {
	content := [][]byte{atom("tfhd", numbers(0x020000, id))}
	switch {
	case int(id) == l.without:
	case l.version == 1:
		content = append(content, atom("tfdt", numbers(1<<24, uint32(at>>32), uint32(at))))
	default:
		content = append(content, atom("tfdt", numbers(0, uint32(at))))
	}
	return atom("traf", append(content, atom("trun", numbers(0, 0)))...)
}

func fragmentOf(random *rand.Rand, size, n int, trafs ...[]byte) []byte {
	media := make([]byte, size/2+random.IntN(size))
	copy(media[len(media)/2:], "moof") // by chance
	return slices.Concat(atom("moof", append([][]byte{atom("mfhd", numbers(0, uint32(n+1)))}, trafs...)...), atom("mdat", media))
}

var usualLive = live{tracks: []string{"vide", "soun"}, version: 1, count: 400, every: 5 * time.Second, bytes: 9000}

func TestFragmentsBeforeAWindowAreHidden(t *testing.T) {
	with := func(change func(*live)) live { l := usualLive; change(&l); return l }
	for name, c := range map[string]struct {
		live
		from, film time.Duration
		hides      bool
	}{
		"its length is not known":    {usualLive, 1000 * time.Second, 0, true},
		"its length is known":        {usualLive, 1000 * time.Second, 2000 * time.Second, true},
		"its length is a lie":        {usualLive, 1000 * time.Second, time.Minute, true},
		"its end":                    {usualLive, 1999 * time.Second, 2000 * time.Second, true},
		"beyond its end":             {usualLive, time.Hour, 0, true},
		"its start":                  {usualLive, 6 * time.Second, 0, false},
		"all of it":                  {usualLive, 0, 0, false},
		"short times":                {with(func(l *live) { l.version = 0 }), 1000 * time.Second, 0, true},
		"a fragment for each track":  {with(func(l *live) { l.separate = true }), 1000 * time.Second, 0, true},
		"it counts from another day": {with(func(l *live) { l.zero = 17e8 * time.Second }), 1000 * time.Second, 0, true},
		"sound alone":                {with(func(l *live) { l.tracks = []string{"soun"} }), 1000 * time.Second, 0, true},
		"with texts":                 {with(func(l *live) { l.tracks = []string{"text", "vide", "soun"} }), 1000 * time.Second, 0, true},
		"media before the fragments": {with(func(l *live) { l.first, l.zero = atom("mdat", make([]byte, 99)), 5*time.Second }), 1000 * time.Second, 0, true},
		"two tracks of sound":        {with(func(l *live) { l.tracks = []string{"soun", "soun"} }), 1000 * time.Second, 0, false},
		"no sound":                   {with(func(l *live) { l.tracks = []string{"vide"} }), 1000 * time.Second, 0, false},
		"sound that is cut":          {with(func(l *live) { l.edit = 5 * liveScale }), 1000 * time.Second, 0, false},
		"sound without times":        {with(func(l *live) { l.without = 2 }), 1000 * time.Second, 0, false},
		"pictures without fragments": {with(func(l *live) { l.less = 400 }), 1000 * time.Second, 0, false},
		"one fragment":               {with(func(l *live) { l.count = 1 }), 1000 * time.Second, 0, false},
		"no fragment":                {with(func(l *live) { l.count = 0 }), 1000 * time.Second, 0, false},
		"fragments beyond a search":  {with(func(l *live) { l.count, l.bytes = 3, 2*mostScanned }), 8 * time.Second, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			file := c.file()
			hidden, fragmented := withoutFragments(bytes.NewReader(file), int64(len(file)), c.from, c.film)
			if len(hidden) != 0 != c.hides || !fragmented {
				t.Fatalf("%d mends, want some: %v; in fragments: %v", len(hidden), c.hides, fragmented)
			}
			for _, m := range hidden {
				m.apply(file, 0)
			}
			times := c.heard(t, file)
			if c.count > 0 && slices.Contains(c.tracks, "soun") && c.without == 0 && (len(times) == 0 || times[0] != 0) {
				t.Errorf("the first fragment is not there: %v", times)
			}
			if !c.hides {
				return
			}
			onlyWhatIsWanted(t, times, c.from, c.every, c.count, c.bytes)
		})
	}
}

// heard returns the times of the fragments with sound that a reader comes upon.
func (l live) heard(t *testing.T, file []byte) (times []time.Duration) {
	t.Helper()
	f := fragments{boxes: boxes{bytes.NewReader(file)}, size: int64(len(file))}
	f.open()
	for at := int64(0); at < f.size; {
		b, ok := f.at(at, f.size)
		if !ok {
			t.Fatalf("nothing can be read at %d", at)
		}
		at = b.end
		if b.name != "moof" {
			continue
		}
		found, ok := f.fragment(b.start)
		for id, at := range found.times {
			if ok && f.tracks[id].kind == "soun" {
				times = append(times, at-l.zero)
			}
		}
	}
	return times
}

func TestOfFragmentsAProbeSeesTheFirstAndTheLast(t *testing.T) {
	with := func(change func(*live)) live { l := usualLive; change(&l); return l }
	for name, c := range map[string]struct {
		live
		hides bool
	}{
		"both tracks":                {usualLive, true},
		"a fragment for each track":  {with(func(l *live) { l.separate = true }), true},
		"large ones":                 {with(func(l *live) { l.count, l.bytes = 20, 1<<20 }), true},
		"pictures that end early":    {with(func(l *live) { l.less = 10 }), true},
		"pictures that end too soon": {with(func(l *live) { l.less, l.bytes = 380, 90<<10 }), false},
		"a few":                      {with(func(l *live) { l.count = 2 }), false},
		"two tracks of sound":        {with(func(l *live) { l.tracks = []string{"soun", "soun"} }), false},
	} {
		t.Run(name, func(t *testing.T) {
			file := c.file()
			hidden, fragmented := onlyEnds(bytes.NewReader(file), int64(len(file)))
			if len(hidden) != 0 != c.hides || !fragmented {
				t.Fatalf("%d mends, want some: %v; in fragments: %v", len(hidden), c.hides, fragmented)
			}
			for _, m := range hidden {
				m.apply(file, 0)
			}
			if !c.hides {
				return
			}
			times := c.heard(t, file)
			if last := time.Duration(c.count-1) * c.every; times[0] != 0 || times[len(times)-1] != last {
				t.Errorf("fragments from %v to %v, want 0 to %v", times[0], times[len(times)-1], last)
			}
			if shown := int64(len(file)) - int64(binary.BigEndian.Uint64(hidden[0].bytes[8:])); shown > 5<<20 {
				t.Errorf("%d bytes are left", shown)
			}
		})
	}
}

func TestOtherFilesAreNotInFragments(t *testing.T) {
	for name, file := range map[string][]byte{
		"a plain mp4":    slices.Concat(atom("ftyp"), atom("moov", atom("mvhd", numbers(0, 0, 0, 1000, 5000), make([]byte, 80)), mp4Track("soun")), atom("mdat", []byte(fragmentMark))),
		"another format": []byte("RIFF" + fragmentMark),
		"nothing":        nil,
	} {
		r, size := bytes.NewReader(file), int64(len(file))
		if hidden, fragmented := withoutFragments(r, size, time.Minute, 0); hidden != nil || fragmented {
			t.Errorf("%s is in fragments", name)
		}
		if hidden, fragmented := onlyEnds(r, size); hidden != nil || fragmented {
			t.Errorf("%s is in fragments for a probe", name)
		}
	}
}

func FuzzWithoutFragments(f *testing.F) {
	small := usualLive
	small.count, small.bytes = 30, 900
	f.Add(small.file(), uint16(100))
	small.separate, small.version = true, 0
	f.Add(small.file(), uint16(9))
	f.Fuzz(func(t *testing.T, file []byte, seconds uint16) {
		r, size := bytes.NewReader(file), int64(len(file))
		hidden, _ := withoutFragments(r, size, time.Duration(seconds)*time.Second, 0)
		ends, _ := onlyEnds(r, size)
		for _, m := range append(hidden, ends...) {
			n := binary.BigEndian.Uint64(m.bytes[8:])
			if m.offset < 0 || n < freeHeader || n > uint64(size) || m.offset+int64(n) > size {
				t.Fatalf("%d bytes are hidden at %d of %d", n, m.offset, size)
			}
		}
	})
}
