package speech_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/speech/speechtest"
)

func at(from, to float64) speech.Region {
	return speech.Region{Start: time.Duration(from * float64(time.Second)), End: time.Duration(to * float64(time.Second))}
}

func said(text string, from, to float64) speech.Word {
	r := at(from, to)
	return speech.Word{Text: text, Start: r.Start, End: r.End, Probability: 0.9}
}

func TestWhereSpeechAndWordsDoNotMatch(t *testing.T) {
	for name, c := range map[string]struct {
		speech            []speech.Region
		words             []speech.Word
		unheard, unspoken []speech.Region
	}{
		"nothing at all":          {},
		"all is well":             {[]speech.Region{at(1, 4)}, []speech.Word{said("a", 1, 2), said("b", 2.5, 4)}, nil, nil},
		"nobody heard it":         {[]speech.Region{at(1, 4)}, nil, []speech.Region{at(1, 4)}, nil},
		"too short to matter":     {[]speech.Region{at(1, 2.9)}, nil, nil, nil},
		"short ones side by side": {[]speech.Region{at(1, 2.5), at(2.9, 4)}, nil, []speech.Region{at(1, 4)}, nil},
		"short ones apart":        {[]speech.Region{at(1, 2.5), at(3.1, 4)}, nil, nil, nil},
		"the middle":              {[]speech.Region{at(0, 9)}, []speech.Word{said("a", 0, 1), said("b", 8, 9)}, []speech.Region{at(1.5, 7.5)}, nil},
		"both ends":               {[]speech.Region{at(0, 9)}, []speech.Word{said("a", 4, 5)}, []speech.Region{at(0, 3.5), at(5.5, 9)}, nil},
		"a long word reaches into the next stretch": {[]speech.Region{at(0, 2), at(3, 5.2)}, []speech.Word{said("a", 0, 4)}, nil, nil},
		"a word of two stretches":                   {[]speech.Region{at(0, 2), at(3, 8)}, []speech.Word{said("a", 1, 3.5)}, []speech.Region{at(4, 8)}, nil},
		"words of nobody":                           {nil, []speech.Word{said("a", 1, 2), said("b", 3, 4)}, nil, []speech.Region{at(1, 4)}},
		"words beside speech":                       {[]speech.Region{at(5, 6)}, []speech.Word{said("a", 1, 2), said("b", 4.4, 4.6), said("c", 6.4, 7), said("d", 7, 8)}, nil, []speech.Region{at(1, 2), at(7, 8)}},
	} {
		tr := speech.Transcript{Speech: c.speech, Words: c.words}
		if got := speech.Unheard(tr); !slices.Equal(got, c.unheard) {
			t.Errorf("%s: unheard %v, want %v", name, got, c.unheard)
		}
		if got := speech.Unspoken(tr); !slices.Equal(got, c.unspoken) {
			t.Errorf("%s: unspoken %v, want %v", name, got, c.unspoken)
		}
	}
}

func TestCoverageOfAnything(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 5_000 {
		var tr speech.Transcript
		for at := 0.0; at < 40; {
			at += random.Float64() * 6
			r := said("w", at, at+0.05+random.Float64()*3)
			if random.IntN(2) == 0 {
				tr.Words = append(tr.Words, r)
			}
			if random.IntN(3) > 0 {
				tr.Speech = append(tr.Speech, speech.Region{Start: r.Start, End: r.End})
			}
			at = r.End.Seconds() + 0.01
		}
		before := time.Duration(-1)
		for _, r := range speech.Unheard(tr) {
			if r.Start <= before || r.End-r.Start < 2*time.Second {
				t.Fatalf("%v after %v", r, before)
			}
			before = r.End
			for _, w := range tr.Words {
				if w.Start-500*time.Millisecond < r.End && w.End+500*time.Millisecond > r.Start {
					t.Fatalf("%v has the word %v", r, w)
				}
			}
		}
		// Every word is in one unspoken stretch, or beside speech.
		stray := speech.Unspoken(tr)
		for _, w := range tr.Words {
			in := slices.ContainsFunc(stray, func(r speech.Region) bool { return r.Start <= w.Start && w.End <= r.End })
			near := slices.ContainsFunc(tr.Speech, func(r speech.Region) bool {
				return r.Start-500*time.Millisecond < w.End && r.End+500*time.Millisecond > w.Start
			})
			if in == near {
				t.Fatalf("%v: unspoken %v, beside speech %v", w, in, near)
			}
		}
	}
}

// A scripted engine answers for the whole sound, and then for parts of it,
// which it knows by their first second: the samples say which one they are of.
type scripted struct {
	whole speech.Transcript
	parts map[int16]speech.Transcript
	err   error // of a part
	heard []int16
}

func (s *scripted) Recognise(ctx context.Context, pcm []int16, progress func(time.Duration)) (speech.Transcript, error) {
	if progress != nil {
		progress(speech.Duration(len(pcm)))
		whole := s.whole
		whole.Words = slices.Clone(whole.Words)
		return whole, ctx.Err()
	}
	s.heard = append(s.heard, pcm[0])
	part := s.parts[pcm[0]]
	part.Words = slices.Clone(part.Words)
	return part, s.err
}

