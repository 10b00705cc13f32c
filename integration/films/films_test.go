package films

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"
)

func TestAFilmIsAsLongAsItIsAsked(t *testing.T) {
	const length = 200 * time.Second // more than what is repeated
	path, err := Long(t.Context(), length)
	if err != nil {
		t.Fatal(err)
	}
	film := look(t, path)
	if math.Abs(film.seconds-length.Seconds()) > 0.5 || len(film.streams) != 2 {
		t.Errorf("%v s of %v", film.seconds, film.streams)
	}
	if rate := float64(film.size) / film.seconds; rate < 125_000 || rate > 160_000 {
		t.Errorf("%.0f bytes a second", rate)
	}
	made, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Long(t.Context(), length)
	if err != nil {
		t.Fatal(err)
	}
	if kept, err := os.Stat(again); err != nil || !os.SameFile(made, kept) {
		t.Errorf("it was made again: %v", err)
	}
}

func TestAMomentIsSmall(t *testing.T) {
	path, err := Moment(t.Context(), "test", time.Second, "", "-f", "lavfi", "-i", "anullsrc")
	if err != nil {
		t.Fatal(err)
	}
	if film := look(t, path); film.size > 10_000 || math.Abs(film.seconds-1) > 0.3 || len(film.streams) != 2 {
		t.Errorf("%+v", film)
	}
}

func TestWhatCannotBeMadeIsNotKept(t *testing.T) {
	if path, err := Moment(context.Background(), "test", time.Second, "", "-f", "lavfi", "-i", "nosuchsource"); err == nil {
		t.Errorf("it made %s", path)
	}
}

type film struct {
	seconds float64
	size    int64
	streams []string
}

func look(t *testing.T, path string) film {
	t.Helper()
	said, err := exec.CommandContext(t.Context(), "ffprobe", "-v", "error", "-show_entries", "format=duration,size:stream=codec_name", "-of", "json", path).Output()
	if err != nil {
		t.Fatal(err)
	}
	var shown struct {
		Format  struct{ Duration, Size string }
		Streams []struct {
			Codec string `json:"codec_name"`
		}
	}
	if err := json.Unmarshal(said, &shown); err != nil {
		t.Fatal(err)
	}
	var f film
	if f.seconds, err = strconv.ParseFloat(shown.Format.Duration, 64); err != nil {
		t.Fatal(err)
	}
	if f.size, err = strconv.ParseInt(shown.Format.Size, 10, 64); err != nil {
		t.Fatal(err)
	}
	for _, s := range shown.Streams {
		f.streams = append(f.streams, s.Codec)
	}
	return f
}
