package media

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// mp3Frames is n frames of 44.1 kHz stereo, each at a rate of its own.
func mp3Frames(n int) (b []byte) {
	random := rand.New(rand.NewPCG(3, 4))
	for range n {
		header := []byte{0xff, 0xfb, byte(1+random.IntN(14)) << 4, 0}
		f, _ := parseMP3Frame(header)
		b = append(b, append(header, make([]byte, f.size-4)...)...)
	}
	return b
}

// adtsFrames is n frames of 48 kHz, each of another size.
func adtsFrames(n int) (b []byte) {
	random := rand.New(rand.NewPCG(5, 6))
	for range n {
		size := 100 + random.IntN(900)
		frame := make([]byte, size)
		copy(frame, []byte{0xff, 0xf1, 0x4c, 0x80 | byte(size>>11), byte(size >> 3), byte(size<<5) | 0x1f, 0xfc})
		b = append(b, frame...)
	}
	return b
}

// describing is a frame of mp3 that says something of the others.
func describing(name string, fields byte) []byte {
	b := make([]byte, 417)
	copy(b, []byte{0xff, 0xfb, 0x90, 0})
	copy(b[36:], append([]byte(name), 0, 0, 0, fields))
	return b
}

func TestFramesAreCounted(t *testing.T) {
	const zero = 25057 * time.Microsecond
	tag := append([]byte{'I', 'D', '3', 4, 0, 0, 0, 0, 1, 2}, make([]byte, 130)...)
	damaged := mp3Frames(2000)
	copy(damaged[len(damaged)/2:], make([]byte, 5000))
	mp3Length, aacLength := exact(2000*1152, 44100)-zero, exact(2000*1024, 48000)-zero
	for name, c := range map[string]struct {
		format string
		file   []byte
		want   time.Duration // 0: it cannot be counted
	}{
		"mp3":                               {"mp3", mp3Frames(2000), mp3Length},
		"behind a tag":                      {"mp3", slices.Concat(tag, mp3Frames(2000)), mp3Length},
		"behind a description":              {"mp3", slices.Concat(describing("Xing", 0xf), mp3Frames(2000)), mp3Length},
		"behind a description of another":   {"mp3", slices.Concat(describing("VBRI", 0), mp3Frames(2000)), mp3Length},
		"behind a description of nothing":   {"mp3", slices.Concat(describing("Xing", 0), mp3Frames(2000)), 0},
		"before a tag":                      {"mp3", slices.Concat(mp3Frames(2000), []byte("TAG"), make([]byte, 125)), mp3Length},
		"before another tag":                {"mp3", slices.Concat(mp3Frames(2000), []byte("APETAGEX"), make([]byte, 99)), mp3Length},
		"the last frame is cut off":         {"mp3", slices.Concat(mp3Frames(2000), describing("", 0)[:200]), mp3Length},
		"only a header is left":             {"mp3", slices.Concat(mp3Frames(2000), []byte{0xff, 0xfb, 0x90}), mp3Length},
		"raw AAC":                           {"aac", adtsFrames(2000), aacLength},
		"raw AAC behind a tag":              {"aac", slices.Concat(tag, adtsFrames(2000)), aacLength},
		"one frame":                         {"aac", adtsFrames(2), exact(2048, 48000) - zero},
		"damage in the middle":              {"mp3", damaged, 0},
		"something at the end":              {"mp3", slices.Concat(mp3Frames(2000), make([]byte, 100)), 0},
		"another rate from the middle on":   {"mp3", slices.Concat(mp3Frames(9), []byte{0xff, 0xfb, 0x94, 0}, make([]byte, 2000)), 0},
		"another format":                    {"wav", mp3Frames(2000), 0},
		"frames that are not of its format": {"aac", mp3Frames(2000), 0},
		"nothing":                           {"mp3", nil, 0},
		"a tag alone":                       {"aac", tag, 0},
	} {
		t.Run(name, func(t *testing.T) {
			found, length, err := countFrames(bytes.NewReader(c.file), int64(len(c.file)), c.format, zero)
			if err != nil || (length-c.want).Abs() > time.Microsecond {
				t.Fatalf("%v, %v; want %v", length, err, c.want)
			}
			if c.want < placeEvery {
				if found != "" {
					t.Error("there are places")
				}
				return
			}
			parse := map[string]func([]byte) (frame, bool){"mp3": mp3Sound, "aac": adts}[c.format]
			for moment := lead + 1100*time.Millisecond; moment < length; moment += 777 * time.Millisecond {
				p, ok := found.before(moment)
				if !ok || p.at > moment-lead || p.at < moment-lead-placeEvery-50*time.Millisecond {
					t.Fatalf("at %v: %+v, %v", moment, p, ok)
				}
				f, ok := parse(c.file[p.offset:])
				if !ok {
					t.Fatalf("at %v: there is no frame at %d", moment, p.offset)
				}
				// So many frames lie before it.
				at := p.at + zero
				if n := float64(at) / float64(exact(f.samples*1000, f.rate)) * 1000; math.Abs(n-math.Round(n)) > 0.01 {
					t.Fatalf("at %v: %v is no frame's start", moment, at)
				}
			}
		})
	}
}

