package pipeline

import (
	"bytes"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/cuepipe/cuepipe/integration/person"
	"github.com/cuepipe/cuepipe/integration/recogniser/recording"
	"github.com/cuepipe/cuepipe/internal/caption"
	"github.com/cuepipe/cuepipe/internal/video"
)

// The stage under test cuts films every 30 seconds.

// storedOnce wants a ready video's source, parts and tracks, each once, of one
// generation.
func storedOnce(t *testing.T, id string, generation int) {
	t.Helper()
	count := map[string]int{}
	parts := 0
	for _, o := range deployed.ObjectsOf(t, id) {
		key, _, _ := strings.Cut(o, " ")
		name := strings.TrimPrefix(key, fmt.Sprintf("videos/%s/%d/", id, generation))
		if strings.HasPrefix(name, "uploads/") {
			name = "source"
		}
		if n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(name, "segments/"), ".json")); err == nil {
			parts = max(parts, n+1)
			name = "part"
		}
		count[name]++
	}
	wanted := map[string]int{"source": 1, "part": parts, "en.report": 1}
	for _, f := range caption.Formats() {
		wanted["en."+f.Name] = 1
	}
	for name, want := range wanted {
		if count[name] != want || parts == 0 {
			t.Errorf("stored: %v, want %d of %s", count, want, name)
		}
		delete(count, name)
	}
	if len(count) != 0 {
		t.Errorf("stored as well: %v", count)
	}
}

