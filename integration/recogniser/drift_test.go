package recogniser

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/integration/films"
	"github.com/cuepipe/cuepipe/integration/recogniser/recording"
	"github.com/cuepipe/cuepipe/internal/media"
	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/speech/speechtest"
)

// The recordings sound at the start of a film of four hours and again at its
// end. Its last segment, decoded by itself as a transcriber does, has the same
// words as the first, each after the same time. AAC has noise that is new each
// time, far below the sound; there a word may begin one of the recogniser's
// steps of 24 ms sooner or later, and they do not all go one way.
func TestWordsDoNotDriftOverFourHours(t *testing.T) {
	const (
		first = 5 * time.Second
		// A whole number of frames later, of mp3's 576 samples and AAC's 1,024:
		// only so are the same bytes to be expected of them.
		later  = first + 24896*9216*time.Second/speech.SampleRate
		length = 4 * time.Hour
		window = 45 * time.Second
	)
	folder, err := recording.Cache("ffmpeg")
	if err != nil {
		t.Fatal(err)
	}
	tools := media.Tools{FFmpeg: filepath.Join(folder, "ffmpeg"), FFprobe: filepath.Join(folder, "ffprobe")}
	var paths []string
	for _, name := range []string{"jfk.wav", "beckett.wav"} {
		path, err := recording.Path(name)
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	for kind, noise := range map[string]time.Duration{"mkv": 0, "mp3": 0, "mp4": 50 * time.Millisecond} {
		t.Run(kind, func(t *testing.T) {
			path, err := films.Twice(t.Context(), kind, paths, first, later, length)
			if err != nil {
				t.Fatal(err)
			}
			source, err := media.OpenFile(path)
			if err != nil {
				t.Fatal(err)
			}
			defer source.Close()
			info, err := tools.Probe(t.Context(), source)
			if err != nil {
				t.Fatal(err)
			}
			heard := func(from time.Duration) []speech.Word {
				pcm, err := tools.Decode(t.Context(), source,
					media.Window{From: from, To: from + window, Limit: time.Hour, Film: info.Duration, Places: info.Places})
				if err != nil {
					t.Fatal(err)
				}
				return recognise(t, pcm).Words
			}
			early, late := heard(0), heard(later-first)
			// A comma may be heard or not: codecs do not write the same sound twice.
			same := func(a, b speech.Word) bool {
				return slices.Equal(speechtest.Normalise(a.Text), speechtest.Normalise(b.Text))
			}
			if len(early) < 30 || !slices.EqualFunc(early, late, same) {
				t.Fatalf("at the start: %s\nat the end: %s", speechtest.Text(early), speechtest.Text(late))
			}
			var worst, mean time.Duration
			for i, w := range early {
				off := late[i].Start - w.Start
				worst, mean = max(worst, off.Abs(), (late[i].End-w.End).Abs()), mean+off/time.Duration(len(early))
			}
			t.Logf("%d words, %v later on average, at most %v apart", len(early), mean, worst)
			if worst > 20*time.Millisecond+noise || mean.Abs() > 10*time.Millisecond {
				t.Errorf("words lie %v later than at the start on average, and %v away at most", mean, worst)
			}
		})
	}
}
