package decoder

import (
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/media"
)

func TestAFilmWithoutSoundHasNone(t *testing.T) {
	info, err := tools.Probe(t.Context(), open(t, encode(t, "silent.mp4", append(picture, "-t", "5", "-c:v", "libx264")...)))
	if err != nil {
		t.Fatal(err)
	}
	if info.HasAudio || info.AudioCodec != "" || info.Duration != 5*time.Second {
		t.Errorf("%+v, want no sound and 5 s", info)
	}
}

// A sound track that begins after the picture begins after it in the player,
// too: captions must not run ahead.
func TestSoundThatBeginsLateStaysLate(t *testing.T) {
	const late = 1500 * time.Millisecond
	for _, name := range []string{"film.mp4", "film.mkv", "film.ts", "film.webm"} {
		args := append([]string{}, picture...)
		args = append(args, "-itsoffset", "1.5", "-f", "lavfi", "-i", "sine=440", "-t", "8", "-map", "0:v", "-map", "1:a")
		src := open(t, encode(t, name, args...))
		pcm, err := tools.Decode(t.Context(), src, media.Window{Limit: time.Minute})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if d := loudFrom(pcm) - late; d.Abs() > 60*time.Millisecond {
			t.Errorf("%s: sound begins at %v, want %v", name, loudFrom(pcm), late)
		}
		if pcm, err = tools.Decode(t.Context(), src, media.Window{From: time.Second, To: 3 * time.Second, Limit: time.Minute}); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if d := loudFrom(pcm) - late + time.Second; d.Abs() > 60*time.Millisecond || length(pcm) != 2*time.Second {
			t.Errorf("%s: in a window from 1 s the sound begins at %v, want 500 ms; the window has %v", name, loudFrom(pcm), length(pcm))
		}
	}
}

// What a screen recorder leaves out is silence, and what follows is in its
// place.
func TestAGapIsSilence(t *testing.T) {
	src := open(t, encode(t, "gap.mkv", "-f", "lavfi", "-i", marks, "-t", "20", "-af", "aselect='lt(t,8)+gt(t,12)'", "-c:a", "libopus"))
	pcm, err := tools.Decode(t.Context(), src, media.Window{Limit: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	if late := offset(t, pcm, 15*time.Second, 15*time.Second); late.Abs() > 60*time.Millisecond {
		t.Errorf("after the gap the sound is %v late", late)
	}
	for i, v := range pcm[9*16000 : 11*16000] {
		if v > 100 || v < -100 {
			t.Fatalf("there is sound %v into the gap", time.Duration(i)*time.Second/16000+time.Second)
		}
	}
}

// Of several tracks the one marked as default is heard, and Info is about it.
func TestTheDefaultTrackIsTheOneThatIsHeard(t *testing.T) {
	src := open(t, encode(t, "tracks.mkv", "-f", "lavfi", "-i", "anullsrc=r=48000:cl=5.1", "-f", "lavfi", "-i", "sine=440",
		"-map", "0", "-map", "1", "-c:a:0", "ac3", "-c:a:1", "libopus", "-disposition:a:0", "0", "-disposition:a:1", "default", "-t", "5"))
	info, err := tools.Probe(t.Context(), src)
	if err != nil || info.AudioCodec != "opus" {
		t.Errorf("probed %+v, %v; want opus", info, err)
	}
	pcm, err := tools.Decode(t.Context(), src, media.Window{Limit: time.Minute})
	if err != nil || loudFrom(pcm) > 100*time.Millisecond {
		t.Errorf("the sound begins at %v, %v: another track was taken", loudFrom(pcm), err)
	}
}

func TestAWindowBehindTheEndHasNoSamples(t *testing.T) {
	src := open(t, encode(t, "short.mp4", append(tone, "-t", "5", "-c:a", "aac")...))
	pcm, err := tools.Decode(t.Context(), src, media.Window{From: time.Minute, To: 2 * time.Minute, Limit: time.Hour})
	if err != nil || len(pcm) != 0 {
		t.Errorf("%d samples, %v; want none and no error", len(pcm), err)
	}
}
