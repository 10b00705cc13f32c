package decoder

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/media"
)

var tone = []string{"-f", "lavfi", "-i", "sine=440"}

// secret is a sound file that lies on this machine and that no upload may
// reach.
func secret(t *testing.T) string {
	t.Helper()
	return encode(t, "secret.wav", append(tone, "-t", "3")...)
}

func TestWhatIsNoMediaIsSaidToBeNone(t *testing.T) {
	good := read(t, encode(t, "good.mp4", append(append(tone, picture...), "-t", "5")...))
	index := bytes.Index(good, []byte("moov"))
	noise := bytes.Repeat([]byte("Four score and seven years ago our fathers brought forth.\n"), 5000)
	hidden := secret(t)
	cases := map[string][]byte{
		"empty.mp4":          {},
		"text.mp4":           noise,
		"short.mp4":          []byte("hello\n"),
		"without index.mp4":  good[:index-4],
		"half an index.mp4":  good[:index+200],
		"picture.mp4":        read(t, encode(t, "p.png", "-f", "lavfi", "-i", "testsrc", "-frames:v", "1")),
		"hls.mp4":            []byte("#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\nfile://" + hidden + "\n#EXT-X-ENDLIST\n"),
		"hls relative.mp4":   []byte("#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\n" + hidden + "\n#EXT-X-ENDLIST\n"),
		"concat.mp4":         []byte("ffconcat version 1.0\nfile '" + hidden + "'\n"),
		"sdp.mp4":            []byte("v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=audio 5004 RTP/AVP 0\n"),
		"subtitles.mp4":      []byte("WEBVTT\n\n00:00.000 --> 00:02.000\nhello\n"),
		"zeros.mp4":          make([]byte, 1<<20),
		"riff and no more":   []byte("RIFF\x24\x00\x00\x00WAVE"),
		"ogg page and noise": append([]byte("OggS\x00\x02"), noise...),
	}
	for name, content := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			src := open(t, write(t, "upload", content))
			info, err := tools.Probe(t.Context(), src)
			if !errors.Is(err, media.ErrNotMedia) {
				t.Errorf("probe: %+v, %v; want %v", info, err, media.ErrNotMedia)
			}
			if err != nil && strings.Contains(err.Error(), "127.0.0.1") {
				t.Errorf("the error gives the server's address away: %v", err)
			}
			pcm, err := tools.Decode(t.Context(), src, media.Window{Limit: time.Minute})
			if !errors.Is(err, media.ErrNotMedia) || pcm != nil {
				t.Errorf("decode: %d samples, %v; want %v", len(pcm), err, media.ErrNotMedia)
			}
			if d, err := tools.Measure(t.Context(), src, time.Minute); !errors.Is(err, media.ErrNotMedia) {
				t.Errorf("measure: %v, %v; want %v", d, err, media.ErrNotMedia)
			}
		})
	}
}

// The same playlists with Debian's ffmpeg, which has every format and protocol
// compiled in: here the whitelists alone must hold.
func TestWhitelistsHoldWithAnFFmpegThatCanOpenEverything(t *testing.T) {
	probe := filepath.Join(filepath.Dir(encoder), "ffprobe")
	everything := media.Tools{FFmpeg: encoder, FFprobe: probe}
	hidden := secret(t)
	if _, err := everything.Probe(t.Context(), open(t, hidden)); err != nil {
		t.Fatalf("the file itself: %v", err)
	}
	for _, list := range []string{
		"#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\nfile://" + hidden + "\n#EXT-X-ENDLIST\n",
		"ffconcat version 1.0\nfile 'file:" + hidden + "'\n",
	} {
		src := open(t, write(t, "film.mp4", []byte(list)))
		if info, err := everything.Probe(t.Context(), src); !errors.Is(err, media.ErrNotMedia) {
			t.Errorf("probe of %.10q: %+v, %v", list, info, err)
		}
		if pcm, err := everything.Decode(t.Context(), src, media.Window{Limit: time.Minute}); !errors.Is(err, media.ErrNotMedia) {
			t.Errorf("decode of %.10q: %d samples, %v", list, len(pcm), err)
		}
	}
}

func TestABombEndsAtTheLimit(t *testing.T) {
	bomb := open(t, encode(t, "bomb.flac", "-f", "lavfi", "-i", "anullsrc=r=8000:cl=mono", "-t", "10800", "-frame_size", "32768"))
	if pcm := int64(10800 * 32000); bomb.Size() > pcm/500 {
		t.Fatalf("the bomb of three hours has %d bytes: it is none", bomb.Size())
	}
	pcm, err := tools.Decode(t.Context(), bomb, media.Window{Limit: 15 * time.Minute})
	if !errors.Is(err, media.ErrTooLong) || pcm != nil {
		t.Errorf("decoded %v, %v; want %v", length(pcm), err, media.ErrTooLong)
	}
	if d, err := tools.Measure(t.Context(), bomb, 15*time.Minute); !errors.Is(err, media.ErrTooLong) {
		t.Errorf("measured %v, %v; want %v", d, err, media.ErrTooLong)
	}
	pcm, err = tools.Decode(t.Context(), bomb, media.Window{From: time.Hour, To: time.Hour + time.Minute, Limit: 15 * time.Minute})
	if err != nil || length(pcm) != time.Minute {
		t.Errorf("a window of a minute: %v, %v", length(pcm), err)
	}
}