type failing struct{ io.ReadSeeker }

var errBroken = errors.New("broken")

func (f failing) Read(p []byte) (int, error) {
	n, err := f.ReadSeeker.Read(p)
	if at, _ := f.Seek(0, io.SeekCurrent); at > 100_000 {
		return 0, errBroken
	}
	return n, err
}

func TestASourceThatFailsIsNotCounted(t *testing.T) {
	file := mp3Frames(2000)
	if _, d, err := countFrames(failing{bytes.NewReader(file)}, int64(len(file)), "mp3", 0); d != 0 || !errors.Is(err, errBroken) {
		t.Errorf("%v, %v", d, err)
	}
}

func TestPlacesThatArePicked(t *testing.T) {
	file := adtsFrames(20_000)
	all, length, err := countFrames(bytes.NewReader(file), int64(len(file)), "aac", 0)
	if err != nil {
		t.Fatal(err)
	}
	moments := []time.Duration{0, 115 * time.Second, 235 * time.Second, 355 * time.Second, length + time.Hour}
	few := all.Before(moments...)
	if len(few) > 40 {
		t.Errorf("%d bytes for 4 places", len(few))
	}
	for _, m := range moments {
		a, inAll := all.before(m)
		b, inFew := few.before(m)
		if a != b || inAll != inFew {
			t.Errorf("at %v: %+v, %+v of all", m, b, a)
		}
	}
	// A moment that nobody asked for has the place before it.
	if p, _ := few.before(300 * time.Second); p.at < 232*time.Second || p.at > 233*time.Second {
		t.Errorf("%+v", p)
	}
	if p, ok := Places("").before(time.Hour); ok || Places("").Before(time.Hour) != "" {
		t.Errorf("no places have %+v", p)
	}
}

func FuzzPlaces(f *testing.F) {
	all, _, err := countFrames(bytes.NewReader(adtsFrames(500)), 1<<20, "aac", 0)
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(all), uint16(5))
	f.Add(binary.AppendUvarint(nil, 1<<63), uint16(5))
	f.Fuzz(func(t *testing.T, b []byte, seconds uint16) {
		moment := time.Duration(seconds) * time.Second
		p, ok := Places(b).before(moment)
		if p.at < 0 || p.offset < 0 || p.at > max(0, moment-lead) || !ok && p != (place{}) {
			t.Fatalf("%+v, %v for %v", p, ok, moment)
		}
	})
}

func FuzzCountFrames(f *testing.F) {
	f.Add(mp3Frames(30), true)
	f.Add(slices.Concat(describing("Info", 3), mp3Frames(3), []byte("TAG")), true)
	f.Add(adtsFrames(30), false)
	f.Fuzz(func(t *testing.T, file []byte, mp3 bool) {
		format := map[bool]string{true: "mp3", false: "aac"}[mp3]
		found, length, err := countFrames(bytes.NewReader(file), int64(len(file)), format, 0)
		if err != nil || length < 0 {
			t.Fatalf("%v, %v", length, err)
		}
		if p, ok := found.before(length + lead); ok && (p.offset >= int64(len(file)) || p.at > length) {
			t.Fatalf("%+v in %d bytes, %v", p, len(file), length)
		}
	})
}
