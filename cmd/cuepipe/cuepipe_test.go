package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/captioning/captioningtest"
	"github.com/cuepipe/cuepipe/internal/client/clienttest"
	"github.com/cuepipe/cuepipe/internal/video"
)

// asProgram is set where a test starts this binary as the program itself.
const asProgram = "CUEPIPE_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	os.Exit(m.Run())
}

// A bench is a folder with a film, and a service.
type bench struct {
	t       *testing.T
	service *clienttest.Service
	dir     string
	env     map[string]string
	console console // what commands get besides their outputs
}

var film = captioningtest.Film{Header: time.Second, Words: "Something is said."}

func newBench(t *testing.T) *bench {
	b := &bench{t: t, service: clienttest.New(t), dir: t.TempDir()}
	b.env = map[string]string{"CUEPIPE_API": b.service.URL, "CUEPIPE_TOKEN": clienttest.Token, "XDG_CONFIG_HOME": t.TempDir()}
	b.file("lecture.mp4", film.Bytes())
	return b
}

func (b *bench) file(name string, content []byte) string {
	b.t.Helper()
	path := filepath.Join(b.dir, name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		b.t.Fatal(err)
	}
	return path
}

func (b *bench) read(name string) string {
	b.t.Helper()
	content, err := os.ReadFile(filepath.Join(b.dir, name))
	if err != nil {
		b.t.Fatal(err)
	}
	return string(content)
}

// files are the names in the folder, hidden ones too.
func (b *bench) files() (names []string) {
	b.t.Helper()
	entries, err := os.ReadDir(b.dir)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func (b *bench) getenv(name string) string { return b.env[name] }

// run does one command and wants its code. What it says must hold no secret.
func (b *bench) run(code int, args ...string) (out, said string) {
	b.t.Helper()
	var o, e bytes.Buffer
	c := b.console
	c.out, c.err, c.getenv = &o, &e, b.getenv
	if got := run(b.t.Context(), args, c); got != code {
		b.t.Fatalf("%v: code %d, want %d; said %s", args, got, code, e.String())
	}
	noSecrets(b.t, o.String()+e.String())
	return o.String(), e.String()
}

func noSecrets(t *testing.T, s string) {
	t.Helper()
	if strings.Contains(s, clienttest.Token) || strings.Contains(s, "5ec4e7") {
		t.Errorf("a secret was told: %s", s)
	}
}

func (b *bench) path(name string) string { return filepath.Join(b.dir, name) }

func TestCaptionWritesBesideTheFile(t *testing.T) {
	b := newBench(t)
	out, said := b.run(0, "caption", b.path("lecture.mp4"))
	if vtt := b.read("lecture.vtt"); !strings.HasPrefix(vtt, "WEBVTT\n") || !strings.Contains(vtt, "Something is said.") {
		t.Errorf("wrote %q", vtt)
	}
	if out != "" || !strings.Contains(said, "Wrote "+b.path("lecture.vtt")+": 1 cue,") {
		t.Errorf("out %q, said %q", out, said)
	}
	if !slices.Equal(b.files(), []string{"lecture.mp4", "lecture.vtt"}) {
		t.Errorf("left %v", b.files())
	}
	// Somebody may have corrected them by hand.
	b.file("lecture.vtt", []byte("corrected"))
	if _, said := b.run(1, "caption", b.path("lecture.mp4")); b.read("lecture.vtt") != "corrected" || !strings.Contains(said, "--force") {
		t.Errorf("replaced, or said %q", said)
	}
	b.run(0, "caption", "--force", b.path("lecture.mp4"))
	if b.read("lecture.vtt") == "corrected" {
		t.Error("--force did not replace")
	}
}

func TestCaptionsGoWhereTheyAreWanted(t *testing.T) {
	b := newBench(t)
	if out, _ := b.run(0, "caption", b.path("lecture.mp4"), "-o", "-", "-f", "srt"); !strings.HasPrefix(out, "1\n00:00:00,000 --> ") {
		t.Errorf("standard output has %q", out)
	}
	to := b.file("other.txt", []byte("older"))
	b.run(0, "caption", b.path("lecture.mp4"), "-o", to) // named, so meant
	if !strings.HasPrefix(b.read("other.txt"), "WEBVTT") {
		t.Errorf("%q", b.read("other.txt"))
	}
}

func TestJSONIsForScripts(t *testing.T) {
	b := newBench(t)
	out, said := b.run(0, "caption", "--json", b.path("lecture.mp4"))
	lines := strings.Split(strings.TrimSpace(out), "\n")
	for _, line := range lines[:len(lines)-1] {
		var s struct{ Type, Status string }
		if err := json.Unmarshal([]byte(line), &s); err != nil || s.Type != "progress" || s.Status == "" {
			t.Errorf("%s: %v", line, err)
		}
	}
	var r result
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &r); err != nil || len(lines) < 2 {
		t.Fatalf("%s: %v", out, err)
	}
	if r.Type != "result" || len(r.ID) != 26 || r.Status != "ready" || r.Output != b.path("lecture.vtt") || r.Cues != 1 || r.Duration != 1 ||
		r.Language != "en" || r.Engine != "test 1" || r.Exit != 0 || r.Error != "" || r.Seconds.Total < r.Seconds.Upload || said != "" {
		t.Errorf("%+v, said %q", r, said)
	}
}

