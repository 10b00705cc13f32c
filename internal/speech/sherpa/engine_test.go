package sherpa

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/speech/speechtest"
)

func TestEngine(t *testing.T) {
	speechtest.Engine(t, loaded(t, folderOf(t, "")), speechtest.Sounds{
		Said: sentences(100, 200, 300), Other: sentences(400), Silent: make([]int16, 2*sampleRate),
	})
}

func text(t speech.Transcript) string {
	var parts []string
	for _, w := range t.Words {
		parts = append(parts, w.Text)
	}
	return strings.Join(parts, " ")
}

func TestTheTranscriptSaysWhoHeardIt(t *testing.T) {
	folder := folderOf(t, "")
	heard, err := loaded(t, folder).Recognise(t.Context(), sentences(100), nil)
	if err != nil {
		t.Fatal(err)
	}
	start, end := "sherpa-onnx 1.2.3 whisper "+filepath.Base(folder)+" ", ", loud 1, chunks of 28 s"
	if !strings.HasPrefix(heard.Engine, start) || !strings.HasSuffix(heard.Engine, end) || len(heard.Engine) != len(start)+12+len(end) {
		t.Errorf("engine %q, want %s, 12 digits of a hash, %s", heard.Engine, start, end)
	}
	if heard.Language != "de" || heard.Confidence != 1 {
		t.Errorf("language %q, confidence %v", heard.Language, heard.Confidence)
	}
}

// What a child can do wrong in the middle of a sound is that sound's error, and
// the next sound is heard.
func TestAFailureIsItsSoundsOwn(t *testing.T) {
	for _, how := range []struct{ behaviour, says string }{
		{"crash", "signal: killed; it said: "},
		{"exit", "exit status 3"},
		{"hang", "no answer within"},
		{"garbage", "too long"},
		{"half", "exit status 4"},
		{"oversized", "too long"},
		{"impossible", "begins at 1000 s"},
		{"problem", "no stream"},
	} {
		t.Run(how.behaviour, func(t *testing.T) {
			folder := folderOf(t, "")
			e := loaded(t, folder)
			e.patience = 500 * time.Millisecond
			becomes(t, folder, how.behaviour)
			heard, err := e.Recognise(t.Context(), sentences(100, 200), nil)
			if !errors.Is(err, ErrChild) || !strings.Contains(err.Error(), how.says) || len(heard.Words) > 0 {
				t.Errorf("%v with %d words, want ErrChild that says %q", err, len(heard.Words), how.says)
			}
			if err != nil && (len(err.Error()) > tailSize+500 || strings.Contains(err.Error(), "\n")) {
				t.Errorf("an error of %d bytes", len(err.Error()))
			}
			becomes(t, folder, "")
			heard, err = e.Recognise(t.Context(), sentences(100), nil)
			if err != nil || !strings.Contains(text(heard), "and 100") {
				t.Errorf("the next sound: %v, %q", err, text(heard))
			}
		})
	}
}

