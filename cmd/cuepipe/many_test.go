package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/cuepipe/cuepipe/internal/captioning/captioningtest"
	"github.com/cuepipe/cuepipe/internal/client/clienttest"
)

// lectures is a bench with a folder of many things.
func lectures(t *testing.T) *bench {
	b := newBench(t)
	for _, dir := range []string{"lectures", "lectures/older", "lectures/.hidden"} {
		if err := os.Mkdir(b.path(dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for name, content := range map[string][]byte{
		"lectures/one.mp4": film.Bytes(), "lectures/two.wav": film.Bytes(), "lectures/older/three.mkv": film.Bytes(), "lectures/.hidden/four.mp4": film.Bytes(),
		"lectures/done.mp4": film.Bytes(), "lectures/done.vtt": []byte("corrected"), "lectures/notes.pdf": []byte("%PDF-1.7"), "lectures/text.txt": []byte("Something is said."), "lectures/main.ts": []byte("export {}"),
	} {
		b.file(name, content)
	}
	return b
}

func TestAFolderIsCaptionedAndSummedUp(t *testing.T) {
	b := lectures(t)
	out, said := b.run(0, "caption", b.path("lectures"))
	for _, want := range []string{"notes.pdf: skipped: It looks like neither", "main.ts: skipped", "done.vtt is there already, and is kept", "Wrote " + b.path("lectures/one.vtt") + ": 1 cue",
		"Wrote " + b.path("lectures/two.vtt"), "one.mp4: uploading", "\n3 files: 2 captioned, 1 had captions, 2 left out, as not media.\n"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is missing in %s", want, said)
		}
	}
	if out != "" || b.read("lectures/done.vtt") != "corrected" || strings.Contains(said, "four") || strings.Contains(said, "three") {
		t.Errorf("out %q, said %s", out, said)
	}
	b.run(0, "caption", b.path("lectures"), b.path("lecture.mp4"), "--recursive", "--jobs", "1")
	if b.read("lectures/older/three.vtt") == "" || b.read("lecture.vtt") == "" {
		t.Error("not all were captioned")
	}
	if err := os.Mkdir(b.path("empty"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, said := b.run(1, "caption", b.path("empty")); !strings.Contains(said, "There is no video or audio file") {
		t.Errorf("said %s", said)
	}
}

func TestOneThatFailsDoesNotStopTheOthers(t *testing.T) {
	b := lectures(t)
	silent := b.file("lectures/silent.mp4", captioningtest.Film{NoAudio: true}.Bytes())
	text := b.file("lectures/text.mp4", []byte("some text"))
	for _, c := range []struct {
		code  int
		files []string
		says  string
	}{
		{3, []string{silent, b.path("lectures/one.mp4")}, "2 files: 1 captioned, 1 failed."},
		{4, []string{silent, text, b.path("lectures/two.wav")}, "3 files: 1 captioned, 2 failed."},
		{1, []string{silent, text, b.path("none.mp4"), b.path("lectures/older/three.mkv")}, "4 files: 1 captioned, 3 failed."},
		{1, []string{b.path("lecture.mp4"), b.file("lecture.mkv", film.Bytes())}, "Its captions would replace those of"},
		{0, []string{b.path("lectures/done.mp4"), b.path("lectures/./done.mp4")}, "2 files: 0 captioned, 2 had captions."},
		{2, []string{silent, text, "-o", "x.vtt"}, "the captions of one file"},
		{2, []string{silent, text, "--jobs", "0"}, "from 1 to 32"},
	} {
		if _, said := b.run(c.code, append([]string{"caption"}, c.files...)...); !strings.Contains(said, c.says) {
			t.Errorf("%v: said %s", c.files, said)
		}
	}
}

func TestScriptsAreToldOfEachFileAndOfAll(t *testing.T) {
	b := lectures(t)
	text := b.file("lectures/text.mp4", []byte("some text"))
	out, _ := b.run(4, "caption", "--json", b.path("lectures"))
	types := map[string]int{}
	var last struct {
		Type, File                     string
		Captioned, Kept, Failed, Files int
		Skipped, Exit                  int
	}
	for line := range strings.Lines(out) {
		last.File = ""
		if err := json.Unmarshal([]byte(line), &last); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if types[last.Type]++; (last.File == "") != (last.Type == "summary") {
			t.Errorf("of which file: %s", line)
		}
		if last.File == text && last.Type == "result" && (last.Exit != 4 || !strings.Contains(line, "not_media")) {
			t.Errorf("%s", line)
		}
	}
	if types["result"] != 3 || types["skipped"] != 3 || types["summary"] != 1 || types["progress"] < 3 {
		t.Errorf("%v in %s", types, out)
	}
	if last.Type != "summary" || last.Files != 4 || last.Captioned != 2 || last.Kept != 1 || last.Failed != 1 || last.Skipped != 2 || last.Exit != 4 {
		t.Errorf("%+v", last)
	}
}

func TestSoManyAreUploadedAtOnce(t *testing.T) {
	b := newBench(t)
	args := []string{"caption", "--jobs", "2"}
	for _, name := range []string{"a.mp4", "b.mp4", "c.mp4", "d.mp4", "e.mp4"} {
		args = append(args, b.file(name, film.Bytes()))
	}
	var mu sync.Mutex
	now, most := 0, 0
	both := make(chan struct{})
	b.service.Behave(clienttest.Behaviour{Intercept: func(_ http.ResponseWriter, r *http.Request) bool {
		mu.Lock()
		first := false
		switch {
		case r.Method == http.MethodPost && r.URL.Path == "/v1/videos":
			now++
			first = most == 0
			if most = max(most, now); now == 2 {
				close(both)
				both = make(chan struct{})
			}
		case strings.HasSuffix(r.URL.Path, "/complete"):
			now--
		}
		second := both
		mu.Unlock()
		if first {
			<-second // is created before the first one's upload is over
		}
		return false
	}})
	b.run(0, args...)
	if most != 2 {
		t.Errorf("%d at once", most)
	}
}

func TestAWrongTokenIsSaidOnce(t *testing.T) {
	b := newBench(t)
	args := []string{"caption", "--jobs", "1", "--token", "guess"}
	for n := range 20 {
		args = append(args, b.file(strings.Repeat("x", n+1)+".mp4", film.Bytes()))
	}
	_, said := b.run(1, args...)
	if n := strings.Count(said, "cuepipe login"); n == 0 || n > 8 || !strings.Contains(said, "not begun") {
		t.Errorf("said %d times: %s", n, said)
	}
}

func TestATerminalHasARowForEachFile(t *testing.T) {
	var out bytes.Buffer
	s := (&app{console: console{err: &out, terminal: true}}).board(false)
	one, two := s.of("one.mp4"), s.of(strings.Repeat("long", 40)+"/two.mp4")
	one.show(state{Status: uploading, Size: 1e6, Sent: 5e5})
	two.show(state{Status: "queued"})
	s.say("Wrote three.vtt.")
	one.clear()
	two.clear()
	want := "one.mp4  uploading, 50% of 1.0 MB\n" +
		"\x1b[1A\r\x1b[Jone.mp4  uploading, 50% of 1.0 MB\n…"
	if !strings.HasPrefix(out.String(), want) || !strings.Contains(out.String(), "two.mp4  waiting for a worker\n") ||
		!strings.Contains(out.String(), "\x1b[2A\r\x1b[JWrote three.vtt.\none.mp4  uploading") || !strings.HasSuffix(out.String(), "\x1b[1A\r\x1b[J") {
		t.Errorf("%q", out.String())
	}
	for line := range strings.Lines(out.String()) {
		_, shown, found := strings.Cut(line, "\x1b[J")
		if !found {
			shown = line
		}
		if n := len([]rune(shown)); n > 80 {
			t.Errorf("a row of %d cells: %q", n, line)
		}
	}
	// As many bytes as come, it is drawn now and then.
	before := out.Len()
	one = s.of("one.mp4")
	for sent := range int64(1000) {
		one.show(state{Status: uploading, Size: 1000, Sent: sent})
	}
	if n := strings.Count(out.String()[before:], "uploading"); n > 100 {
		t.Errorf("drawn %d times", n)
	}
}

func TestCutKeepsTheEnd(t *testing.T) {
	for most, want := range map[int]string{20: "films/講義.mp4", 14: "films/講義.mp4", 13: "…lms/講義.mp4", 8: "…義.mp4", 0: "…"} {
		if got := cut("films/講義.mp4", most); got != want {
			t.Errorf("%d cells: %q, want %q", most, got, want)
		}
	}
}

func TestTimeIsOverInTheMiddleOfMany(t *testing.T) {
	b := lectures(t)
	b.service.Behave(clienttest.Behaviour{Idle: true})
	_, said := b.run(1, "caption", b.path("lectures"), "--timeout", "300ms")
	if n := strings.Count(said, "The service goes on with the video."); n != 2 || !strings.Contains(said, "2 failed") {
		t.Errorf("said %s", said)
	}
	if slices.Contains(b.files(), "one.vtt") {
		t.Error("captions of a video in work")
	}
}
