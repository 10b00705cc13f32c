package sherpa

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
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
		n := speechtest.Errors(want, speechtest.Normalise(speechtest.Text(heard.Words)))
		t.Logf("%s: %d errors in %d words: %s", name, n, len(want), speechtest.Text(heard.Words))
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
			t.Errorf("%s: invented %q", name, speechtest.Text(heard.Words))
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