// long makes a film of a recording, so many times over.
func long(t *testing.T, name string, times int, args ...string) []byte {
	t.Helper()
	path, err := recording.Path(name)
	if err != nil {
		t.Fatal(err)
	}
	return person.FFmpeg(t, append([]string{"-f", "lavfi", "-i", "color=c=navy:s=320x180:r=10", "-stream_loop", strconv.Itoa(times - 1), "-i", path,
		"-map", "0:v", "-map", "1:a", "-shortest", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"}, args...)...)
}

func TestAFilmOfSeveralSegments(t *testing.T) {
	t.Parallel()
	p := person.New(t, deployed)
	v := p.Upload("film.mp4", "video/mp4", long(t, "sonnet001.mp3", 2))
	partial := "/v1/videos/" + v.ID + "/captions/en.vtt?partial=true"
	some := 0
	end := p.Until(v.ID, "at its end", func(at person.Video) bool {
		if at.Status == string(video.Captioning) {
			if at.Progress == nil || at.Progress.Total != 4 || at.Progress.Done > 4 {
				t.Errorf("progress: %+v, want 4 segments", at.Progress)
			}
			status, header, b := p.Call("GET", partial, nil)
			if status != 200 {
				t.Errorf("early captions: %d %s", status, b)
			}
			if strings.HasPrefix(header.Get("Cuepipe-Partial"), "until=") && bytes.Contains(b, []byte("-->")) {
				some++
			}
		}
		return at.Ended()
	})
	if end.Status != string(video.Ready) || some == 0 {
		t.Fatalf("it ended as %s; early captions were seen %d times", end.Status, some)
	}
	vtt, _ := p.Track(end.Tracks[0].Formats["vtt"])
	once := said(t, "sonnet001.mp3")
	understood(t, vtt, once+" "+once, 0.08)
	if status, header, b := p.Call("GET", partial, nil); status != 200 || header.Get("Cuepipe-Partial") != "" || string(b) != vtt {
		t.Errorf("asked for early captions, a ready video answers %d, %q", status, header.Get("Cuepipe-Partial"))
	}
	storedOnce(t, v.ID, 1)
}

// A file that does not say how long it is, and is longer than a segment.
func TestAFilmOfUnknownLength(t *testing.T) {
	t.Parallel()
	p := person.New(t, deployed)
	path, err := recording.Path("sonnet001.mp3")
	if err != nil {
		t.Fatal(err)
	}
	// Live recordings: Matroska without an index and without a duration.
	file := filepath.Join(t.TempDir(), "live.mkv")
	live, err := exec.Command("ffmpeg", "-v", "error", "-stream_loop", "1", "-i", path, "-c:a", "libvorbis", "-live", "1", "-f", "matroska", "pipe:1").Output()
	if err != nil {
		t.Fatalf("make %s: %v", file, err)
	}
	v := p.Upload("live.mkv", "video/x-matroska", live)
	end := p.End(v.ID, video.Ready, "")
	if end.Duration < 100 || end.Duration > 115 {
		t.Errorf("its duration is %v s, want about 107", end.Duration)
	}
	vtt, _ := p.Track(end.Tracks[0].Formats["vtt"])
	once := said(t, "sonnet001.mp3")
	// Of Vorbis, in segments of half a minute, more of its old words are misheard.
	understood(t, vtt, once+" "+once, 0.1)
	storedOnce(t, v.ID, 1)
}

func TestRetry(t *testing.T) {
	t.Parallel()
	p := person.New(t, deployed)
	v := p.Upload("film.mp4", "video/mp4", person.Film(t, "jfk.wav"))
	first := p.End(v.ID, video.Ready, "")
	before, _ := p.Track(first.Tracks[0].Formats["vtt"])
	if got := p.Want(202, "POST", "/v1/videos/"+v.ID+"/retry", nil); got.Status != string(video.Queued) || len(got.Tracks) != 0 {
		t.Errorf("after retry: %+v", got)
	}
	again := p.End(v.ID, video.Ready, "")
	if after, _ := p.Track(again.Tracks[0].Formats["vtt"]); after != before {
		t.Errorf("the same film has other captions:\n%s\n%s", before, after)
	}
	stored := strings.Join(deployed.ObjectsOf(t, v.ID), "\n")
	if !strings.Contains(stored, "/2/en.vtt") {
		t.Errorf("stored: %s", stored)
	}
}

// The object under a video's key is replaced while it is captioned: the
// captions are those of the new one.
func TestAReplacedObject(t *testing.T) {
	t.Parallel()
	p := person.New(t, deployed)
	v := p.Upload("film.mp4", "video/mp4", person.Film(t, "sonnet001.mp3"))
	p.Until(v.ID, "in work", func(at person.Video) bool { return at.Status == string(video.Captioning) })
	key := deployed.StoredVersion(t, v.ID).Key
	if _, err := deployed.S3.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String(deployed.Output("UploadsBucket")), Key: key,
		Body: bytes.NewReader(person.Film(t, "jfk.wav"))}); err != nil {
		t.Fatal(err)
	}
	p.Until(v.ID, "replaced", func(person.Video) bool {
		return strings.Contains(strings.Join(deployed.ObjectsOf(t, v.ID), " "), "/2/en.vtt")
	})
	end := p.End(v.ID, video.Ready, "")
	vtt, _ := p.Track(end.Tracks[0].Formats["vtt"])
	understood(t, vtt, said(t, "jfk.wav"), 0.08)
}

// Deleted in the middle of the work, a video leaves nothing, also when all its
// late workers are done.
func TestADeleteWhileCaptioning(t *testing.T) {
	t.Parallel()
	p := person.New(t, deployed)
	v := p.Upload("film.mp4", "video/mp4", long(t, "sonnet001.mp3", 2))
	p.Until(v.ID, "heard", func(at person.Video) bool { return at.Progress != nil && at.Progress.Heard > 0 })
	p.Want(204, "DELETE", "/v1/videos/"+v.ID, nil)
	if got := deployed.ObjectsOf(t, v.ID); slices.ContainsFunc(got, func(o string) bool { return !strings.HasPrefix(o, "videos/") }) {
		t.Errorf("right after the delete: %v", got)
	}
	p.Refused(404, "GET", "/v1/videos/"+v.ID)
	deployed.Drained(t)
	if got := deployed.ObjectsOf(t, v.ID); len(got) != 0 {
		t.Errorf("left after all workers are done: %v", got)
	}
}
