package decoder

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/media"
)

// picture is a second input for files that are films.
var picture = []string{"-f", "lavfi", "-i", "testsrc=s=160x90:r=10"}

// The formats that are admitted, each as people's programs write it.
var admitted = []struct {
	name, format, codec string
	film                bool
	args                []string
}{
	{"mp4.mp4", "mov", "aac", true, []string{"-c:v", "libx264", "-c:a", "aac"}},
	{"fast.mp4", "mov", "aac", true, []string{"-c:v", "libx264", "-c:a", "aac", "-movflags", "faststart"}},
	{"fragmented.mp4", "mov", "aac", true, []string{"-c:v", "libx264", "-c:a", "aac", "-movflags", "frag_keyframe+empty_moov+delay_moov"}},
	{"alac.mov", "mov", "alac", true, []string{"-c:v", "libx264", "-c:a", "alac"}},
	{"film.webm", "matroska", "opus", true, []string{"-c:v", "libvpx", "-c:a", "libopus"}},
	{"film.mkv", "matroska", "vorbis", true, []string{"-c:v", "libx264", "-c:a", "libvorbis"}},
	{"ac3.mkv", "matroska", "ac3", true, []string{"-c:v", "libx264", "-c:a", "ac3"}},
	{"film.ts", "mpegts", "aac", true, []string{"-c:v", "libx264", "-c:a", "aac"}},
	{"film.avi", "avi", "mp3", true, []string{"-c:v", "mpeg4", "-c:a", "libmp3lame"}},
	{"pcm.avi", "avi", "pcm_s16le", true, []string{"-c:v", "mpeg4", "-c:a", "pcm_s16le"}},
	{"vbr.mp3", "mp3", "mp3", false, []string{"-q:a", "4"}},
	{"pcm.wav", "wav", "pcm_s16le", false, nil},
	{"adpcm.wav", "wav", "adpcm_ms", false, []string{"-c:a", "adpcm_ms", "-b:a", "388537"}},
	{"lossless.flac", "flac", "flac", false, nil},
	{"opus.ogg", "ogg", "opus", false, []string{"-c:a", "libopus"}},
	{"vorbis.ogg", "ogg", "vorbis", false, []string{"-c:a", "libvorbis"}},
	{"raw.aac", "aac", "aac", false, nil},
}

func TestEveryAdmittedFormatIsReadAndSought(t *testing.T) {
	for _, f := range admitted {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			args := []string{"-f", "lavfi", "-i", marks}
			if f.film {
				args = append(args, picture...)
			}
			args = append(append(args, f.args...), "-ac", "2", "-t", "20")
			src := open(t, encode(t, f.name, args...))

			info, err := tools.Probe(t.Context(), src)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(info.Format, f.format) || !info.HasAudio || info.AudioCodec != f.codec {
				t.Errorf("probed %+v, want %s with %s", info, f.format, f.codec)
			}
			if d := info.Duration; d < 19900*time.Millisecond || d > 20200*time.Millisecond {
				t.Errorf("duration %v of a film of 20 s", d)
			}

			whole, err := tools.Decode(t.Context(), src, media.Window{Limit: time.Minute})
			if err != nil {
				t.Fatal(err)
			}
			if d := length(whole); d < 19900*time.Millisecond || d > 20200*time.Millisecond {
				t.Errorf("decoded %v of 20 s", d)
			}
			if d, err := tools.Measure(t.Context(), src, time.Minute); err != nil || d != length(whole) {
				t.Errorf("measured %v, %v; decoded %v", d, err, length(whole))
			}
			var copied bytes.Buffer
			err = tools.Copy(t.Context(), src, time.Minute, &copied)
			if want, _ := binary.Append(nil, binary.LittleEndian, whole); err != nil || !bytes.Equal(copied.Bytes(), want) {
				t.Errorf("copied %d bytes, %v; decoded %d", copied.Len(), err, len(want))
			}
			// Two windows over the same place put its sound at the same time.
			for _, from := range []time.Duration{2300 * time.Millisecond, 10 * time.Second} {
				part, err := tools.Decode(t.Context(), src, media.Window{From: from, To: from + 4*time.Second, Limit: time.Minute, Places: info.Places})
				if err != nil {
					t.Fatal(err)
				}
				if length(part) != 4*time.Second {
					t.Errorf("a window of 4 s has %v", length(part))
				}
				in := offset(t, whole, from+time.Second, from+time.Second)
				out := offset(t, part, time.Second, from+time.Second)
				if d := (in - out).Abs(); d > 10*time.Millisecond {
					t.Errorf("at %v a window disagrees with the whole by %v", from, d)
				}
				if in.Abs() > 60*time.Millisecond {
					t.Errorf("at %v the sound is %v late", from, in)
				}
			}
		})
	}
}
