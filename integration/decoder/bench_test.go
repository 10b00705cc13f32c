package decoder

import (
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/media"
)

// Fifteen minutes of mp4 with its index at the end, 2 Mbit/s, from a local
// file. Beside the time: bytes and requests of the source, and the largest
// memory that this process ever had.
func BenchmarkFifteenMinutes(b *testing.B) {
	minute, film := b.TempDir()+"/minute.mp4", b.TempDir()+"/film.mp4"
	for _, args := range [][]string{
		{"-f", "lavfi", "-i", "testsrc2=s=640x360", "-f", "lavfi", "-i", "sine=440:sample_rate=44100", "-t", "60",
			"-c:v", "libx264", "-preset", "ultrafast", "-b:v", "2M", "-c:a", "aac", minute},
		{"-stream_loop", "14", "-i", minute, "-c", "copy", film},
	} {
		if out, err := exec.Command(encoder, append([]string{"-v", "error", "-nostdin"}, args...)...).CombinedOutput(); err != nil {
			b.Fatalf("%v: %s", err, out)
		}
	}
	for _, c := range []struct {
		name     string
		from, to time.Duration // both 0: probe only
	}{{"probe", 0, 0}, {"decode all", 0, 15 * time.Minute}, {"decode 2 min", 6 * time.Minute, 8 * time.Minute}} {
		b.Run(c.name, func(b *testing.B) {
			src := &counting{Source: open(b, film)}
			for b.Loop() {
				var err error
				if c.to == 0 {
					_, err = tools.Probe(b.Context(), src)
				} else {
					_, err = tools.Decode(b.Context(), src, media.Window{From: c.from, To: c.to, Limit: 15 * time.Minute})
				}
				if err != nil {
					b.Fatal(err)
				}
			}
			n := float64(b.N)
			b.ReportMetric(float64(src.bytes.Load())/float64(src.Size())/n, "files-read/op")
			b.ReportMetric(float64(src.opens.Load())/n, "requests/op")
			b.ReportMetric(peak(b), "peak-MB")
		})
	}
}

// peak is the most memory that this process had resident so far, in MB.
func peak(t testing.TB) float64 {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	kB := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(status)
	if kB == nil {
		t.Fatalf("no VmHWM in %s", status)
	}
	n, err := strconv.ParseFloat(string(kB[1]), 64)
	if err != nil {
		t.Fatal(err)
	}
	return n / 1024
}
