// Package recogniser tests the real recogniser with its real models on real
// recordings and on sounds made here. It needs the folder that
// tools/fetch/recogniser.sh makes and the recordings at CUEPIPE_SPEECH.
package recogniser

import (
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/integration/recogniser/recording"
	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/speech/moonshine"
	"github.com/cuepipe/cuepipe/internal/speech/speechtest"
)

var load = sync.OnceValues(func() (*moonshine.Engine, error) {
	folder, err := recording.Cache("recogniser")
	if err != nil {
		return nil, err
	}
	return moonshine.Load(folder)
})

func TestMain(m *testing.M) {
	code := m.Run()
	if engine, err := load(); err == nil {
		if err := engine.Close(); err != nil {
			fmt.Fprintln(os.Stderr, "close the engine:", err)
			code = 1
		}
	}
	os.Exit(code)
}

func engine(t *testing.T) *moonshine.Engine {
	t.Helper()
	e, err := load()
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func samples(t *testing.T, name string) []int16 {
	t.Helper()
	pcm, err := recording.Samples(name)
	if err != nil {
		t.Fatal(err)
	}
	return pcm
}

// recognise hears as the deployed functions do.
func recognise(t *testing.T, pcm []int16) speech.Transcript {
	t.Helper()
	transcript, err := speech.Checked{Engine: engine(t)}.Recognise(t.Context(), pcm, nil)
	if err != nil {
		t.Fatal(err)
	}
	speechtest.Transcript(t, transcript, speech.Duration(len(pcm)))
	if transcript.Language != "en" {
		t.Errorf("language %q", transcript.Language)
	}
	return transcript
}

func TestEnglishClips(t *testing.T) {
	said, err := recording.Said()
	if err != nil {
		t.Fatal(err)
	}
	errors, words := 0, 0
	for _, name := range recording.English {
		want := speechtest.Normalise(said[name])
		if len(want) == 0 {
			t.Fatalf("refs.tsv has no words for %s", name)
		}
		transcript := recognise(t, samples(t, name))
		wrong := speechtest.Errors(want, speechtest.Normalise(speechtest.Text(transcript.Words)))
		t.Logf("%s: %d errors in %d words, confidence %.2f: %s", name, wrong, len(want), transcript.Confidence, speechtest.Text(transcript.Words))
		if transcript.Confidence < 0.8 {
			t.Errorf("%s: confidence %.2f, want at least 0.8 for clear English", name, transcript.Confidence)
		}
		if transcript.Unheard != nil || transcript.Unspoken != nil {
			t.Errorf("%s: no words at %v, nobody speaks at %v", name, transcript.Unheard, transcript.Unspoken)
		}
		errors += wrong
		words += len(want)
	}
	if rate := float64(errors) / float64(words); rate > 0.06 {
		t.Errorf("%d errors in %d words, %.1f %%; want at most 6 %%", errors, words, 100*rate)
	}
}

// Each phrase's first word is compared with the sound's own onset in the
// phrase's slot.
func TestPhrasesBeginWithTheirSound(t *testing.T) {
	var late []float64 // seconds, absolute
	phrases := 0
	for _, name := range []string{"beckett.wav", "sonnet001.mp3"} {
		pcm := samples(t, name)
		onsets, err := recording.Onsets(name, pcm, recognise(t, pcm).Words)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range onsets {
			phrases++
			if !o.Heard {
				t.Logf("%s: %q: its first word was not heard", name, o.Text)
				continue
			}
			t.Logf("%s: %q sounds at %v, begins %+.3f s", name, o.Text, o.Sounds, o.Off.Seconds())
			late = append(late, o.Off.Abs().Seconds())
		}
	}
	if len(late) < phrases*3/4 {
		t.Fatalf("only %d of %d phrases could be compared", len(late), phrases)
	}
	slices.Sort(late)
	mean := 0.0
	for _, l := range late {
		mean += l / float64(len(late))
	}
	t.Logf("%d phrases: mean %.3f s, 95th percentile %.3f s", len(late), mean, late[len(late)*95/100])
	if mean > 0.25 {
		t.Errorf("phrases begin %.3f s off their sound on average, want at most 0.25 s", mean)
	}
}

func TestOtherLanguagesAreUncertain(t *testing.T) {
	for _, name := range []string{"aen_de.mp3", "aen_es.mp3"} {
		transcript := recognise(t, samples(t, name))
		t.Logf("%s: confidence %.2f", name, transcript.Confidence)
		if transcript.Confidence >= 0.55 {
			t.Errorf("%s: confidence %.2f, want below 0.55", name, transcript.Confidence)
		}
		if len(transcript.Speech) == 0 {
			t.Errorf("%s: no speech was found", name)
		}
	}
}

func TestNoWordsWhereNobodySpeaks(t *testing.T) {
	for name, pcm := range speechtest.Wordless(20 * time.Second) {
		transcript := recognise(t, pcm)
		t.Logf("%s: %d regions", name, len(transcript.Speech))
		if len(transcript.Words) > 0 {
			t.Errorf("%s: invented %q, probability %.2f", name, speechtest.Text(transcript.Words), transcript.Confidence)
		}
	}
	for _, n := range []int{0, 1, 511, 513, 8000} {
		if transcript := recognise(t, make([]int16, n)); len(transcript.Words)+len(transcript.Speech) > 0 {
			t.Errorf("%d samples of silence: %+v", n, transcript)
		}
	}
}

// The end of a file may come in the middle of a word, and a file may be
// hardly a word long.
func TestCutSpeech(t *testing.T) {
	pcm := samples(t, "jfk.wav")
	onset, ok := speechtest.Onset(pcm)
	if !ok {
		t.Fatal("jfk.wav is silent")
	}
	from := speech.Samples(onset)
	for _, n := range []int{700, 1600, 4000, 9000, 20001, 50000} {
		recognise(t, pcm[from:from+n])
	}
}

// What is heard as a word lies where voice activity hears somebody speak.
func TestWordsAreWhereSpeechIs(t *testing.T) {
	for _, name := range recording.English {
		transcript := recognise(t, samples(t, name))
		for _, w := range transcript.Words {
			if !slices.ContainsFunc(transcript.Speech, func(r speech.Region) bool { return r.Start < w.End && w.Start < r.End }) {
				t.Errorf("%s: %+v lies outside of all speech", name, w)
			}
		}
	}
}
