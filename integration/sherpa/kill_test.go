package sherpa

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/speech/sherpa"
	"github.com/cuepipe/cuepipe/internal/speech/speechtest"
)

// kill -9 between two sounds costs nothing; in the middle of a sound it costs that
// sound. The next one is heard as the first.
func TestTheChildIsKilled(t *testing.T) {
	e, pcm := engine(t), twice(t)
	want, err := e.Recognise(t.Context(), pcm, nil)
	if err != nil {
		t.Fatal(err)
	}
	again := func(t *testing.T) {
		t.Helper()
		heard, err := e.Recognise(t.Context(), pcm, nil)
		if err != nil || speechtest.Text(heard.Words) != speechtest.Text(want.Words) {
			t.Errorf("%v: %q, want %q", err, speechtest.Text(heard.Words), speechtest.Text(want.Words))
		}
	}
	t.Run("between two sounds", func(t *testing.T) {
		pid := only(t)
		signal(t, pid, syscall.SIGKILL)
		awaitGone(t, pid)
		again(t)
	})
	t.Run("between two chunks", func(t *testing.T) {
		killed := false
		heard, err := e.Recognise(t.Context(), pcm, func(time.Duration) {
			if !killed {
				killed = true
				pid := only(t)
				signal(t, pid, syscall.SIGKILL)
				awaitGone(t, pid)
			}
		})
		if err != nil || speechtest.Text(heard.Words) != speechtest.Text(want.Words) {
			t.Errorf("%v: %q", err, speechtest.Text(heard.Words))
		}
	})
	t.Run("in the middle of a chunk", func(t *testing.T) {
		busy := only(t)
		stop := make(chan struct{})
		go func() {
			defer close(stop)
			awaitWork(t, busy)
			signal(t, busy, syscall.SIGKILL)
		}()
		_, err := e.Recognise(t.Context(), pcm, nil)
		<-stop
		if !errors.Is(err, sherpa.ErrChild) || !strings.Contains(err.Error(), "signal: killed") {
			t.Errorf("error %v, want ErrChild and the signal", err)
		}
		again(t)
	})
	t.Run("stopped, and its caller has no more time", func(t *testing.T) {
		pid := only(t)
		signal(t, pid, syscall.SIGSTOP)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := e.Recognise(ctx, pcm, nil); !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, sherpa.ErrChild) {
			t.Errorf("error %v, want the context's", err)
		}
		awaitGone(t, pid)
		again(t)
	})
}

// awaitWork waits until a process that was idle has taken a tenth of a second of
// processor time.
func awaitWork(t *testing.T, pid int) {
	t.Helper()
	begin := ticks(pid)
	for ticks(pid) < begin+10 {
		if t.Context().Err() != nil {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// ticks are the hundredths of a second that a process has computed.
func ticks(pid int) (n int) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 1 << 30
	}
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')'):]))
	var user, system int
	fmt.Sscan(fields[12], &user)
	fmt.Sscan(fields[13], &system)
	return user + system
}

// Whoever kills this process kills the child with it, in the middle of a sound.
func TestTheChildDiesWithItsParent(t *testing.T) {
	p := shared(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	parent := exec.Command(self)
	parent.Env = append(os.Environ(), asParent+"="+p.program, asParent+"_MODEL="+p.model)
	said := &strings.Builder{}
	parent.Stdout, parent.Stderr = said, said
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	var child int
	for range 12000 {
		if pids := children(t, parent.Process.Pid); len(pids) == 1 && ticks(pids[0]) > 200 {
			child = pids[0]
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	signal(t, parent.Process.Pid, syscall.SIGKILL)
	_ = parent.Wait() // it was killed
	if child == 0 {
		t.Fatalf("no child was at work: %s", said)
	}
	for range 2000 { // whoever inherits it reaps it, or not
		if state := status(fmt.Sprintf("/proc/%d/status", child))["State"]; state == "" || strings.HasPrefix(state, "Z") {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Errorf("process %d works on for nobody", child)
	signal(t, child, syscall.SIGKILL)
}

// beParent has a child hear noise until somebody kills this process.
func beParent(program string) error {
	e, err := sherpa.Load(context.Background(), sherpa.Options{Program: program, Folder: os.Getenv(asParent + "_MODEL"), Detector: always{}})
	if err != nil {
		return err
	}
	for {
		if _, err := e.Recognise(context.Background(), make([]int16, 60*speech.SampleRate), nil); err != nil {
			return err
		}
	}
}

// always hears speech.
type always struct{}

func (always) Activity(_ context.Context, pcm []int16) (speech.Activity, error) {
	a := speech.Activity{Frame: 512, Samples: len(pcm), Probabilities: make([]float32, (len(pcm)+511)/512)}
	for i := range a.Probabilities {
		a.Probabilities[i] = 1
	}
	return a, nil
}
