package decoder

import (
	"context"
	"os/exec"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/integration/machine"
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
	const length, limit = 15 * time.Minute, time.Hour
	indexed := tools
	indexed.Index = media.NewIndexCache(16 << 20)
	turn := 0
	segment := media.Window{From: 355 * time.Second, To: 485 * time.Second, Limit: limit, Film: length}
	for _, c := range []struct {
		name string
		run  func(context.Context, media.Source) error
	}{
		{"probe", func(ctx context.Context, src media.Source) error { _, err := tools.Probe(ctx, src); return err }},
		{"measure", func(ctx context.Context, src media.Source) error {
			_, err := tools.Measure(ctx, src, limit)
			return err
		}},
		{"decode all", func(ctx context.Context, src media.Source) error {
			_, err := tools.Decode(ctx, src, media.Window{Limit: limit, Film: length})
			return err
		}},
		{"decode a segment", func(ctx context.Context, src media.Source) error {
			_, err := tools.Decode(ctx, src, segment)
			return err
		}},
		{"decode the next segment", func(ctx context.Context, src media.Source) error {
			w := segment // and the one behind it, in turn
			if turn++; turn%2 == 0 {
				w.From, w.To = w.From+2*time.Minute, w.To+2*time.Minute
			}
			_, err := indexed.Decode(ctx, src, w)
			return err
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			src := &counting{Source: open(b, film), name: film}
			for b.Loop() {
				if err := c.run(b.Context(), src); err != nil {
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
	_, most, err := machine.Resident()
	if err != nil {
		t.Fatal(err)
	}
	return most
}