// seconds of sound in which every sample is the number of its second.
func seconds(n int) []int16 {
	pcm := make([]int16, n*speech.SampleRate)
	for i := range pcm {
		pcm[i] = int16(i / speech.SampleRate)
	}
	return pcm
}

func hear(t *testing.T, s *scripted) speech.Transcript {
	t.Helper()
	s.whole.Language, s.whole.Engine = "en", "script"
	got, err := speech.Checked{Engine: s}.Recognise(t.Context(), seconds(20), func(time.Duration) {})
	if err != nil {
		t.Fatal(err)
	}
	speechtest.Transcript(t, got, 20*time.Second)
	return got
}

func TestSpeechWithoutWordsIsHeardAgainOnce(t *testing.T) {
	whole := speech.Transcript{Speech: []speech.Region{at(1, 12)}, Words: []speech.Word{said("first", 1, 2), said("last", 11, 12)}, Confidence: 0.9}
	// The gap is from 2.5 to 10.5, and heard from 2 on: its own times are 2 less.
	s := &scripted{whole: whole, parts: map[int16]speech.Transcript{2: {Confidence: 0.6,
		Words: []speech.Word{said("first", 0, 0.2), said("in", 2, 3), said("between", 3, 4), said("last", 8.8, 9)}}}}
	got := hear(t, s)
	if speechtest.Text(got.Words) != "first in between last" || len(got.Unheard) != 1 || got.Unheard[0] != at(6.5, 10.5) || !slices.Equal(s.heard, []int16{2}) {
		t.Errorf("%q, unheard %v, heard again from %v", speechtest.Text(got.Words), got.Unheard, s.heard)
	}
	if got.Words[1].Start != 4*time.Second || got.Confidence != 0.75 || got.Engine != "script, gaps heard twice" {
		t.Errorf("%+v, confidence %v of %q", got.Words[1], got.Confidence, got.Engine)
	}
	guess := s.parts[2]
	guess.Confidence = 0.5
	s = &scripted{whole: whole, parts: map[int16]speech.Transcript{2: guess}}
	if got := hear(t, s); speechtest.Text(got.Words) != "first last" || len(got.Unheard) != 1 || got.Unheard[0] != at(2.5, 10.5) {
		t.Errorf("a guess: %q, unheard %v", speechtest.Text(got.Words), got.Unheard)
	}
	s = &scripted{whole: speech.Transcript{Speech: []speech.Region{at(1, 12)}}, parts: map[int16]speech.Transcript{0: {Confidence: 0.8, Words: []speech.Word{said("all", 1, 11)}}}}
	if got := hear(t, s); speechtest.Text(got.Words) != "all" || got.Confidence != 0.8 || got.Unheard != nil {
		t.Errorf("where there was nothing: %q, %v", speechtest.Text(got.Words), got.Confidence)
	}
}

func TestWordsWithoutSpeechAreDoubted(t *testing.T) {
	whole := speech.Transcript{Speech: []speech.Region{at(1, 2)}, Words: []speech.Word{said("said", 1, 2), said("thank", 9, 10), said("you", 10, 11)}, Confidence: 0.9}
	s := &scripted{whole: whole}
	if got := hear(t, s); speechtest.Text(got.Words) != "said" || got.Unspoken != nil || !slices.Equal(s.heard, []int16{8}) {
		t.Errorf("%q, unspoken %v, heard again from %v", speechtest.Text(got.Words), got.Unspoken, s.heard)
	}
	s = &scripted{whole: whole, parts: map[int16]speech.Transcript{8: {Confidence: 0.9, Words: []speech.Word{said("thanks", 0.6, 1.5)}}}}
	if got := hear(t, s); speechtest.Text(got.Words) != "said thank you" || !slices.Equal(got.Unspoken, []speech.Region{at(9, 11)}) {
		t.Errorf("heard twice: %q, unspoken %v", speechtest.Text(got.Words), got.Unspoken)
	}
	whole.Words, whole.Speech = whole.Words[1:], nil
	if got := hear(t, &scripted{whole: whole}); len(got.Words) > 0 || got.Confidence != 0 {
		t.Errorf("nothing but what nobody said: %q, %v", speechtest.Text(got.Words), got.Confidence)
	}
}

func TestWhatMatchesIsHeardOnce(t *testing.T) {
	s := &scripted{whole: speech.Transcript{Speech: []speech.Region{at(1, 4)}, Words: []speech.Word{said("a", 1, 2), said("b", 2.5, 4)}, Confidence: 0.9}}
	got := hear(t, s)
	if want := s.whole.Words; !reflect.DeepEqual(got.Words, want) || len(s.heard) > 0 {
		t.Errorf("%v, heard again from %v", got.Words, s.heard)
	}
}

func TestAFailureOfTheSecondHearingIsOne(t *testing.T) {
	broken := errors.New("broken")
	for _, whole := range []speech.Transcript{{Speech: []speech.Region{at(1, 12)}}, {Words: []speech.Word{said("a", 1, 2)}, Confidence: 1}} {
		s := &scripted{whole: whole, err: broken}
		if got, err := (speech.Checked{Engine: s}).Recognise(t.Context(), seconds(20), func(time.Duration) {}); !errors.Is(err, broken) || len(got.Words) > 0 {
			t.Errorf("%v with %d words", err, len(got.Words))
		}
	}
}