// Where a format has times, what follows the damage stays in its place. An mp3
// has none: what is missing there makes it shorter, in players too.
func TestDamageInTheMiddleCostsOnlyWhatWasDamaged(t *testing.T) {
	for _, name := range []string{"film.mp3", "film.ts", "film.mkv", "fast.mp4"} {
		places := []time.Duration{3 * time.Second, 17 * time.Second}
		args := append([]string{"-f", "lavfi", "-i", marks}, "-t", "20", "-c:a", "aac")
		switch name {
		case "film.mp3":
			args[len(args)-1], places = "libmp3lame", places[:1]
		case "fast.mp4":
			args = append(args, "-movflags", "faststart")
		}
		content := read(t, encode(t, name, args...))
		middle := len(content) / 2
		for i := range content[middle : middle+len(content)/20] {
			content[middle+i] = byte(i * 7)
		}
		pcm, err := tools.Decode(t.Context(), open(t, write(t, name, content)), media.Window{Limit: time.Minute})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if d := length(pcm); d < 18500*time.Millisecond || d > 21*time.Second {
			t.Errorf("%s: decoded %v of 20 s", name, d)
			continue
		}
		for _, at := range places {
			if late := offset(t, pcm, at, at); late.Abs() > 60*time.Millisecond {
				t.Errorf("%s: the sound at %v is %v late", name, at, late)
			}
		}
	}
}

func TestACutFileGivesWhatIsThere(t *testing.T) {
	content := read(t, encode(t, "cut.mp4", append(tone, "-t", "20", "-c:a", "aac", "-movflags", "faststart")...))
	src := open(t, write(t, "cut.mp4", content[:len(content)/2]))
	pcm, err := tools.Decode(t.Context(), src, media.Window{Limit: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	if d := length(pcm); d < 7*time.Second || d > 12*time.Second {
		t.Errorf("decoded %v of the first half of 20 s", d)
	}
}

// An index that says 1 s or 10 h of a film of 5 s.
func TestADurationThatLiesLosesNoSound(t *testing.T) {
	content := read(t, encode(t, "film.mp4", append(tone, "-t", "5", "-c:a", "aac")...))
	for _, claim := range []uint32{1000, 36_000_000} { // the movie header counts milliseconds
		lying := bytes.Clone(content)
		header := bytes.Index(lying, []byte("mvhd"))
		binary.BigEndian.PutUint32(lying[header+4+16:], claim)
		src := open(t, write(t, "film.mp4", lying))
		info, err := tools.Probe(t.Context(), src)
		if err != nil || !info.HasAudio {
			t.Fatalf("claim %d: %+v, %v", claim, info, err)
		}
		if d := info.Duration; d < 4900*time.Millisecond || d > 5100*time.Millisecond {
			t.Errorf("claim %d ms: probed %v, the index of the sound says 5 s", claim, d)
		}
		pcm, err := tools.Decode(t.Context(), src, media.Window{Limit: time.Minute})
		if d := length(pcm); err != nil || d < 4900*time.Millisecond || d > 5100*time.Millisecond {
			t.Errorf("claim %d ms: decoded %v, %v", claim, d, err)
		}
	}
}

// A film of two hours, from a source that never answers after its head: the
// end of the context ends everything that was started for it.
func TestTheEndOfTheContextLeavesNothingBehind(t *testing.T) {
	src := open(t, encode(t, "long.wav", append(tone, "-t", "600")...))
	ctx, cancel := context.WithCancel(t.Context())
	stuck := &stalling{FileSource: src, after: 4 << 20, stalled: cancel}
	pcm, err := tools.Decode(ctx, stuck, media.Window{Limit: time.Hour})
	if !errors.Is(err, context.Canceled) || pcm != nil {
		t.Errorf("%d samples, %v; want %v", len(pcm), err, context.Canceled)
	}
	if left := children(t); len(left) > 0 {
		t.Errorf("these processes are left: %v", left)
	}
}

// children lists the processes that this one has started and not waited for.
func children(t *testing.T) []string {
	t.Helper()
	var left []string
	tasks, err := filepath.Glob("/proc/self/task/*/children")
	if err != nil || len(tasks) == 0 {
		t.Fatalf("this system does not list child processes: %v", err)
	}
	for _, task := range tasks {
		b, err := os.ReadFile(task)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		left = append(left, strings.Fields(string(b))...)
	}
	return left
}
