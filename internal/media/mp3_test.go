package media

import (
	"bytes"
	"encoding/binary"
	"io"
	"testing"
	"time"
)

// mp3 is a tag, an Info header and frames of 128 kbit/s at 44.1 kHz in stereo.
func mp3(tag int, kind string, frames, size uint32) []byte {
	b := append([]byte("ID3\x04\x00\x00"), byte(tag>>21)&0x7f, byte(tag>>14)&0x7f, byte(tag>>7)&0x7f, byte(tag)&0x7f)
	b = append(b, make([]byte, tag)...)
	frame := append([]byte{0xff, 0xfb, 0x90, 0}, make([]byte, 413)...)
	header := bytes.Clone(frame)
	copy(header[36:], kind)
	header[43] = 15
	binary.BigEndian.PutUint32(header[44:], frames)
	binary.BigEndian.PutUint32(header[48:], size)
	return append(append(b, header...), bytes.Repeat(frame, 20)...)
}

func TestAnMP3OfConstantRateIsMended(t *testing.T) {
	const frames, exact = 10_000, 10_000 * 144 * 128000 / 44100 // of which one in 24 is padded
	for name, c := range map[string]struct {
		file []byte
		want bool
	}{
		"as LAME writes it":            {mp3(200, "Info", frames, exact+417), true},
		"the last frame cut":           {mp3(200, "Info", frames, exact+100), true},
		"mended already":               {mp3(200, "Info", frames, exact), true},
		"another rate than its frames": {mp3(200, "Info", frames, 2*exact), false},
		"a rate that varies":           {mp3(200, "Xing", frames, exact+417), false},
		"no frames":                    {mp3(200, "Info", 0, 417), false},
		"nothing behind the header":    {mp3(200, "Info", frames, exact+417)[:210+417], false},
		"cut in the header":            {mp3(200, "Info", frames, exact+417)[:210+30], false},
		"no header":                    {mp3(200, "    ", frames, exact+417), false},
		"a tag longer than the file":   {mp3(200, "Info", frames, exact+417)[:100], false},
		"another format":               {content(1000), false},
		"empty":                        {nil, false},
	} {
		m := constantRate(bytes.NewReader(c.file))
		if (m != nil) != c.want {
			t.Errorf("%s: %v", name, m)
		}
		if m == nil {
			continue
		}
		mended := bytes.Clone(c.file)
		for i := range mended { // in pieces, as it is read
			m.apply(mended[i:i+1], int64(i))
		}
		if got := binary.BigEndian.Uint32(mended[210+48:]); got != exact || !bytes.Equal(mended[:210+48], c.file[:210+48]) || !bytes.Equal(mended[210+52:], c.file[210+52:]) {
			t.Errorf("%s: mended to %d at %d, want %d and nothing else changed", name, got, m.offset, exact)
		}
	}
}

func TestFramesOfMP3(t *testing.T) {
	for h, want := range map[uint32]mp3Frame{
		0xfffb9064: {128000, 44100, 1152, 417, 32},
		0xfffb9264: {128000, 44100, 1152, 418, 32},
		0xfffbe4c4: {320000, 48000, 1152, 960, 17},
		0xfff384c4: {64000, 24000, 576, 192, 9},
		0xffe34844: {32000, 8000, 576, 288, 17},
		0xfffff064: {}, // layer I
		0xfffbf064: {}, // no such rate
		0xfffb0064: {},
		0xffeb9064: {},
		0x00fb9064: {},
	} {
		f, ok := parseMP3Frame(binary.BigEndian.AppendUint32(nil, h))
		if f != want || ok != (want != mp3Frame{}) {
			t.Errorf("%#x: %+v, want %+v", h, f, want)
		}
	}
}

// The mend is what readers get, whichever way the bytes come.
func TestReadersSeeTheMend(t *testing.T) {
	src := &flaky{content: content(4 * blockSize)}
	b := newBlocks(t.Context(), src, 0)
	defer b.close()
	b.mended = []mend{{2*blockSize - 2, []byte{1, 2, 3, 4}}} // over two blocks
	want := bytes.Clone(src.content)
	copy(want[2*blockSize-2:], []byte{1, 2, 3, 4})
	for range 2 {
		got, err := io.ReadAll(struct{ io.Reader }{&reader{blocks: b}})
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("other bytes, %v", err)
		}
	}
}

func FuzzConstantRate(f *testing.F) {
	f.Add(mp3(200, "Info", 10_000, 4_180_000))
	f.Add(mp3(0, "Info", 1, 2*418)[10:])
	f.Add([]byte("ID3\x04\x00\x10\x7f\x7f\x7f\x7f"))
	f.Add([]byte{0xff, 0xfb, 0x90})
	f.Fuzz(func(t *testing.T, file []byte) {
		if m := constantRate(bytes.NewReader(file)); m != nil && (m.offset < 0 || m.offset+4 > int64(len(file))) {
			t.Errorf("mends %d in a file of %d bytes", m.offset, len(file))
		}
	})
}

func TestOnlyASeekInAnMP3OfConstantRateIsFast(t *testing.T) {
	for name, c := range map[string]struct {
		file []byte
		from time.Duration
		want bool
	}{
		"constant":           {mp3(200, "Info", 10_000, 4_180_000), time.Second, true},
		"from the start":     {mp3(200, "Info", 10_000, 4_180_000), 0, false},
		"a rate that varies": {mp3(200, "Xing", 10_000, 4_180_000), time.Second, false},
		"another format":     {sound(1), time.Second, false},
	} {
		_, err := Tools{FFmpeg: program(t, "complains of fastseek")}.Decode(t.Context(), &flaky{content: c.file}, Window{From: c.from, Limit: time.Minute})
		if (err != nil) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}
