// Package faults tests the deployed stack while its functions' calls of S3, SQS
// and DynamoDB are disturbed, and while they are killed: whatever happens, a
// video ends as it would have without, with the same bytes, once.
//
// Its rules are for its own videos only, so that it runs beside the other
// packages that use the stage. A captioner that is killed may have had messages
// of others in its batch; those come again after 36 seconds.
package faults

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/integration/faultproxy"
	"github.com/cuepipe/cuepipe/integration/person"
	"github.com/cuepipe/cuepipe/integration/recogniser/recording"
	"github.com/cuepipe/cuepipe/integration/stack"
	"github.com/cuepipe/cuepipe/internal/video"
)

var (
	deployed *stack.Stack
	proxy    faultproxy.Client
)

func TestMain(m *testing.M) {
	flag.Parse()
	if err := prepare(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func prepare() (err error) {
	if deployed, err = stack.Load(); err != nil {
		return err
	}
	if deployed.FaultProxy == "" {
		return fmt.Errorf("no fault proxy stands before this stage: these tests are for stage test")
	}
	proxy.URL = deployed.FaultProxy
	if _, err := recording.Path("refs.tsv"); err != nil {
		return err
	}
	if _, err := exec.LookPath("ffmpeg"); err != nil {
		return fmt.Errorf("ffmpeg is missing, which makes the test videos: run tools/fetch/test-packages.sh")
	}
	// These tests wait more than they work, most for a message that comes again.
	return flag.Set("test.parallel", "8")
}

// A film is a file, and what becomes of it when nothing disturbs its way.
type film struct {
	file     []byte
	status   video.Status
	code     string
	segments int
	texts    map[string]string // by format
	stored   []string          // names of the objects, as stored returns them
}

// films makes each film when it is asked for. The stage under test cuts them
// every 30 seconds.
var films = map[string]func(*testing.T) []byte{
	"jfk":     func(t *testing.T) []byte { return person.Film(t, "jfk.wav") },
	"beckett": func(t *testing.T) []byte { return person.Film(t, "beckett.wav") },
	"sonnet":  func(t *testing.T) []byte { return person.Film(t, "sonnet001.mp3") }, // two segments
	// Three segments, with little speech in each, for those who need many.
	"clips": func(t *testing.T) []byte {
		var args []string
		for _, name := range []string{"jfk.wav", "beckett.wav", "jfk.wav"} {
			path, err := recording.Path(name)
			if err != nil {
				t.Fatal(err)
			}
			args = append(args, "-i", path)
		}
		return person.FFmpeg(t, append(args, "-filter_complex",
			"[0]aresample=16000,apad=pad_dur=27[a];[1]aresample=16000,apad=pad_dur=30[b];[2]aresample=16000[c];[a][b][c]concat=n=3:v=0:a=1", "-c:a", "aac")...)
	},
	"sonnets": func(t *testing.T) []byte { // four
		path, err := recording.Path("sonnet001.mp3")
		if err != nil {
			t.Fatal(err)
		}
		return person.FFmpeg(t, "-stream_loop", "1", "-i", path, "-c:a", "aac")
	},
	"a German lecture": func(t *testing.T) []byte { return person.Film(t, "aen_de.mp3", "-t", "20") },
	"a minute of silence": func(t *testing.T) []byte {
		return person.FFmpeg(t, "-f", "lavfi", "-i", "anullsrc=r=44100:cl=stereo", "-t", "60", "-c:a", "aac")
	},
	"no sound": func(t *testing.T) []byte {
		return person.FFmpeg(t, "-f", "lavfi", "-i", "testsrc=d=2:s=320x180:r=10", "-c:v", "libx264", "-preset", "ultrafast")
	},
	"no media": func(*testing.T) []byte { return []byte("This is not a video, whatever its name says.\n") },
}

type reference struct {
	once sync.Once
	film *film
}

var references = map[string]*reference{}

func init() {
	for name := range films {
		references[name] = &reference{}
	}
}

// undisturbed sends a film its way, once in all tests, and returns what became
// of it.
func undisturbed(t *testing.T, name string) film {
	t.Helper()
	r := references[name]
	r.once.Do(func() {
		p := person.New(t, deployed)
		f := film{file: films[name](t), texts: map[string]string{}}
		v := p.Upload("film.mp4", "video/mp4", f.file)
		v = p.Until(v.ID, "at its end", person.Video.Ended)
		f.status = video.Status(v.Status)
		if v.Failure != nil {
			f.code = v.Failure.Code
		}
		if v.Progress != nil {
			f.segments = v.Progress.Total
		}
		f.texts, f.stored = texts(p, v), stored(t, v.ID)
		r.film = &f
	})
	if r.film == nil {
		t.Fatalf("%s did not come to its end without faults", name)
	}
	return *r.film
}

// texts fetches all formats of a video's one track.
func texts(p person.Person, v person.Video) map[string]string {
	p.T.Helper()
	found := map[string]string{}
	for _, track := range v.Tracks {
		for format, path := range track.Formats {
			if _, double := found[format]; double {
				p.T.Errorf("there is a second track in %s", format)
			}
			found[format], _ = p.Track(path)
		}
	}
	return found
}

// stored names what is stored of a video, each version once, without what
// differs from one video to the next.
func stored(t *testing.T, id string) []string {
	t.Helper()
	var names []string
	for _, o := range deployed.ObjectsOf(t, id) {
		key, _, _ := strings.Cut(o, " ")
		if _, ok := video.IDOfSource(key); ok {
			key = "source"
		}
		names = append(names, strings.ReplaceAll(key, id, "ID"))
	}
	slices.Sort(names)
	return names
}

// A disturbed video is one that rules are for, with what shall become of it.
type disturbed struct {
	person.Person
	id   string
	film film
	name string
}

// upload has rules hold for a new video, then sends its file.
func upload(t *testing.T, name string, rules ...faultproxy.Rule) disturbed {
	t.Helper()
	d := disturbed{person.New(t, deployed), "", undisturbed(t, name), name}
	v := d.Create("film.mp4", "video/mp4", len(d.film.file))
	d.id = v.ID
	// What functions call for it is noted from the start.
	set(t, faultproxy.Rule{Name: "watch " + v.ID, Videos: []string{v.ID}})
	for _, r := range rules {
		r.Videos = []string{v.ID}
		r.Name += " " + v.ID
		set(t, r)
	}
	if status := d.Put(v, d.film.file); status != 200 {
		t.Fatalf("PUT: %d", status)
	}
	return d
}

func set(t *testing.T, r faultproxy.Rule) {
	t.Helper()
	if err := proxy.Set(t.Context(), r); err != nil {
		t.Fatal(err)
	}
}

// calls returns what functions have called for the video.
func (d disturbed) calls() []faultproxy.Call {
	d.T.Helper()
	calls, err := proxy.Calls(d.T.Context(), d.id)
	if err != nil {
		d.T.Fatal(err)
	}
	return calls
}

// wait looks at the video's calls until some are found.
func (d disturbed) wait(what string, found func(faultproxy.Call) bool, times int) []faultproxy.Call {
	d.T.Helper()
	for began := time.Now(); time.Since(began) < stack.Patience; time.Sleep(50 * time.Millisecond) {
		var those []faultproxy.Call
		for _, c := range d.calls() {
			if found(c) {
				those = append(those, c)
			}
		}
		if len(those) >= times {
			return those
		}
	}
	d.T.Fatalf("%s of %s, %s, was not seen after %v", what, d.name, d.id, stack.Patience)
	return nil
}

// endsAsEver waits for the video's end and wants everything to be as it is
// without faults: the end, the bytes, what is stored, and each object written
// once.
func (d disturbed) endsAsEver() {
	d.T.Helper()
	v := d.End(d.id, d.film.status, d.film.code)
	if got := texts(d.Person, v); !maps.Equal(got, d.film.texts) {
		d.T.Errorf("%s %s: the captions are not those of an undisturbed run:\n%s\nwant\n%s", d.name, d.id, got, d.film.texts)
	}
	d.storedOnce()
}

// storedOnce wants what is stored to be as in an undisturbed run.
func (d disturbed) storedOnce() {
	d.T.Helper()
	if got := stored(d.T.(*testing.T), d.id); !slices.Equal(got, d.film.stored) {
		d.T.Errorf("%s %s: stored are %v, want %v", d.name, d.id, got, d.film.stored)
	}
	written := map[string]int{}
	for _, c := range d.calls() {
		if c.Operation == "PutObject" && c.Status == 200 {
			written[c.Key]++
		}
		if c.Change == "replace" {
			d.T.Errorf("%s %s: another generation was begun", d.name, d.id)
		}
	}
	for key, times := range written {
		if times != 1 {
			d.T.Errorf("%s %s: %s was written %d times", d.name, d.id, key, times)
		}
	}
}

// settled waits until all queues are empty, and wants no dead letter of these
// videos, and nothing of theirs written after their end.
func settled(t *testing.T, all ...disturbed) {
	t.Helper()
	deployed.Drained(t)
	log, err := os.ReadFile(filepath.Join(deployed.RunDir, "logs", "cuepipe-test-deadletter.log"))
	if err != nil && !os.IsNotExist(err) { // which is so before the first of anybody
		t.Fatal(err)
	}
	for _, d := range all {
		d.T = t
		if strings.Contains(string(log), d.id) {
			t.Errorf("a message of %s, %s, became a dead letter", d.name, d.id)
		}
		d.storedOnce()
	}
}