func TestExitCodesOfWhatHasNoCaptions(t *testing.T) {
	b := newBench(t)
	for name, c := range map[string]struct {
		content []byte
		code    int
		says    string
	}{
		"silent.mp4": {captioningtest.Film{NoAudio: true}.Bytes(), 3, "no sound"},
		"mute.wav":   {captioningtest.Film{}.Bytes(), 3, "No speech"},
		"text.mp4":   {[]byte("some text"), 4, "could not be read"},
		"text.txt":   {[]byte("some text"), 2, "--type"},
		"empty.mp4":  {nil, 1, "is empty"},
	} {
		path := b.file(name, c.content)
		out, said := b.run(c.code, "caption", path, "-o", b.path("out.vtt"), "--json")
		if !strings.Contains(said, c.says) || slices.Contains(b.files(), "out.vtt") {
			t.Errorf("%s: said %q, left %v", name, said, b.files())
		}
		if c.code > 2 {
			var r result
			lines := strings.Split(strings.TrimSpace(out), "\n")
			if err := json.Unmarshal([]byte(lines[len(lines)-1]), &r); err != nil || r.Exit != c.code || r.Failure == nil || r.Error != r.Failure.Message {
				t.Errorf("%s: %+v, %v", name, r, err)
			}
		}
	}
}

func TestWhatIsAskedOfTheCaptionsReachesTheService(t *testing.T) {
	b := newBench(t)
	names := b.file("names.txt", []byte("\ufeff# who speaks\nSiobhán  Ó Briain\r\n\nKubernetes\n"))
	out, _ := b.run(0, "caption", b.path("lecture.mp4"), "--profile", "ted", "--names", names, "--language", "en-IE", "--format", "ttml", "--json")
	var r result
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &r); err != nil || r.Format != "ttml" {
		t.Fatalf("%+v, %v", r, err)
	}
	v, err := b.service.Videos.Get(t.Context(), r.ID)
	want := video.Options{Language: "en-IE", Profile: "ted", Names: []string{"Siobhán Ó Briain", "Kubernetes"}}
	if err != nil || !reflect.DeepEqual(v.Options, want) {
		t.Errorf("%+v, %v, want %+v", v.Options, err, want)
	}
	if written := b.read("lecture.ttml"); !strings.Contains(written, "<tt ") {
		t.Errorf("%s", written)
	}
}

func TestMistakesAreExplained(t *testing.T) {
	b := newBench(t)
	film := b.path("lecture.mp4")
	for _, c := range []struct {
		code int
		says string
		args []string
	}{
		{2, "Name a video or audio file", []string{"caption"}},
		{2, "Unknown command \"capton\"", []string{"capton", film}},
		{2, "Unknown flag", []string{"caption", film, "--fast"}},
		{2, "must be one of vtt, srt", []string{"caption", film, "-f", "docx"}},
		{1, "one of default, netflix", []string{"caption", film, "--profile", "fcc"}},
		{1, "recognises English only", []string{"caption", film, "--language", "de"}},
		{1, "\"language\" as a tag", []string{"caption", film, "--language", "German"}},
		{1, "does not tell speakers apart", []string{"caption", film, "--speakers", "2"}},
		{1, "cannot be read (no such file or directory)", []string{"caption", film, "--names", b.path("none.txt")}},
		{1, "is not a name", []string{"caption", film, "--names", b.file("names.txt", []byte("Ann\n<b>\n"))}},
		{2, "only English is recognised", []string{"caption", film, "--local", "--language", "de"}},
		{2, "one of default, netflix", []string{"caption", film, "--local", "--profile", "fcc"}},
		{2, "both JSON and captions", []string{"caption", film, "--json", "-o", "-"}},
		{2, "is a folder", []string{"caption", film, "-o", b.dir}},
		{2, "replace " + film, []string{"caption", film, "-o", film}},
		{2, "must begin with https", []string{"caption", film, "--api", "example.com"}},
		{1, "cannot be written (no such file or directory)", []string{"caption", film, "-o", b.path("no/such.vtt")}},
		{1, "cannot be read (no such file or directory)", []string{"caption", b.path("none.mp4")}},
		{1, "is not a file", []string{"caption", os.DevNull}},
		{1, "were not found in " + b.dir, []string{"caption", film, "--local", "--assets", b.dir}},
		{1, "There is no such video", []string{"get", "x"}},
		{1, "There is no such video", []string{"rm", "x"}},
		{1, "valid token", []string{"list", "--token", "guess"}},
		{2, "Name the ids", []string{"rm"}},
	} {
		if out, said := b.run(c.code, c.args...); !strings.Contains(said, c.says) || out != "" || !strings.HasPrefix(said, "cuepipe: ") {
			t.Errorf("%v: out %q, said %q, want %q", c.args, out, said, c.says)
		}
	}
	for _, missing := range []string{"CUEPIPE_API", "CUEPIPE_TOKEN"} {
		var said bytes.Buffer
		code := run(t.Context(), []string{"list"}, console{out: &said, err: &said, getenv: func(name string) string {
			if name == missing {
				return ""
			}
			return b.getenv(name)
		}})
		if code != 2 || !strings.Contains(said.String(), missing) {
			t.Errorf("without %s: %d, %s", missing, code, said.String())
		}
	}
	if slices.Contains(b.files(), "lecture.vtt") {
		t.Error("a mistake wrote captions")
	}
}