func TestAChildThatDiedBetweenTwoSoundsIsReplaced(t *testing.T) {
	e := loaded(t, folderOf(t, ""))
	first := e.child
	if err := syscall.Kill(first.cmd.Process.Pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	<-first.ended
	heard, err := e.Recognise(t.Context(), sentences(100), nil)
	if err != nil || len(heard.Words) == 0 {
		t.Errorf("after the child was killed: %v, %q", err, text(heard))
	}
	if e.child == first {
		t.Error("the dead child was kept")
	}
}

// That a child is dead may be seen only when it is asked, because it takes a
// moment to be reaped.
func TestAChildThatIsFoundDeadIsReplaced(t *testing.T) {
	e := loaded(t, folderOf(t, ""))
	for range 20 {
		if err := syscall.Kill(e.child.cmd.Process.Pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		// More than a pipe holds, so that it cannot be sent to nobody.
		if heard, err := e.Recognise(t.Context(), sentences(100), nil); err != nil || len(heard.Words) == 0 {
			t.Fatalf("at once after the child was killed: %v, %q", err, text(heard))
		}
	}
}

func TestLoadSaysWhatIsWrong(t *testing.T) {
	for how, says := range map[string]string{
		"exit at start": "exit status 7; it said: loading; the model file cannot be read",
		"refuse":        "has no model",
	} {
		folder := folderOf(t, how)
		_, err := Load(t.Context(), Options{Program: program(t), Folder: folder, Detector: loud{}})
		if err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), folder) {
			t.Errorf("%s: %v, want it to name %s and say %q", how, err, folder, says)
		}
	}
	folder := folderOf(t, "")
	if _, err := Load(t.Context(), Options{Program: filepath.Join(folder, "nothing"), Folder: folder, Detector: loud{}}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("without a program: %v", err)
	}
	if err := os.WriteFile(filepath.Join(folder, "SHA256SUMS"), []byte(strings.Repeat("0", 64)+"  tiny-encoder.int8.onnx\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(t.Context(), Options{Program: program(t), Folder: folder, Detector: loud{}}); err == nil || !strings.Contains(err.Error(), "SHA256SUMS") {
		t.Errorf("with other checksums: %v", err)
	}
}

func TestAChildThatHangsWhileItLoadsIsGivenUp(t *testing.T) {
	e, err := prepare(Options{Program: program(t), Folder: folderOf(t, "hang at start"), Detector: loud{}})
	if err != nil {
		t.Fatal(err)
	}
	e.patienceToLoad = 300 * time.Millisecond
	if err := e.ensure(t.Context()); !errors.Is(err, ErrChild) || e.child != nil {
		t.Errorf("%v, child %v", err, e.child)
	}
	ctx, cancel := context.WithCancel(t.Context())
	e.patienceToLoad = time.Minute
	time.AfterFunc(100*time.Millisecond, cancel)
	if err := e.ensure(ctx); !errors.Is(err, context.Canceled) || errors.Is(err, ErrChild) {
		t.Errorf("its caller gave up: %v", err)
	}
}

// A context that ends in the middle of a sound ends the child with it, whatever
// it is doing, and all that it started.
func TestAnEndedContextLeavesNothingBehind(t *testing.T) {
	folder := folderOf(t, "")
	e := loaded(t, folder)
	becomes(t, folder, "orphan")
	ctx, cancel := context.WithCancelCause(t.Context())
	go func() {
		for t.Context().Err() == nil {
			if _, err := os.Stat(filepath.Join(folder, "orphan")); err == nil {
				cancel(errors.New("enough"))
				return
			}
			time.Sleep(5 * time.Millisecond)
		}
	}()
	child := e.child.cmd.Process.Pid
	if _, err := e.Recognise(ctx, sentences(100), nil); !errors.Is(err, context.Canceled) || errors.Is(err, ErrChild) {
		t.Errorf("error %v, want context.Canceled", err)
	}
	orphan, err := os.ReadFile(filepath.Join(folder, "orphan"))
	if err != nil {
		t.Fatal(err)
	}
	gone(t, child)
	pid, err := strconv.Atoi(string(orphan))
	if err != nil {
		t.Fatal(err)
	}
	ended(t, pid)
}

// gone: no process of that number is left, not even a zombie.
func gone(t *testing.T, pid int) {
	t.Helper()
	if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("process %d is still there: %v", pid, err)
	}
}

// ended: a process that is not our child is killed; whoever inherits it reaps it.
func ended(t *testing.T, pid int) {
	t.Helper()
	for range 1000 {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil || strings.Contains(string(stat), ") Z ") {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Errorf("process %d lives on", pid)
}

func TestNoProcessIsLeft(t *testing.T) {
	folder := folderOf(t, "")
	e, err := Load(t.Context(), Options{Program: program(t), Folder: folder, Detector: loud{}})
	if err != nil {
		t.Fatal(err)
	}
	var pids []int
	for _, how := range []string{"crash", "garbage", "exit", ""} {
		becomes(t, folder, how)
		if err := e.ensure(t.Context()); err != nil {
			t.Fatal(err)
		}
		pids = append(pids, e.child.cmd.Process.Pid)
		if _, err := e.Recognise(t.Context(), sentences(100), nil); (err == nil) != (how == "") {
			t.Errorf("%q: %v", how, err)
		}
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	for _, pid := range pids {
		gone(t, pid)
	}
}

// A child whose parent is gone finds its standard input at an end.
func TestTheChildEndsWithItsParent(t *testing.T) {
	e := loaded(t, folderOf(t, ""))
	if err := e.child.requests.Close(); err != nil { // as the kernel does when we die
		t.Fatal(err)
	}
	<-e.child.ended
}

// One child hears many callers one after the other, and none gets what another
// said, even while the child dies now and then.
func TestCallersAtOnce(t *testing.T) {
	folder := folderOf(t, "")
	e := loaded(t, folder)
	stop := make(chan struct{})
	var killer sync.WaitGroup
	killer.Go(func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(30 * time.Millisecond):
			}
			e.turn <- struct{}{}
			if e.child != nil {
				_ = syscall.Kill(e.child.cmd.Process.Pid, syscall.SIGKILL) // it may be dead
			}
			e.turn.Release()
		}
	})
	var callers sync.WaitGroup
	for i := range 8 {
		callers.Go(func() {
			for n := range 5 {
				value := int16(100*i + n + 1)
				heard, err := e.Recognise(t.Context(), sentences(value, value), nil)
				switch {
				case errors.Is(err, ErrChild): // it died at this very moment
				case err != nil:
					t.Error(err)
				case strings.Count(text(heard), fmt.Sprintf("and %d", value)) != 2:
					t.Errorf("caller %d was told %q", value, text(heard))
				}
			}
		})
	}
	callers.Wait()
	close(stop)
	killer.Wait()
	if heard, err := e.Recognise(t.Context(), sentences(7), nil); err != nil && !errors.Is(err, ErrChild) || err == nil && !strings.Contains(text(heard), "and 7") {
		t.Errorf("afterwards: %v, %q", err, text(heard))
	}
}
