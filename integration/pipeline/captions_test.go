package pipeline

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cuepipe/cuepipe/integration/person"
	"github.com/cuepipe/cuepipe/integration/recogniser/recording"
	"github.com/cuepipe/cuepipe/internal/caption"
	"github.com/cuepipe/cuepipe/internal/speech/speechtest"
	"github.com/cuepipe/cuepipe/internal/video"
)

// said returns what is said in a recording.
func said(t *testing.T, name string) string {
	t.Helper()
	texts, err := recording.Said()
	if err != nil || texts[name] == "" {
		t.Fatalf("what is said in %s: %v", name, err)
	}
	return texts[name]
}

// understood wants the VTT track to say it, but for a share of the words.
func understood(t *testing.T, vtt, want string, share float64) {
	t.Helper()
	track, err := caption.ReadVTT(strings.NewReader(vtt))
	if err != nil {
		t.Fatalf("the track is no WebVTT: %v\n%s", err, vtt)
	}
	var lines []string
	for _, c := range track.Cues {
		lines = append(lines, c.Lines...)
	}
	ref, hyp := speechtest.Normalise(want), speechtest.Normalise(strings.Join(lines, " "))
	if errs := speechtest.Errors(ref, hyp); float64(errs) > share*float64(len(ref)) {
		t.Errorf("%d of %d words are wrong:\n%s", errs, len(ref), vtt)
	}
	if findings := caption.Check(track.Cues, caption.Default()); len(findings) > 0 {
		t.Errorf("the cues break the rules: %v", findings)
	}
}

// A video goes in, captions come out; and when it is deleted nothing is left.
func TestAVideoIsCaptioned(t *testing.T) {
	t.Parallel()
	p := person.New(t, deployed)
	file := person.Film(t, "jfk.wav")
	v := p.Create("speech.mp4", "video/mp4", len(file))
	if v.Status != "pending" || !strings.Contains(v.Upload.URL, "X-Amz-Expires=900") {
		t.Errorf("created %+v", v)
	}
	if got := p.Refused(409, "POST", "/v1/videos/"+v.ID+"/complete"); got.Code != "not_uploaded" {
		t.Errorf("complete before the upload: %+v", got)
	}
	if status := p.Put(v, file); status != 200 {
		t.Fatalf("PUT: %d", status)
	}
	if status := p.Put(v, file); status != 412 {
		t.Errorf("a second PUT: %d, want 412", status)
	}
	p.Want(202, "POST", "/v1/videos/"+v.ID+"/complete", nil)
	v = p.End(v.ID, video.Ready, "")
	if v.Duration < 10.9 || v.Duration > 11.5 || v.Progress.Done != 1 || v.Progress.Total != 1 || len(v.Tracks) != 1 {
		t.Fatalf("ready: %+v", v)
	}
	track := v.Tracks[0]
	if track.Name != "en" || track.Kind != "machine" || track.Engine == "" || track.Cues < 2 {
		t.Errorf("track: %+v", track)
	}
	vtt, contentType := p.Track(track.Formats["vtt"])
	if contentType != "text/vtt; charset=utf-8" {
		t.Errorf("vtt is %q", contentType)
	}
	understood(t, vtt, said(t, "jfk.wav"), 0.05)
	for _, f := range caption.Formats() {
		written, contentType := p.Track(track.Formats[f.Name])
		if contentType != f.ContentType {
			t.Errorf("%s is %q", f.Name, contentType)
		}
		if f.Read == nil {
			continue
		}
		if read, err := f.Read(strings.NewReader(written)); err != nil || len(read.Cues) != track.Cues {
			t.Errorf("%s: %d of %d cues, %v", f.Name, len(read.Cues), track.Cues, err)
		}
	}
	report, contentType := p.Track(track.Formats["report"])
	if contentType != "application/json" || !strings.Contains(report, `"findings":[]`) {
		t.Errorf("the report is %q: %s", contentType, report)
	}
	if got := deployed.ObjectsOf(t, v.ID); len(got) != 2+len(caption.Formats())+1 { // source, one part, the formats, the report
		t.Errorf("stored: %v; want the source, the words, a file of each format and the report", got)
	}
	p.Want(204, "DELETE", "/v1/videos/"+v.ID, nil)
	p.Refused(404, "GET", "/v1/videos/"+v.ID)
	if got := deployed.ObjectsOf(t, v.ID); len(got) != 0 {
		t.Errorf("after the delete there are still %v", got)
	}
	if _, _, list := p.Call("GET", "/v1/videos", nil); strings.Contains(string(list), v.ID) {
		t.Errorf("it is still listed: %s", list)
	}
}