func TestTheOtherCommands(t *testing.T) {
	b := newBench(t)
	b.run(0, "caption", b.path("lecture.mp4"))
	b.service.Behave(clienttest.Behaviour{Idle: true})
	b.run(1, "caption", b.path("lecture.mp4"), "--force", "--timeout", "1ms")
	out, _ := b.run(0, "list", "--json")
	var ids []string
	for line := range strings.Lines(out) {
		var v struct{ ID, Status string }
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if v.Status == "ready" {
			ids = append(ids, v.ID)
		}
	}
	if len(ids) != 1 {
		t.Fatalf("%d videos are ready: %s", len(ids), out)
	}
	if out, _ := b.run(0, "list"); !strings.Contains(out, ids[0]+"  ready") || !strings.Contains(out, "0:01") || !strings.Contains(out, "lecture.mp4") {
		t.Errorf("list: %s", out)
	}
	if out, _ := b.run(0, "get", ids[0]); !strings.Contains(out, "1 cue, machine test 1") {
		t.Errorf("get: %s", out)
	}
	if out, _ := b.run(0, "captions", ids[0]); out != b.read("lecture.vtt") {
		t.Errorf("captions: %s", out)
	}
	if _, said := b.run(1, "captions", ids[0], "--track", "de"); !strings.Contains(said, "Its tracks are: en.") {
		t.Errorf("said %s", said)
	}
	b.run(0, "rm", ids[0])
	b.run(1, "get", ids[0])
	if out, _ := b.run(0, "version"); !strings.HasPrefix(out, "cuepipe ") {
		t.Errorf("version: %s", out)
	}
	if out, _ := b.run(0, "completion", "bash"); !strings.Contains(out, "__start_cuepipe") {
		t.Error("no completion for bash")
	}
}

func TestWaitingForAVideoThatIsInWork(t *testing.T) {
	b := newBench(t)
	b.service.Behave(clienttest.Behaviour{Idle: true})
	_, said := b.run(1, "caption", b.path("lecture.mp4"), "--timeout", "300ms")
	_, id, found := strings.Cut(strings.TrimSpace(said), "cuepipe captions --wait ")
	if !found {
		t.Fatalf("said %q", said)
	}
	if _, said := b.run(1, "captions", id); !strings.Contains(said, "no captions yet: it is queued") {
		t.Errorf("said %q", said)
	}
	b.service.Caption(id)
	if out, _ := b.run(0, "captions", "--wait", id); !strings.Contains(out, "Something is said.") {
		t.Errorf("captions: %q", out)
	}
}

func TestLocalIsTheSameCaptioning(t *testing.T) {
	b := newBench(t)
	b.run(0, "caption", b.path("lecture.mp4"))
	file, err := openInput(b.path("lecture.mp4"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	l := &local{prober: captioningtest.Media{}, decoder: captioningtest.Media{}, detector: captioningtest.Detector{}, engine: captioningtest.Engine{Name: "test 1"}}
	var heard []float64
	v, err := l.caption(t.Context(), file, func(s state) { heard = append(heard, s.Heard) })
	if err != nil || outcome(v) != nil {
		t.Fatalf("%+v, %v", v, err)
	}
	if vtt, err := l.Track(t.Context(), v.ID, "en", "vtt"); err != nil || string(vtt) != b.read("lecture.vtt") {
		t.Errorf("%s, %v", vtt, err)
	}
	if len(heard) < 4 || !slices.IsSorted(heard) {
		t.Errorf("progress: %v", heard)
	}
	// A cancelled one ends with the reason.
	ctx, cancel := context.WithCancel(t.Context())
	l = &local{prober: captioningtest.Media{}, decoder: captioningtest.Media{}, detector: captioningtest.Detector{}, engine: captioningtest.Engine{Before: func(context.Context) error {
		cancel()
		return nil
	}}}
	if _, err := l.caption(ctx, file, func(state) {}); err != context.Canceled {
		t.Errorf("cancelled: %v", err)
	}
}
