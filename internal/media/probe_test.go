package media

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// testdata has what ffprobe 5.1.9 printed for real files, with probeArgs.
func recorded(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestWhatFilesSayOfThemselves(t *testing.T) {
	const mov = "mov,mp4,m4a,3gp,3g2,mj2"
	for name, c := range map[string]struct {
		said string
		want Info
	}{
		"sample.mp4": {"", Info{mov, 31875 * time.Millisecond, true, "aac", 1, 16000, "", 0}},
		"silent.mp4": {"", Info{mov, 5 * time.Second, false, "", 0, 0, "", 0}},
		// The second track is the default one.
		"tracks.mkv": {"", Info{"matroska,webm", 5026 * time.Millisecond, true, "opus", 1, 48000, "", 0}},
		// A cover is not a picture that moves.
		"cover.mp3": {"", Info{"mp3", 5041633 * time.Microsecond, true, "mp3", 1, 44100, "", 0}},
		// The picture starts at 1.5 s of the stream's clock and ends at 9.5, the sound ends 6 µs before.
		"late.ts":    {"", Info{"mpegts", 8 * time.Second, true, "mp2", 1, 44100, "", 0}},
		"piped.flac": {"", Info{"flac", 0, true, "flac", 1, 44100, "", 0}},
		"raw.aac":    {"[aac] Estimating duration from bitrate, this may be inaccurate", Info{"aac", 0, true, "aac", 1, 44100, "", 0}},
	} {
		info, err := parseProbe(recorded(t, name), c.said, false)
		if err != nil || (info.Duration-c.want.Duration).Abs() > 10*time.Microsecond {
			t.Errorf("%s: %v, %v; want %v", name, info.Duration, err, c.want.Duration)
		}
		if info.Duration, info.start = c.want.Duration, 0; info != c.want {
			t.Errorf("%s: %+v, want %+v", name, info, c.want)
		}
	}
}

func TestOutputThatIsNoAnswer(t *testing.T) {
	for out, want := range map[string]error{
		`{"format":{"format_name":"mov"},"streams":[]}`:                                          ErrNotMedia,
		`{"format":{"format_name":"mov"},"streams":[{"codec_type":"subtitle"}]}`:                 ErrNotMedia,
		`{"format":{"format_name":"mp3"},"streams":[{"codec_type":"audio","codec_name":"mp3"}]}`: ErrNotMedia,
		`{"format":{"format_name":"mp3"},"streams":[{"codec_type":"audio","sample_rate":"0"}]}`:  ErrNotMedia,
		`{"format":{}}`: nil,
		`{"for`:         nil, // the program broke off: another time it may not
		``:              nil,
	} {
		info, err := parseProbe([]byte(out), "", false)
		if err == nil || want != nil && !errors.Is(err, want) || want == nil && errors.Is(err, ErrNotMedia) {
			t.Errorf("%s: %+v, %v; want %v", out, info, err, want)
		}
	}
}

func TestDurationsThatMakeNoSense(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"1.5": 1500 * time.Millisecond, "N/A": 0, "": 0, "NaN": 0, "+Inf": 0, "1e300": 0, "-9223372036854.775807": 0, "-2": 0,
	} {
		out := `{"format":{"format_name":"mov","duration":"` + text + `"},"streams":[{"codec_type":"video"}]}`
		info, err := parseProbe([]byte(out), "", false)
		if err != nil || info.Duration != want {
			t.Errorf("%q: %v, %v; want %v", text, info.Duration, err, want)
		}
	}
}

func TestFragmentsCountFromAnotherDay(t *testing.T) {
	const broadcast = `{"format":{"format_name":"mov","start_time":"1700000000.0","duration":"1700000150.4"},"streams":[
		{"codec_type":"video","start_time":"1700000000.4","duration":"1700000150.0"},
		{"codec_type":"audio","sample_rate":"48000","start_time":"1700000000.0","duration":"1700000150.4"}]}`
	info, err := parseProbe([]byte(broadcast), "", true)
	if want := 150400 * time.Millisecond; err != nil || (info.Duration-want).Abs() > time.Microsecond {
		t.Errorf("%v, %v; want %v", info.Duration, err, want)
	}
}

func FuzzParseProbe(f *testing.F) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) == 0 {
		f.Fatalf("no recorded outputs: %v", err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, out []byte) {
		info, err := parseProbe(out, "", len(out)%2 == 0)
		if err != nil {
			if info != (Info{}) {
				t.Errorf("%+v beside %v", info, err)
			}
			return
		}
		if info.Format == "" || info.Duration < 0 || info.Channels < 0 || info.SampleRate < 0 {
			t.Errorf("%+v", info)
		}
		if !info.HasAudio && (info.AudioCodec != "" || info.Channels != 0) {
			t.Errorf("sound that is none: %+v", info)
		}
	})
}
