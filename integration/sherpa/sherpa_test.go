package sherpa

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/integration/recogniser/recording"
	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/speech/sherpa"
	"github.com/cuepipe/cuepipe/internal/speech/speechtest"
)

// asParent has this binary be a process that is killed with a child at work.
const asParent = "SHERPA_TEST_PARENT"

func TestMain(m *testing.M) {
	if program := os.Getenv(asParent); program != "" {
		fmt.Println(beParent(program))
		os.Exit(1)
	}
	code := m.Run()
	p, err := assembled()
	if err == nil {
		err = p.detector.Close()
	}
	if err := errors.Join(err, os.RemoveAll(p.dir)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func TestEngine(t *testing.T) {
	speechtest.Engine(t, engine(t), speechtest.Sounds{Said: twice(t), Other: samples(t, "jfk.wav"), Silent: make([]int16, 3*speech.SampleRate)})
}

// twice is a sound of two chunks.
func twice(t *testing.T) []int16 {
	t.Helper()
	pause := make([]int16, 3*speech.SampleRate)
	return slices.Concat(samples(t, "beckett.wav"), pause, samples(t, "jfk.wav"), pause)
}

func text(words []speech.Word) string {
	var parts []string
	for _, w := range words {
		parts = append(parts, w.Text)
	}
	return strings.Join(parts, " ")
}

func TestEnglishClips(t *testing.T) {
	said, err := recording.Said()
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	e := engine(t)
	t.Logf("%s: started in %.2f s", e.Name(), time.Since(began).Seconds())
	wrong, words, length := 0, 0, time.Duration(0)
	var late []time.Duration
	began = time.Now()
	for _, name := range recording.English {
		pcm, want := samples(t, name), speechtest.Normalise(said[name])
		heard, err := e.Recognise(t.Context(), pcm, nil)
		if err != nil {
			t.Fatal(err)
		}
		speechtest.Transcript(t, heard, speech.Duration(len(pcm)))
		n := speechtest.Errors(want, speechtest.Normalise(text(heard.Words)))
		t.Logf("%s: %d errors in %d words: %s", name, n, len(want), text(heard.Words))
		wrong, words, length = wrong+n, words+len(want), length+speech.Duration(len(pcm))
		if heard.Language != "en" || heard.Confidence != 1 {
			t.Errorf("%s: language %q, confidence %v", name, heard.Language, heard.Confidence)
		}
		onsets, err := recording.Onsets(name, pcm, heard.Words)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range onsets {
			if o.Heard {
				late = append(late, o.Off.Abs())
			}
		}
	}
	took := time.Since(began)
	mean := 0.0
	for _, d := range late {
		mean += d.Seconds() / float64(len(late))
	}
	t.Logf("%d errors in %d words, %.1f %%; %.3f of the sound's length, %.3f of it on a processor; %d phrases begin %.2f s off their sound; the child's memory reached %s",
		wrong, words, 100*float64(wrong)/float64(words), took.Seconds()/length.Seconds(), float64(ticks(only(t)))/100/length.Seconds(), len(late), mean, status(fmt.Sprintf("/proc/%d/status", only(t)))["VmHWM"])
	if rate := float64(wrong) / float64(words); rate > 0.06 {
		t.Errorf("%.1f %% of the words are wrong, want at most 6 %%", 100*rate)
	}
	if len(late) == 0 || mean > 0.5 {
		t.Errorf("%d phrases begin %.2f s off their sound, want at most 0.5 s", len(late), mean)
	}
}

func TestNoWordsWhereNobodySpeaks(t *testing.T) {
	e := engine(t)
	for name, pcm := range speechtest.Wordless(10 * time.Second) {
		heard, err := e.Recognise(t.Context(), pcm, nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(heard.Words) > 0 {
			t.Errorf("%s: invented %q", name, text(heard.Words))
		}
	}
}

// A damaged model ends the child. For this process it is an error that says
// what the child said last.
func TestADamagedModelIsAnError(t *testing.T) {
	for _, name := range []string{"encoder_model.onnx", "decoder_model_merged.onnx"} {
		for damage, change := range map[string]func([]byte) []byte{
			"cut in half": func(b []byte) []byte { return b[:len(b)/2+1] },
			"one byte":    func(b []byte) []byte { return b[:1] },
			"zeros":       func(b []byte) []byte { return make([]byte, len(b)) },
		} {
			t.Run(name+" "+damage, func(t *testing.T) {
				folder := copied(t)
				file := filepath.Join(folder, name)
				content, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, change(content), 0o644); err != nil {
					t.Fatal(err)
				}
				e, err := load(t, folder)
				if err == nil {
					_, err = e.Recognise(t.Context(), samples(t, "jfk.wav"), nil)
					if closed := e.Close(); closed != nil {
						t.Error(closed)
					}
				}
				if !errors.Is(err, sherpa.ErrChild) {
					t.Errorf("%v, want ErrChild", err)
				}
				t.Log(err)
			})
		}
	}
	if pids := children(t, os.Getpid()); len(pids) > 0 {
		t.Errorf("the processes %v are left", pids)
	}
}

func TestADamagedFileIsFoundBeforeItIsLoaded(t *testing.T) {
	folder := copied(t)
	list := exec.Command("sh", "-c", "sha256sum *.onnx tokens.txt >SHA256SUMS && printf x >>tokens.txt")
	list.Dir = folder
	if said, err := list.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	if _, err := load(t, folder); err == nil || errors.Is(err, sherpa.ErrChild) || !strings.Contains(err.Error(), filepath.Join(folder, "tokens.txt")+" is damaged") {
		t.Errorf("error %v", err)
	}
}

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
		if err != nil || text(heard.Words) != text(want.Words) {
			t.Errorf("%v: %q, want %q", err, text(heard.Words), text(want.Words))
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
		if err != nil || text(heard.Words) != text(want.Words) {
			t.Errorf("%v: %q", err, text(heard.Words))
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
	for range 4000 {
		if pids := children(t, parent.Process.Pid); len(pids) == 1 && ticks(pids[0]) > 300 {
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