func TestTheSample(t *testing.T) {
	t.Parallel()
	p := person.New(t, deployed)
	file, err := os.ReadFile(filepath.Join(root, "samples", "sample.mp4"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(root, "samples", "sample.txt"))
	if err != nil {
		t.Fatal(err)
	}
	v := p.End(p.Upload("sample.mp4", "video/mp4", file).ID, video.Ready, "")
	vtt, _ := p.Track(v.Tracks[0].Formats["vtt"])
	understood(t, vtt, string(text), 0.10)
}

// Two at once do not get in each other's way, and each owner sees their own.
func TestTwoUploadsAtOnce(t *testing.T) {
	t.Parallel()
	owners := []person.Person{person.New(t, deployed), person.New(t, deployed)}
	clips := []string{"jfk.wav", "beckett.wav"}
	var ids []string
	for i, p := range owners {
		ids = append(ids, p.Upload(clips[i]+".mp4", "video/mp4", person.Film(t, clips[i])).ID)
	}
	for i, p := range owners {
		v := p.End(ids[i], video.Ready, "")
		vtt, _ := p.Track(v.Tracks[0].Formats["vtt"])
		understood(t, vtt, said(t, clips[i]), 0.05)
		if _, _, list := p.Call("GET", "/v1/videos", nil); !strings.Contains(string(list), ids[i]) || strings.Contains(string(list), ids[1-i]) {
			t.Errorf("%s lists %s", clips[i], list)
		}
	}
}

// What cannot be captioned ends with the reason.
func TestEndsWithoutCaptions(t *testing.T) {
	for _, c := range []struct {
		name   string
		file   func(t *testing.T) []byte
		status video.Status
		code   string
	}{
		{"a text named mp4", func(*testing.T) []byte { return []byte("This is not a video, whatever its name says.\n") }, video.Failed, "not_media"},
		{"a playlist that names a file", func(*testing.T) []byte {
			return []byte("#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n")
		}, video.Failed, "not_media"},
		{"no sound", func(t *testing.T) []byte {
			return person.FFmpeg(t, "-f", "lavfi", "-i", "testsrc=d=2:s=320x180:r=10", "-c:v", "libx264", "-preset", "ultrafast")
		}, video.Uncaptioned, "no_audio"},
		{"silence", func(t *testing.T) []byte {
			return person.FFmpeg(t, "-f", "lavfi", "-i", "anullsrc=r=44100:cl=stereo", "-t", "5", "-c:a", "aac")
		}, video.Uncaptioned, "no_speech"},
		{"music", func(t *testing.T) []byte {
			return person.FFmpeg(t, "-f", "lavfi", "-i", "sine=f=440:d=5", "-f", "lavfi", "-i", "sine=f=660:d=5", "-filter_complex", "amix", "-c:a", "aac")
		}, video.Uncaptioned, "no_speech"},
		{"a little German", func(t *testing.T) []byte { return person.Film(t, "aen_de.mp3", "-t", "15") }, video.Uncaptioned, "language_uncertain"},
		{"German", func(t *testing.T) []byte { return person.Film(t, "aen_de.mp3", "-t", "20") }, video.Uncaptioned, "language_uncertain"},
		{"too long", func(t *testing.T) []byte {
			flac := person.FFmpeg(t, "-f", "lavfi", "-i", "anullsrc=r=8000:cl=mono", "-t", "1", "-c:a", "flac", "-f", "flac")
			copy(flac[8+13:], []byte{flac[8+13] | 0x0f, 0xff, 0xff, 0xff, 0xff}) // samples in all, by its header: 99 days
			return flac
		}, video.Failed, "too_long"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := person.New(t, deployed)
			v := p.End(p.Upload("film.mp4", "video/mp4", c.file(t)).ID, c.status, c.code)
			if len(v.Failure.Message) < 40 || len(v.Tracks) != 0 {
				t.Errorf("%+v", v)
			}
			if got := p.Refused(404, "GET", "/v1/videos/"+v.ID+"/captions/en.vtt"); got.Code != "no_such_track" || !strings.Contains(got.Detail, v.Failure.Message) {
				t.Errorf("its captions: %+v", got)
			}
		})
	}
}
